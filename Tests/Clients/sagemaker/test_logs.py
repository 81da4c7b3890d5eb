"""CloudWatch Logs, as notebooks read it: groups, streams, events, and the metric lines in them."""

import re

import pytest
from botocore.exceptions import ClientError
from training_job import finished, labelled, training

GROUP = "/aws/sagemaker/TrainingJobs"


@pytest.fixture(scope="module")
def logged(groundwork_server):
    """An account in which a labeling job and a training have run."""
    account = groundwork_server.account()
    job = labelled(account, "Set-1", "logs-module")
    sagemaker = account.client("sagemaker")
    sagemaker.create_training_job(**training(job, "Train-1"))
    described = finished(sagemaker.describe_training_job, "Completed", TrainingJobName="Train-1")
    yield account, account.client("logs"), described
    account.reset()


def code(error):
    return error.value.response["Error"]["Code"]


def stream(logs):
    found = logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="Train-1/")["logStreams"]
    assert len(found) == 1
    return found[0]["logStreamName"]


def test_a_notebook_finds_metrics_in_the_log(logged):
    """The way of published notebooks: streams by prefix, events, numbers by splitting lines."""
    _, logs, described = logged
    name = stream(logs)
    assert re.fullmatch(r"Train-1/algo-1-\d{10}", name)
    events = logs.get_log_events(logGroupName=GROUP, logStreamName=name)["events"]
    lines = [event["message"] for event in events]
    samples = [line.split("num_training_samples': u'")[1].split("'")[0] for line in lines if "Final configuration" in line]
    assert samples == ["24"]
    metrics = {metric["MetricName"]: metric["Value"] for metric in described["FinalMetricDataList"]}
    definitions = described["AlgorithmSpecification"]["MetricDefinitions"]
    for definition in definitions:
        values = [float(found[1]) for line in lines if (found := re.search(definition["Regex"], line))]
        assert values, definition
        assert abs(values[-1] - metrics[definition["Name"]]) < 1e-5
    assert any(re.match(r"\[\d\d/\d\d/\d{4} \d\d:\d\d:\d\d INFO \d+\] Epoch\[0\] Train-accuracy=", line) for line in lines)
    assert [event["timestamp"] for event in events] == sorted(event["timestamp"] for event in events)


def test_groups_and_streams_are_listed(logged):
    account, logs, _ = logged
    groups = {group["logGroupName"]: group for group in logs.describe_log_groups()["logGroups"]}
    assert set(groups) == {GROUP, "/aws/sagemaker/LabelingJobs"}
    assert groups[GROUP]["arn"] == f"arn:aws:logs:us-east-1:{account.identifier}:log-group:{GROUP}:*"
    assert groups[GROUP]["storedBytes"] > 0
    assert logs.describe_log_groups(logGroupNamePrefix="/aws/sagemaker/T")["logGroups"] == [groups[GROUP]]
    assert logs.describe_log_groups(logGroupNamePattern="labeling")["logGroups"][0]["logGroupName"].endswith("LabelingJobs")
    found = logs.describe_log_streams(logGroupName=GROUP, orderBy="LastEventTime", descending=True)["logStreams"][0]
    assert found["firstEventTimestamp"] <= found["lastEventTimestamp"]
    assert logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix="none")["logStreams"] == []


def test_events_are_read_page_by_page_in_both_directions(logged):
    _, logs, _ = logged
    name = stream(logs)
    everything = logs.get_log_events(logGroupName=GROUP, logStreamName=name)["events"]
    forward, answer = [], logs.get_log_events(logGroupName=GROUP, logStreamName=name, limit=4, startFromHead=True)
    while answer["events"]:
        forward += answer["events"]
        last = answer["nextForwardToken"]
        answer = logs.get_log_events(logGroupName=GROUP, logStreamName=name, limit=4, nextToken=last)
    # The end is told by the token that comes back.
    assert answer["nextForwardToken"] == last
    assert forward == everything
    backward, answer = [], logs.get_log_events(logGroupName=GROUP, logStreamName=name, limit=4)
    while answer["events"]:
        backward = answer["events"] + backward
        answer = logs.get_log_events(
            logGroupName=GROUP, logStreamName=name, limit=4, nextToken=answer["nextBackwardToken"])
    assert backward == everything
    start = everything[0]["timestamp"]
    assert logs.get_log_events(logGroupName=GROUP, logStreamName=name, endTime=start)["events"] == []
    assert logs.get_log_events(logGroupName=GROUP, logStreamName=name, startTime=start)["events"] == everything


def test_events_are_found_by_words(logged):
    _, logs, _ = logged

    def found(pattern):
        return [e["message"] for e in logs.filter_log_events(logGroupName=GROUP, filterPattern=pattern)["events"]]

    assert len(found("Validation-accuracy")) == 1
    assert all("Epoch" in line and "accuracy" in line for line in found("Epoch accuracy"))
    assert len(found("?Train-accuracy ?Validation-accuracy")) == 2
    assert len(found("Epoch -accuracy")) == 1
    assert found('"Final configuration"') and found("absent") == []
    with pytest.raises(ClientError) as error:
        found("{ $.level = 1 }")
    assert code(error) == "NotImplemented"
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP, PaginationConfig={"PageSize": 3})
    events = [event for page in pages for event in page["events"]]
    assert len({event["eventId"] for event in events}) == len(events) > 3


def test_labeling_jobs_have_a_log_of_their_own(logged):
    _, logs, _ = logged
    events = logs.get_log_events(logGroupName="/aws/sagemaker/LabelingJobs", logStreamName="Set-1")["events"]
    assert '"event-name":"BATCH_ANNOTATION_STATUS_EVALUATED"' in events[0]["message"]
    assert "SUBMITTED" in events[0]["message"]
    assert '"event-name":"EXPORTED_LABELED_MANIFEST"' in events[-1]["message"]


def test_what_is_not_there_is_told(logged, account):
    _, logs, _ = logged
    missing = [
        (logs.describe_log_streams, {"logGroupName": "/none"}, "log group"),
        (logs.get_log_events, {"logGroupName": GROUP, "logStreamName": "none"}, "log stream"),
        (logs.filter_log_events, {"logGroupName": GROUP, "logStreamNames": ["none"]}, "log stream"),
        (account.client("logs").get_log_events, {"logGroupName": GROUP, "logStreamName": "x"}, "log group"),
    ]
    for call, arguments, what in missing:
        with pytest.raises(ClientError) as error:
            call(**arguments)
        assert code(error) == "ResourceNotFoundException"
        assert error.value.response["Error"]["Message"] == f"The specified {what} does not exist."
    assert account.client("logs").describe_log_groups()["logGroups"] == []


def test_requests_that_break_a_rule_are_refused(logged):
    _, logs, _ = logged
    wrong = [
        (logs.describe_log_streams, {}),
        (logs.describe_log_streams, {"logGroupName": GROUP, "limit": 51}),
        (logs.describe_log_streams, {"logGroupName": GROUP, "orderBy": "LastEventTime", "logStreamNamePrefix": "a"}),
        (logs.get_log_events, {"logGroupName": GROUP, "logStreamName": stream(logs), "limit": 10_001}),
        (logs.get_log_events, {"logGroupName": GROUP, "logStreamName": stream(logs), "nextToken": "made-up"}),
    ]
    for call, arguments in wrong:
        with pytest.raises(ClientError) as error:
            call(**arguments)
        assert code(error) == "InvalidParameterException", arguments
    arn = f"arn:aws:logs:us-east-1:{logged[0].identifier}:log-group:{GROUP}"
    assert logs.describe_log_streams(logGroupIdentifier=arn, limit=50)["logStreams"]


def test_writing_is_not_served(logged):
    _, logs, _ = logged
    with pytest.raises(ClientError) as error:
        logs.create_log_group(logGroupName="mine")
    assert code(error) == "NotImplemented" and "CreateLogGroup" in error.value.response["Error"]["Message"]

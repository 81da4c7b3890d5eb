"""Clock, rules, truth, waiting and reset over the control API."""

import pytest
from botocore.exceptions import ClientError
from groundwork_testing import ControlError, JobEnded, Server


@pytest.fixture
def own_server(monkeypatch):
    """A server of this test's own, because clock and rules belong to the whole server."""
    monkeypatch.delenv("GROUNDWORK_ENDPOINT", raising=False)
    try:
        with Server.start() as server:
            yield server
    except FileNotFoundError:
        pytest.skip("no groundwork program")


def example(server, name="job", **settings):
    from groundwork_testing import ExampleJob

    return ExampleJob(server.account(), name, f"{name}-bucket", **settings).prepare()


def test_the_clock_is_frozen_advanced_and_resumed(own_server):
    assert own_server.clock()["mode"] == "live"
    frozen = own_server.freeze_clock()
    assert frozen["mode"] == "manual" and own_server.clock()["now"] == frozen["now"]
    later = own_server.advance_clock(3600)
    assert later["now"] > frozen["now"]
    assert own_server.resume_clock()["mode"] == "live"


def test_advancing_a_live_clock_and_going_back_are_refused(own_server):
    with pytest.raises(ControlError) as error:
        own_server.advance_clock(1)
    assert error.value.status == 400
    own_server.freeze_clock()
    with pytest.raises(ControlError):
        own_server.advance_clock(-1)


def test_a_job_that_is_not_there_is_not_found(own_server):
    with pytest.raises(ControlError) as error:
        own_server.account().job("absent")
    assert error.value.status == 404 and "absent" in str(error.value)


def test_a_job_waits_for_the_frozen_clock(own_server):
    own_server.freeze_clock()
    job = example(own_server, objects=4)
    job.start(tags={"groundwork:pace": "1"})
    with pytest.raises(JobEnded):
        job.wait("Completed", timeout=1)
    own_server.advance_clock(24 * 3600)
    assert job.wait("Completed", timeout=10)["LabelCounters"]["HumanLabeled"] == 4


def test_the_first_matching_rule_decides(own_server):
    own_server.put_rules(
        [
            {"match": {"jobName": "doomed-*"}, "set": {"outcome": "fail@annotating"}},
            {"match": {"jobName": "*"}, "set": {"crowd": "perfect"}},
        ]
    )
    assert len(own_server.rules()) == 2
    doomed, fine = example(own_server, "doomed-1"), example(own_server, "fine")
    doomed.start()
    fine.start()
    assert doomed.wait("Failed", timeout=20)["FailureReason"]
    fine.wait("Completed", timeout=20)


@pytest.mark.parametrize(
    "rules",
    [{"rules": 1}, [1], [{"set": {"crowd": "angels"}}], [{"match": {"moon": "full"}, "set": {}}], [{"match": {}}]],
)
def test_bad_rules_are_refused_and_the_old_ones_stay(own_server, rules):
    own_server.put_rules([{"match": {}, "set": {"crowd": "perfect"}}])
    with pytest.raises(ControlError) as error:
        own_server.control.call("PUT", "rules", rules)
    assert error.value.status == 400
    assert own_server.rules() == [{"match": {}, "set": {"crowd": "perfect"}}]


def test_truth_is_known_to_simulated_people(make_job, account):
    job = make_job(objects=6, truth=False)
    account.put_truth({job.uri(f"images/{number}.png"): "dog" for number in range(6)})
    job.start(tags={"groundwork:crowd": "perfect"})
    job.wait("Completed", timeout=20)
    assert [line[job.attribute] for line in job.output()] == [1] * 6


def test_truth_from_a_manifest_named_by_a_tag(make_job):
    import json

    job = make_job(objects=4, truth=False)
    lines = [{**line, "groundwork-truth": "dog"} for line in job.lines()]
    job.put("truth.manifest", "".join(json.dumps(line) + "\n" for line in lines).encode())
    job.start(tags={"groundwork:truth-manifest": job.uri("truth.manifest"), "groundwork:crowd": "perfect"})
    job.wait("Completed", timeout=20)
    assert [line[job.attribute] for line in job.output()] == [1] * 4


def test_waiting_tells_how_a_job_ended(make_job):
    job = make_job()
    job.start(tags={"groundwork:outcome": "fail@annotating"})
    with pytest.raises(JobEnded, match="Failed instead of Completed"):
        job.wait("Completed", timeout=20)


def test_timeline_and_report_tell_the_course(make_job, account):
    job = make_job(objects=12)
    job.start()
    job.wait("Completed", timeout=20)
    events = [entry["event"] for entry in account.timeline(job.name)]
    assert events.index("manifestLoaded") < events.index("batchChosen") < events.index("consolidated")
    report = account.report(job.name)
    assert report["counters"]["human"] == 12 and report["shares"]["machine"] == 0
    assert report["cost"]["peopleOnly"] == round(12 * (0.08 + 3 * 0.012), 2)


def test_a_reset_concerns_one_account(make_job, account, other_account, bucket_name):
    make_job()
    other_account.client("s3").create_bucket(Bucket=bucket_name + "-other")
    account.reset()
    with pytest.raises(ClientError):
        account.client("s3").head_bucket(Bucket=bucket_name)
    assert account.client("sagemaker").list_workteams()["Workteams"] == []
    assert other_account.client("s3").head_bucket(Bucket=bucket_name + "-other")


def test_a_running_job_cannot_be_removed(make_job, account):
    job = make_job()
    job.start(tags={"groundwork:pace": "1"})
    with pytest.raises(ControlError):
        account.delete_job(job.name)


def test_the_same_seed_and_a_frozen_clock_give_the_same_output(monkeypatch):
    monkeypatch.delenv("GROUNDWORK_ENDPOINT", raising=False)
    trees = []
    for _ in range(2):
        with Server.start(options=["--seed", "7"]) as server:
            server.freeze_clock("2100-01-01T00:00:00Z")
            job = example_of(server.account("111122223333"))
            job.start(tags={"groundwork:seed": "7"})
            for _ in range(200):
                server.advance_clock(600)
                if server.account("111122223333").job("same")["status"] == "Completed":
                    break
            trees.append({key: job.read(key) for key in job.keys()})
    assert trees[0] == trees[1] and len(trees[0]) > 30


def example_of(account):
    from groundwork_testing import ExampleJob

    return ExampleJob(account, "same", "same-bucket", objects=30).prepare()


def labels_by(server, name, method):
    """The labels and confidences of a scripted job: two of three say dog for every object but the last."""
    job = example(server, name, objects=3, workers=3)
    classes = ["dog", "dog", "cat"], ["dog", "cat", "dog"], ["cat", "cat", "cat"]
    job.account.put_answers(name, [[{"crowd-image-classifier": {"label": label}} for label in row] for row in classes])
    job.start(tags={"groundwork:consolidation": method} if method else None)
    job.wait()
    return [
        (line[f"{job.attribute}-metadata"]["class-name"], line[f"{job.attribute}-metadata"]["confidence"])
        for line in job.output()]


def test_how_answers_are_joined_is_a_setting(own_server):
    assert labels_by(own_server, "votes", "majority") == [("dog", 0.67), ("dog", 0.67), ("cat", 1.0)]
    service = labels_by(own_server, "service", None)
    assert [label for label, _ in service] == ["dog", "dog", "cat"]
    # The service never writes more (facts 5.2: 0.05 + 0.9 p).
    assert all(confidence <= 0.95 for _, confidence in service)
    for method in ("dawid-skene", "one-coin", "pooled"):
        assert labels_by(own_server, method, method)[2][0] == "cat"
    job = example(own_server, "unknown", objects=3)
    with pytest.raises(ClientError) as error:
        job.start(tags={"groundwork:consolidation": "guess"})
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert "majority" in error.value.response["Error"]["Message"]

"""ListLabelingJobs over 300 jobs: every filter, order and page size, held against the whole list."""

import datetime
import itertools
import time

import pytest
from botocore.exceptions import ClientError

ENDINGS = {"Completed": {}, "Failed": {"groundwork:outcome": "fail@selecting"}, "Stopped": {"groundwork:outcome": "stop@selecting"}}
COUNT = 300
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def many(make_job, sagemaker):
    """300 jobs that have ended in three ways, and what the list says of them."""
    job = make_job("many", objects=1, workers=1)
    for number in range(COUNT):
        name = f"{'abc'[number % 3]}-{number * 7 % COUNT:03}"
        tags = list(ENDINGS.values())[number % 3]
        sagemaker.create_labeling_job(**job.request(tags, LabelingJobName=name))
    deadline = time.monotonic() + 120
    while True:
        pages = sagemaker.get_paginator("list_labeling_jobs").paginate(PaginationConfig={"PageSize": 100})
        entries = [entry for page in pages for entry in page["LabelingJobSummaryList"]]
        if all(entry["LabelingJobStatus"] in ENDINGS for entry in entries):
            break
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert len(entries) == COUNT and {entry["LabelingJobStatus"] for entry in entries} == set(ENDINGS)
    return entries


def test_every_filter_order_and_page_size(many, sagemaker):
    def listed(size, **options):
        names, token = [], None
        while True:
            more = {"NextToken": token} if token else {}
            page = sagemaker.list_labeling_jobs(MaxResults=size, **options, **more)
            entries, token = page["LabelingJobSummaryList"], page.get("NextToken")
            assert len(entries) == size or (len(entries) < size and token is None)
            names += [entry["LabelingJobName"] for entry in entries]
            if token is None:
                return names

    def names(entries):
        return [entry["LabelingJobName"] for entry in entries]

    by = {"Name": "LabelingJobName", "CreationTime": "CreationTime", "Status": "LabelingJobStatus"}
    for (order, member), direction in itertools.product(by.items(), ("Ascending", "Descending")):
        found = listed(100, SortBy=order, SortOrder=direction)
        values = {entry["LabelingJobName"]: entry[member] for entry in many}
        assert sorted(found) == sorted(names(many))
        assert [values[name] for name in found] == sorted(values.values(), reverse=direction == "Descending")
        # Pages of any size are cut from the same order, ties included.
        for size in (7, 99):
            assert listed(size, SortBy=order, SortOrder=direction) == found
    assert listed(1, NameContains="b-29") == [name for name in names(many) if "b-29" in name]
    assert len(sagemaker.list_labeling_jobs()["LabelingJobSummaryList"]) == 10  # the family's usual page
    assert listed(100) == names(sorted(many, key=lambda entry: entry["CreationTime"]))

    middle = many[COUNT // 2]
    filters = {
        "CreationTimeAfter": lambda entry, at: entry["CreationTime"] > at,
        "CreationTimeBefore": lambda entry, at: entry["CreationTime"] < at,
        "LastModifiedTimeAfter": lambda entry, at: entry["LastModifiedTime"] > at,
        "LastModifiedTimeBefore": lambda entry, at: entry["LastModifiedTime"] < at,
    }
    for name, holds in filters.items():
        # boto3 sends whole seconds.
        at = middle["CreationTime" if "Creation" in name else "LastModifiedTime"].replace(microsecond=0)
        for instant in (at, at - SECOND, at + SECOND):
            expected = [e["LabelingJobName"] for e in many if holds(e, instant)]
            assert sorted(listed(100, **{name: instant})) == sorted(expected), name
    for status in (*ENDINGS, "InProgress", "Initializing", "Stopping"):
        expected = [e["LabelingJobName"] for e in many if e["LabelingJobStatus"] == status]
        assert sorted(listed(50, StatusEquals=status)) == sorted(expected)
    after = middle["CreationTime"].replace(microsecond=0)
    both = listed(13, StatusEquals="Failed", NameContains="B-1", CreationTimeAfter=after, SortBy="Name")
    assert both == sorted(
        e["LabelingJobName"]
        for e in many
        if e["LabelingJobName"].startswith("b-1") and e["CreationTime"] > after
    )


@pytest.mark.parametrize("options", [{"MaxResults": 0}, {"MaxResults": 101}, {"NameContains": "x" * 64}, {"NextToken": "?"}])
def test_limits_of_the_list(without_client_checks, options):
    with pytest.raises(ClientError) as error:
        without_client_checks.list_labeling_jobs(**options)
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_lists_at_their_limits(sagemaker):
    assert sagemaker.list_labeling_jobs(MaxResults=100, NameContains="x" * 63)["LabelingJobSummaryList"] == []
    assert sagemaker.list_labeling_jobs(MaxResults=1)["LabelingJobSummaryList"] == []

"""aws-cli, unchanged: the S3 commands of every day, and a labeling job from nothing to its output."""

import base64
import hashlib
import json

import pytest
from groundwork_testing import ExampleJob


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "folder"
    (place / "deep").mkdir(parents=True)
    (place / "empty").write_bytes(b"")
    (place / "a b.txt").write_text("hello")
    (place / "deep" / "ü.bin").write_bytes(bytes(range(256)) * 40)
    (place / "large").write_bytes(b"0123456789abcdef" * (9 * 65_536))
    return place


def test_buckets_and_files_of_every_day(aws, folder, tmp_path, bucket_name):
    address = f"s3://{bucket_name}"
    aws.run("s3", "mb", address)
    assert bucket_name in aws.run("s3", "ls").stdout
    aws.run("s3", "sync", str(folder), f"{address}/x")
    assert aws.run("s3", "sync", str(folder), f"{address}/x").stdout == ""
    listing = aws.run("s3", "ls", f"{address}/x/", "--recursive").stdout
    assert len(listing.splitlines()) == 4 and "x/deep/ü.bin" in listing
    assert "PRE deep/" in aws.run("s3", "ls", f"{address}/x/").stdout
    aws.run("s3", "cp", f"{address}/x", f"{address}/y", "--recursive")
    back = tmp_path / "back"
    aws.run("s3", "cp", f"{address}/y", str(back), "--recursive")
    for file in folder.rglob("*"):
        if file.is_file():
            assert (back / file.relative_to(folder)).read_bytes() == file.read_bytes()
    aws.run("s3", "mv", f"{address}/y/a b.txt", f"{address}/z.txt")
    assert aws.run("s3", "cp", f"{address}/z.txt", "-").stdout == "hello"
    aws.run("s3", "cp", "-", f"{address}/piped", input="from a pipe")
    assert aws.run("s3", "cp", f"{address}/piped", "-").stdout == "from a pipe"
    aws.run("s3", "rm", f"{address}/x", "--recursive")
    assert "x/" not in aws.run("s3", "ls", address, "--recursive").stdout
    assert aws.run("s3", "rb", address, check=False).returncode != 0
    aws.run("s3", "rb", address, "--force")
    assert bucket_name not in aws.run("s3", "ls").stdout


def test_a_missing_object_fails_with_the_service_s_error(aws, bucket):
    done = aws.run("s3", "cp", f"s3://{bucket}/nothing", "-", check=False)
    assert done.returncode == 1 and "404" in done.stderr
    done = aws.run("s3api", "get-object", "--bucket", bucket, "--key", "nothing", "/dev/null", check=False)
    assert "NoSuchKey" in done.stderr


def test_calls_of_s3api(aws, bucket, tmp_path):
    body = tmp_path / "body"
    body.write_text("0123456789")
    put = aws.json(
        "s3api", "put-object", "--bucket", bucket, "--key", "k", "--body", str(body), "--checksum-algorithm", "SHA256"
    )
    assert put["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"0123456789").digest()).decode()
    again = aws.run(
        "s3api",
        "put-object",
        "--bucket",
        bucket,
        "--key",
        "k",
        "--body",
        str(body),
        "--if-none-match",
        "*",
        check=False,
    )
    assert "PreconditionFailed" in again.stderr
    part = tmp_path / "part"
    aws.json("s3api", "get-object", "--bucket", bucket, "--key", "k", "--range", "bytes=2-4", str(part))
    assert part.read_text() == "234"
    listing = aws.json("s3api", "list-objects-v2", "--bucket", bucket)
    assert [entry["Key"] for entry in listing["Contents"]] == ["k"]


def test_a_labeling_job_by_commands(aws, account, bucket_name, tmp_path):
    job = ExampleJob(account, "by-commands", bucket_name, objects=6)
    (tmp_path / "images").mkdir()
    from groundwork_testing.example import png

    for number in range(6):
        (tmp_path / "images" / f"{number}.png").write_bytes(png())
    lines = "".join(json.dumps(line) + "\n" for line in job.lines())
    (tmp_path / "input.manifest").write_text(lines)
    labels = {"document-version": "2018-11-28", "labels": [{"label": "cat"}, {"label": "dog"}]}
    (tmp_path / "labels.json").write_text(json.dumps(labels))
    (tmp_path / "template.liquid").write_text(job.template)
    aws.run("s3", "mb", f"s3://{bucket_name}")
    aws.run("s3", "sync", str(tmp_path), job.uri(""))
    members = "CognitoMemberDefinition={UserPool=us-east-1_a,UserGroup=g,ClientId=c}"
    team = aws.json(
        "sagemaker",
        "create-workteam",
        "--workteam-name",
        job.team,
        "--description",
        "People",
        "--member-definitions",
        members,
    )
    assert team["WorkteamArn"] == job.workteam_arn
    request = tmp_path / "request.json"
    request.write_text(json.dumps(job.request(tags={"groundwork:crowd": "perfect"})))
    created = aws.json("sagemaker", "create-labeling-job", "--cli-input-json", f"file://{request}")
    assert created["LabelingJobArn"].endswith(":labeling-job/by-commands")
    job.wait("Completed", timeout=30)
    described = aws.json("sagemaker", "describe-labeling-job", "--labeling-job-name", job.name)
    assert described["LabelingJobStatus"] == "Completed" and described["LabelCounters"]["HumanLabeled"] == 6
    output = aws.run("s3", "cp", described["LabelingJobOutput"]["OutputDatasetS3Uri"], "-").stdout
    assert [json.loads(line)[job.attribute] for line in output.splitlines()] == [0, 1] * 3
    listed = aws.json("sagemaker", "list-labeling-jobs", "--status-equals", "Completed")
    assert [entry["LabelingJobName"] for entry in listed["LabelingJobSummaryList"]] == [job.name]
    assert aws.json("sts", "get-caller-identity")["Account"] == account.identifier

"""aws-cli, unchanged: s3 and s3api as people use them day by day, and a labeling job from nothing to its output."""

import base64
import hashlib
import json
import subprocess
import urllib.request
import zlib

import pytest
from groundwork_testing import ExampleJob
from readback import MIB, content, files, multipart_tag, plain_tag, stored, write


@pytest.fixture
def folder(tmp_path):
    contents = {"empty": b"", "a b.txt": b"hello", "deep/ü.bin": content(10_240), "large": content(9 * MIB)}
    return write(tmp_path / "folder", contents)


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
    assert files(back) == files(folder)
    aws.run("s3", "mv", f"{address}/y/a b.txt", f"{address}/z.txt")
    assert aws.run("s3", "cp", f"{address}/z.txt", "-").stdout == "hello"
    aws.run("s3", "cp", "-", f"{address}/piped", input="from a pipe")
    assert aws.run("s3", "cp", f"{address}/piped", "-").stdout == "from a pipe"
    aws.run("s3", "rm", f"{address}/x", "--recursive")
    assert "x/" not in aws.run("s3", "ls", address, "--recursive").stdout
    assert aws.run("s3", "rb", address, check=False).returncode != 0
    aws.run("s3", "rb", address, "--force")
    assert bucket_name not in aws.run("s3", "ls").stdout


@pytest.mark.parametrize("size", [0, 1000, 20 * MIB])
def test_cp_of_every_size_up_across_and_down(aws, s3, bucket, tmp_path, size):
    body = content(size)
    local, back = tmp_path / "local", tmp_path / "back"
    local.write_bytes(body)
    aws.run("s3", "cp", str(local), f"s3://{bucket}/k", "--metadata", "colour=blue", "--content-type", "text/x-test")
    aws.run("s3", "cp", f"s3://{bucket}/k", f"s3://{bucket}/across")
    assert stored(s3, bucket) == {"k": body, "across": body}
    in_parts = size > 8 * MIB
    for key in ("k", "across"):
        head = s3.head_object(Bucket=bucket, Key=key)
        assert head["ETag"] == (multipart_tag(body) if in_parts else plain_tag(body))
        # This aws-cli gives a copy in parts neither metadata nor type.
        if key == "k" or not in_parts:
            assert head["Metadata"] == {"colour": "blue"} and head["ContentType"] == "text/x-test"
    aws.run("s3", "cp", f"s3://{bucket}/across", str(back))
    assert back.read_bytes() == body


def test_cp_of_a_large_stream(aws, s3, bucket):
    body = content(9 * MIB + 1)
    command = ["aws", "s3", "cp", "-", f"s3://{bucket}/piped"]
    subprocess.run(command, env=aws.environment, input=body, capture_output=True, timeout=120, check=True)
    assert stored(s3, bucket) == {"piped": body}
    assert s3.head_object(Bucket=bucket, Key="piped")["ETag"] == multipart_tag(body)


def test_mv_leaves_nothing_behind(aws, s3, bucket, tmp_path):
    here = write(tmp_path / "here", {"a": b"1", "deep/b": b"2"})
    aws.run("s3", "mv", str(here), f"s3://{bucket}/x", "--recursive")
    assert files(here) == {} and stored(s3, bucket) == {"x/a": b"1", "x/deep/b": b"2"}
    aws.run("s3", "mv", f"s3://{bucket}/x", f"s3://{bucket}/y", "--recursive")
    assert stored(s3, bucket) == {"y/a": b"1", "y/deep/b": b"2"}
    aws.run("s3", "mv", f"s3://{bucket}/y", str(here), "--recursive")
    assert files(here) == {"a": b"1", "deep/b": b"2"} and stored(s3, bucket) == {}


def test_sync_sends_what_changed_and_removes_what_is_gone(aws, s3, bucket, tmp_path):
    here = write(tmp_path / "here", {"kept": b"1", "changed": b"2", "gone": b"3"})
    aws.run("s3", "sync", str(here), f"s3://{bucket}")
    (here / "gone").unlink()
    write(here, {"changed": b"22"})
    told = aws.run("s3", "sync", str(here), f"s3://{bucket}", "--delete", "--no-progress").stdout.splitlines()
    assert sorted(line.split(":")[0] for line in told) == ["delete", "upload"]
    assert stored(s3, bucket) == {"kept": b"1", "changed": b"22"}
    back = tmp_path / "back"
    aws.run("s3", "sync", f"s3://{bucket}", str(back))
    assert files(back) == files(here)
    assert aws.run("s3", "sync", f"s3://{bucket}", str(back)).stdout == ""


def test_a_presigned_address_works_without_credentials(aws, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b", Body=b"shared")
    address = aws.run("s3", "presign", f"s3://{bucket}/a b", "--expires-in", "60").stdout.strip()
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address) as answer:
        assert answer.read() == b"shared"


def test_website_settings(aws, s3, bucket):
    aws.run("s3", "website", f"s3://{bucket}", "--index-document", "index.html", "--error-document", "oh.html")
    settings = s3.get_bucket_website(Bucket=bucket)
    assert settings["IndexDocument"] == {"Suffix": "index.html"} and settings["ErrorDocument"] == {"Key": "oh.html"}
    aws.run("s3api", "delete-bucket-website", "--bucket", bucket)
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchWebsiteConfiguration"):
        s3.get_bucket_website(Bucket=bucket)


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


def test_upload_checksums_of_every_algorithm(aws, s3, bucket, tmp_path):
    body = tmp_path / "body"
    body.write_bytes(b"0123456789")
    expected = {
        "CRC32": zlib.crc32(b"0123456789").to_bytes(4, "big"),
        "SHA1": hashlib.sha1(b"0123456789").digest(),
    }
    for algorithm, digest in expected.items():
        options = ("--key", algorithm, "--body", str(body), "--checksum-algorithm", algorithm)
        put = aws.json("s3api", "put-object", "--bucket", bucket, *options)
        head = s3.head_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED")
        assert put[f"Checksum{algorithm}"] == head[f"Checksum{algorithm}"] == base64.b64encode(digest).decode()


def test_versions_of_an_object(aws, s3, bucket, tmp_path):
    place = ("--bucket", bucket)
    aws.run("s3api", "put-bucket-versioning", *place, "--versioning-configuration", "Status=Enabled")
    assert aws.json("s3api", "get-bucket-versioning", *place) == {"Status": "Enabled"}
    versions = []
    for text in ("first", "second"):
        body = tmp_path / text
        body.write_text(text)
        versions.append(aws.json("s3api", "put-object", *place, "--key", "k", "--body", str(body))["VersionId"])
    deleted = aws.json("s3api", "delete-object", *place, "--key", "k")
    assert deleted["DeleteMarker"] is True
    listing = aws.json("s3api", "list-object-versions", *place)
    shown = [(entry["VersionId"], entry["IsLatest"], entry["Size"]) for entry in listing["Versions"]]
    assert shown == [(versions[1], False, 6), (versions[0], False, 5)]
    markers = [(entry["VersionId"], entry["IsLatest"]) for entry in listing["DeleteMarkers"]]
    assert markers == [(deleted["VersionId"], True)]
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="k")
    back = tmp_path / "back"
    aws.json("s3api", "get-object", *place, "--key", "k", "--version-id", versions[0], str(back))
    assert back.read_text() == "first"
    aws.run("s3api", "delete-object", *place, "--key", "k", "--version-id", deleted["VersionId"])
    assert stored(s3, bucket) == {"k": b"second"}


def test_attributes_of_an_object(aws, s3, bucket):
    digest = base64.b64encode(zlib.crc32(b"0123456789").to_bytes(4, "big")).decode()
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789", ChecksumCRC32=digest)
    wanted = ("ETag", "Checksum", "ObjectSize", "StorageClass")
    shown = aws.json("s3api", "get-object-attributes", "--bucket", bucket, "--key", "k", "--object-attributes", *wanted)
    # Unlike everywhere else the ETag has no quotes here.
    assert shown["ETag"] == hashlib.md5(b"0123456789").hexdigest()
    assert shown["Checksum"] == {"ChecksumCRC32": digest, "ChecksumType": "FULL_OBJECT"}
    assert shown["ObjectSize"] == 10 and shown["StorageClass"] == "STANDARD"


def test_cors_policy_and_tags_of_a_bucket(aws, s3, bucket):
    cors = {"CORSRules": [{"AllowedOrigins": ["https://example.com"], "AllowedMethods": ["GET"], "MaxAgeSeconds": 60}]}
    tags = {"TagSet": [{"Key": "team", "Value": "a b"}]}
    aws.run("s3api", "put-bucket-cors", "--bucket", bucket, "--cors-configuration", json.dumps(cors))
    aws.run("s3api", "put-bucket-tagging", "--bucket", bucket, "--tagging", json.dumps(tags))
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == cors["CORSRules"]
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags["TagSet"]


def test_a_policy_of_a_bucket(aws, s3, bucket):
    statement = {
        "Sid": "Readers",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    aws.run("s3api", "put-bucket-policy", "--bucket", bucket, "--policy", json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy
    aws.run("s3api", "delete-bucket-policy", "--bucket", bucket)
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchBucketPolicy"):
        s3.get_bucket_policy(Bucket=bucket)


def test_parts_and_many_deletes(aws, s3, bucket, tmp_path):
    place = ("--bucket", bucket, "--key", "k")
    upload = aws.json("s3api", "create-multipart-upload", *place)["UploadId"]
    pieces = [content(5 * MIB), b"end"]
    for number, piece in enumerate(pieces, 1):
        part = tmp_path / "part"
        part.write_bytes(piece)
        options = ("--upload-id", upload, "--part-number", str(number), "--body", str(part))
        aws.json("s3api", "upload-part", *place, *options)
    listed = aws.json("s3api", "list-parts", *place, "--upload-id", upload)["Parts"]
    assert [(part["PartNumber"], part["Size"], part["ETag"]) for part in listed] == [
        (number, len(piece), plain_tag(piece)) for number, piece in enumerate(pieces, 1)
    ]
    parts = {"Parts": [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in listed]}
    options = ("--upload-id", upload, "--multipart-upload", json.dumps(parts))
    done = aws.json("s3api", "complete-multipart-upload", *place, *options)
    assert done["ETag"] == multipart_tag(b"".join(pieces), 5 * MIB)
    s3.put_object(Bucket=bucket, Key="kept", Body=b"")
    entries = json.dumps({"Objects": [{"Key": "k"}, {"Key": "never there"}]})
    deleted = aws.json("s3api", "delete-objects", "--bucket", bucket, "--delete", entries)["Deleted"]
    assert sorted(entry["Key"] for entry in deleted) == ["k", "never there"]
    assert stored(s3, bucket) == {"kept": b""}


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

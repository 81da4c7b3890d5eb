"""Uploads by form: boto3's presigned posts in both signature versions, conditions, answers, and what is malformed."""

import base64
import json
import urllib.error
import urllib.request

import pytest
from botocore.config import Config


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Lets a 303 be looked at."""

    def redirect_request(self, *arguments):
        return None


def post(url, fields, body, *, name="file", filename="photo.txt", boundary="b0undary", tail="--"):
    parts = []
    for key, value in fields.items():
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode())
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        "Content-Type: text/html\r\n\r\n".encode()
    )
    data = b"".join(parts) + body + f"\r\n--{boundary}{tail}\r\n".encode()
    request = urllib.request.Request(
        url, data=data, method="POST", headers={"Content-Type": f"multipart/form-data; boundary={boundary}"}
    )
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def presigned(account, bucket, version="s3v4", key="up/${filename}", fields=None, conditions=None, **arguments):
    client = account.client("s3", config=Config(signature_version=version))
    made = client.generate_presigned_post(bucket, key, Fields=fields, Conditions=conditions, **arguments)
    return made["url"], made["fields"]


@pytest.mark.parametrize("version", ["s3", "s3v4"])
@pytest.mark.parametrize("size", [0, 10, 200_000])
def test_a_file_arrives_under_its_name(account, s3, bucket, version, size):
    url, fields = presigned(account, bucket, version)
    body = bytes(n * 7 % 256 for n in range(size))
    status, headers, text = post(url, fields, body)
    assert (status, text) == (204, "")
    got = s3.get_object(Bucket=bucket, Key="up/photo.txt")
    assert got["Body"].read() == body and got["ETag"] == headers["ETag"]
    assert headers["x-amz-server-side-encryption"] == "AES256"


def test_fields_become_what_headers_would(account, s3, bucket):
    fields = {
        "Content-Type": "image/png", "Cache-Control": "max-age=1", "x-amz-meta-colour": "blue",
        "x-amz-storage-class": "STANDARD_IA",
        "tagging": "<Tagging><TagSet><Tag><Key>a b</Key><Value>1+1</Value></Tag></TagSet></Tagging>",
    }
    url, signed = presigned(
        account, bucket, key="k", fields=fields, conditions=[{name: value} for name, value in fields.items()]
    )
    assert post(url, signed, b"x")[0] == 204
    head = s3.head_object(Bucket=bucket, Key="k")
    assert head["ContentType"] == "image/png" and head["CacheControl"] == "max-age=1"
    assert head["Metadata"] == {"colour": "blue"} and head["StorageClass"] == "STANDARD_IA"
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == [{"Key": "a b", "Value": "1+1"}]


def test_the_form_says_what_it_wants_to_hear(account, s3, bucket):
    for status in ("200", "201", "204", "999"):
        url, fields = presigned(
            account, bucket, key="k ä", fields={"success_action_status": status},
            conditions=[{"success_action_status": status}],
        )
        answered, headers, text = post(url, fields, b"x")
        assert answered == (int(status) if status != "999" else 204)
        if status == "201":
            assert f"<Bucket>{bucket}</Bucket>" in text and "<Key>k ä</Key>" in text and "<ETag>" in text
        else:
            assert text == ""
    target = "http://example.org/done?x=1"
    url, fields = presigned(
        account, bucket, key="k", fields={"success_action_redirect": target},
        conditions=[{"success_action_redirect": target}],
    )
    answered, headers, _ = post(url, fields, b"x")
    etag = s3.head_object(Bucket=bucket, Key="k")["ETag"]
    assert answered == 303
    assert headers["Location"] == f"{target}&bucket={bucket}&key=k&etag=" + etag.replace('"', "%22")


def test_what_the_policy_does_not_allow(account, s3, bucket):
    def refused(code, body=b"x", change=None, **arguments):
        url, fields = presigned(account, bucket, key="k", **arguments)
        if change:
            fields.update(change)
        status, _, text = post(url, fields, body)
        assert f"<Code>{code}</Code>" in text, text
        assert "Contents" not in s3.list_objects_v2(Bucket=bucket)
        return status

    assert refused("EntityTooLarge", b"x" * 11, conditions=[["content-length-range", 1, 10]]) == 400
    assert refused("EntityTooLarge", b"x" * 300_000, conditions=[["content-length-range", 1, 10]]) == 400
    assert refused("EntityTooSmall", b"", conditions=[["content-length-range", 1, 10]]) == 400
    assert refused("AccessDenied", change={"key": "other"}) == 403
    assert refused("AccessDenied", change={"x-amz-meta-extra": "1"}) == 403
    assert refused("AccessDenied", ExpiresIn=-10) == 403
    assert refused("AccessDenied", change={"Content-Type": "text/html"},
                   conditions=[["starts-with", "$Content-Type", "image/"]]) == 403


def test_a_wrong_signature_and_a_changed_policy_are_refused(account, s3, bucket):
    client = account.client("s3", config=Config(signature_version="s3v4"))
    known = client._request_signer._credentials.access_key == "test"
    url, fields = presigned(account, bucket, key="k")
    changed = json.loads(base64.b64decode(fields["policy"]))
    changed["conditions"] = [c for c in changed["conditions"] if c != {"key": "k"}] + [["starts-with", "$key", ""]]
    if known:
        fields["policy"] = base64.b64encode(json.dumps(changed).encode()).decode()
        assert "<Code>SignatureDoesNotMatch</Code>" in post(url, fields, b"x")[2]
    fields["policy"] = "bm90IGpzb24="
    status, _, text = post(url, fields, b"x")
    assert status in (400, 403) and ("InvalidPolicyDocument" in text or "SignatureDoesNotMatch" in text)


def test_what_is_no_form(account, s3, bucket):
    url, fields = presigned(account, bucket, key="k")
    status, _, text = post(url, fields, b"x", name="attachment")
    assert status == 400 and "<Code>InvalidArgument</Code>" in text
    status, _, text = post(url, {**fields, "x-ignore-long": "y" * 30_000}, b"x")
    assert status == 400 and "<Code>MaxPostPreDataLengthExceeded</Code>" in text
    request = urllib.request.Request(
        url, data=b"garbage", method="POST", headers={"Content-Type": "multipart/form-data; boundary=q"}
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=30)
    assert error.value.code == 400 and b"<Code>MalformedPOSTRequest</Code>" in error.value.read()
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_form_that_breaks_off_leaves_nothing(account, s3, bucket):
    url, fields = presigned(account, bucket, key="k")
    # The closing delimiter never comes.
    parts = "".join(
        f'--q\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n' for key, value in fields.items()
    )
    data = (parts + '--q\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nhalf').encode()
    request = urllib.request.Request(
        url, data=data, method="POST", headers={"Content-Type": "multipart/form-data; boundary=q"}
    )
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(request, timeout=30)
    assert error.value.code == 400
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_without_a_signature_the_bucket_decides(account, s3, bucket):
    status, _, text = post(f"{account.endpoint}/{bucket}", {"key": "k"}, b"x")
    assert status == 403 and "<Code>AccessDenied</Code>" in text
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(
        Bucket=bucket,
        Policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow", "Principal": "*", "Action": "s3:PutObject",
                        "Resource": f"arn:aws:s3:::{bucket}/open/*",
                    }
                ],
            }
        ),
    )
    assert post(f"{account.endpoint}/{bucket}", {"key": "open/k"}, b"x")[0] == 204
    assert post(f"{account.endpoint}/{bucket}", {"key": "shut/k"}, b"x")[0] == 403
    assert s3.get_object(Bucket=bucket, Key="open/k")["Body"].read() == b"x"



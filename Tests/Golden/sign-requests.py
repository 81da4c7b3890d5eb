"""Signs many different requests with botocore and s3cmd and writes them, for SigningTests to verify.

Made with botocore 1.44.5 and s3cmd 2.4.0:  python Tests/Golden/sign-requests.py > Tests/Golden/signed-requests.json
"""

import contextlib
import datetime
import email.utils
import hashlib
import json
import sys
import urllib.parse
from unittest import mock

import botocore
import botocore.session
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from S3.Config import Config as S3cmdConfig
from S3.Crypto import sign_url_base_v2
from S3.PkgInfo import version as s3cmd_version
from S3.S3 import S3Request

NOW = datetime.datetime(2026, 3, 14, 15, 9, 26, tzinfo=datetime.timezone.utc)
KEY, SECRET = "AKIDEXAMPLE000000001", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HOST = "127.0.0.1:4566"
KEYS = [
    "plain.txt", "a b", "a+b", "a&b=c", "a/b/c", "a//b", "dir/", "./dot", "../up", "a%2Fb", "%", "100%", "$dollar", "ümlaut/ß",
    "日本語/ファイル.png", "emoji-😀", "tilde~star*", "quote'\"", "semi;colon:at@", "[brackets]{braces}", "back\\slash", "q?m#h",
    "x" * 300, "-._~", "!()", ",comma", "\u00a0nbsp", "e\u0301",
]
QUERIES = [
    "", "uploads", "uploads=", "delete", "location=", "list-type=2&prefix=", "prefix=a%2Fb&delimiter=%2F", "delimiter=&prefix=a",
    "prefix=od/&delimiter=/", "versions", "x-id=PutObject", "partNumber=12&uploadId=abc.def_-~", "b=2&a=1&c=3&a=0", "a=&a=b&a",
    "prefix=%C3%BC", "prefix=%20+", "tagging&versionId=null", "response-content-disposition=attachment%3B%20filename%3D%22x.txt%22",
    "a-=1&a=2", "A=1&a=2&B=3", "max-keys=2&continuation-token=1ueGcxLPRx1Tr%2FXYExHnhbYLgveDs2J%2Fwm36Hy4vbOwM%3D",
]
HEADERS = [
    {}, {"Content-Type": "text/plain; charset=utf-8"}, {"x-amz-meta-note": "  two   blanks  "}, {"x-amz-meta-a": "", "X-Amz-Meta-B": "1,2"},
    {"Range": "bytes=0-9", "If-Match": '"abc"'}, {"x-amz-copy-source": "/src/a%20b", "x-amz-metadata-directive": "REPLACE"},
    {"Expect": "100-continue", "User-Agent": "x/1.0", "Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}, {"x-amz-meta-tab": "a\tb"},
]
BODIES = [b"", b"hello", bytes(range(256))]


def signed(kind, method, url, headers=None, body=b"", region="us-east-1", service="s3", token=None, lifetime=3600):
    request = AWSRequest(method, url, headers=headers or {}, data=body)
    credentials = Credentials(KEY, SECRET, token)
    signer = {
        "s3-header": lambda: auth.S3SigV4Auth(credentials, service, region),
        "s3-query": lambda: auth.S3SigV4QueryAuth(credentials, service, region, lifetime),
        "header": lambda: auth.SigV4Auth(credentials, service, region),
    }[kind]()
    if kind == "s3-header":
        request.context["payload_signing_enabled"] = True
    with mock.patch("botocore.auth.get_current_datetime", return_value=NOW, create=True), \
            mock.patch("botocore.compat.get_current_datetime", return_value=NOW, create=True):
        signer.add_auth(request)
    prepared = request.prepare()
    parts = urllib.parse.urlsplit(prepared.url)
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    sent = [["Host", parts.netloc]] + [
        [name, value.decode("utf-8") if isinstance(value, bytes) else str(value)]
        for name, value in prepared.headers.items() if name.lower() != "host"
    ]
    return {
        "kind": kind, "method": method, "target": target, "headers": sent, "region": region, "service": service,
        "sha256": hashlib.sha256(body).hexdigest(), "token": token,
    }


def requests():
    for key in KEYS:
        url = f"http://{HOST}/bucket/" + urllib.parse.quote(key, safe="/~")
        yield signed("s3-header", "PUT", url, {"Content-Type": "text/plain"}, b"body of " + key.encode())
        yield signed("s3-header", "GET", url, region="eu-central-1")
        yield signed("s3-query", "GET", url)
    for query in QUERIES:
        url = f"http://{HOST}/bucket" + ("?" + query if query else "")
        yield signed("s3-header", "GET", url)
        yield signed("s3-header", "POST", url + ("&" if query else "?") + "z=1", body=b"<x/>")
        yield signed("s3-query", "GET", url, lifetime=60)
    for headers in HEADERS:
        for body in BODIES:
            yield signed("s3-header", "PUT", f"http://{HOST}/bucket/key", headers, body)
        yield signed("s3-query", "PUT", f"http://{HOST}/bucket/key", {k: v for k, v in headers.items() if k != "Expect"})
    yield signed("s3-header", "GET", f"http://bucket.{HOST}/key", token="token/with+signs==")
    yield signed("s3-query", "GET", f"http://bucket.{HOST}/key", token="token/with+signs==")
    yield signed("s3-header", "GET", "http://localhost/")
    for service, target in [("sagemaker", "SageMaker.CreateLabelingJob"), ("sagemaker", "SageMaker.ListLabelingJobs"), ("sts", "")]:
        for body in BODIES:
            for token in [None, "session-token"]:
                headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
                yield signed("header", "POST", f"http://{HOST}/", headers, body, "ap-northeast-1", service, token)
    for path in ["/a b/c", "/a%20b/", "/x/../y/./z", "/ü", "//twice"]:
        url = f"http://{HOST}" + urllib.parse.quote(path, safe="/~%")
        yield signed("header", "GET", url + "?b=1&a=%20", {}, b"", "us-west-2", "lambda")


# Signature Version 2: whole botocore clients, because they put bucket, headers and sub-resources where a signer does not.

class Sent(BaseException):
    """Carries a request that a client would have sent."""


def stop(request, **_):
    raise Sent(request)


@contextlib.contextmanager
def frozen():
    date = email.utils.format_datetime(NOW, usegmt=True)
    with mock.patch("botocore.auth.formatdate", return_value=date), \
            mock.patch("botocore.auth.time.time", return_value=NOW.timestamp()), \
            mock.patch("botocore.auth.get_current_datetime", return_value=NOW), \
            mock.patch("botocore.signers.get_current_datetime", return_value=NOW), \
            mock.patch("S3.S3.time.gmtime", return_value=NOW.timetuple()):
        yield


def client(style, token=None, version="s3"):
    host = HOST if style == "path" else "s3.test:4566"
    made = botocore.session.Session().create_client(
        "s3", region_name="us-east-1", endpoint_url=f"http://{host}", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
        aws_session_token=token, config=Config(signature_version=version, s3={"addressing_style": style}))
    made.meta.events.register_last("before-send.s3", stop)
    return made


def recorded(by, kind, method, url, headers, host_bucket=None, token=None):
    parts = urllib.parse.urlsplit(url)
    dropped = ["host", "user-agent", "amz-sdk-invocation-id", "amz-sdk-request", "content-length", "expect"]
    sent = [["Host", parts.netloc]] + [
        [name, value.decode("utf-8") if isinstance(value, bytes) else str(value)]
        for name, value in headers.items() if name.lower() not in dropped
    ]
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    return {"by": by, "kind": kind, "method": method, "target": target, "headers": sent, "hostBucket": host_bucket, "token": token}


OBJECT = {"Bucket": "bucket", "Key": "a b+c/ümlaut?~.txt"}
RESPONSE = {
    "ResponseContentType": "text/plain; charset=utf-8", "ResponseContentDisposition": 'attachment; filename="a b+c.txt"',
    "ResponseCacheControl": "no-cache", "ResponseExpires": NOW, "ResponseContentLanguage": "de, en", "ResponseContentEncoding": "x=y",
}
OPERATIONS = [
    ("list_buckets", {}), ("create_bucket", {"Bucket": "bucket"}), ("head_bucket", {"Bucket": "bucket"}), ("delete_bucket", {"Bucket": "bucket"}),
    ("list_objects", {"Bucket": "bucket", "Prefix": "ä/", "Delimiter": "/"}), ("list_objects_v2", {"Bucket": "bucket", "MaxKeys": 2}),
    ("list_object_versions", {"Bucket": "bucket", "Prefix": "p"}), ("list_multipart_uploads", {"Bucket": "bucket"}),
    *[(f"get_bucket_{name}", {"Bucket": "bucket"}) for name in (
        "acl", "location", "policy", "cors", "versioning", "tagging", "lifecycle_configuration", "logging", "website", "encryption",
        "ownership_controls", "replication", "request_payment", "accelerate_configuration", "notification_configuration")],
    ("get_object_lock_configuration", {"Bucket": "bucket"}), ("get_public_access_block", {"Bucket": "bucket"}),
    ("get_bucket_metrics_configuration", {"Bucket": "bucket", "Id": "x y"}), ("get_bucket_inventory_configuration", {"Bucket": "bucket", "Id": "i"}),
    ("put_bucket_versioning", {"Bucket": "bucket", "VersioningConfiguration": {"Status": "Enabled"}}),
    ("delete_objects", {"Bucket": "bucket", "Delete": {"Objects": [{"Key": "a"}]}}),
    ("get_object", OBJECT), ("get_object", OBJECT | {"VersionId": "v.1+2/3=", "Range": "bytes=0-9"}), ("get_object", OBJECT | RESPONSE),
    ("head_object", OBJECT), ("delete_object", OBJECT), ("get_object_acl", OBJECT), ("get_object_tagging", OBJECT),
    ("get_object_retention", OBJECT), ("get_object_legal_hold", OBJECT), ("get_object_attributes", OBJECT | {"ObjectAttributes": ["ETag", "Checksum"]}),
    ("put_object", OBJECT | {"Body": b"hello"}),
    ("put_object", OBJECT | {
        "Body": b"hello", "ContentType": "text/plain", "ContentMD5": "XUFAKrxLKna5cZ2REBfFkg==", "ACL": "public-read",
        "Metadata": {"Note": "  two   blanks  ", "b-2": "1,2"}, "StorageClass": "STANDARD", "Tagging": "a=b&c=d"}),
    ("copy_object", OBJECT | {"CopySource": {"Bucket": "src", "Key": "a b"}, "MetadataDirective": "REPLACE"}),
    ("create_multipart_upload", OBJECT | {"ContentType": "image/png"}), ("upload_part", OBJECT | {"PartNumber": 12, "UploadId": "u.-_1", "Body": b"x"}),
    ("list_parts", OBJECT | {"UploadId": "u.-_1", "MaxParts": 3}), ("abort_multipart_upload", OBJECT | {"UploadId": "u.-_1"}),
    ("complete_multipart_upload", OBJECT | {"UploadId": "u.-_1", "MultipartUpload": {"Parts": [{"ETag": "e", "PartNumber": 1}]}}),
    ("restore_object", OBJECT | {"RestoreRequest": {"Days": 1}}),
]
PRESIGNED = [
    ("get_object", OBJECT), ("get_object", OBJECT | RESPONSE | {"VersionId": "v 1"}), ("list_objects_v2", {"Bucket": "bucket", "Prefix": "p"}),
    ("put_object", OBJECT), ("put_object", OBJECT | {"ContentType": "text/plain", "Metadata": {"note": "a b+c"}, "ACL": "private"}),
    ("upload_part", OBJECT | {"PartNumber": 1, "UploadId": "u"}), ("delete_object", OBJECT), ("get_bucket_acl", {"Bucket": "bucket"}),
]


def version2_by_botocore():
    for style in ["path", "virtual"]:
        for token in [None, "token/with+signs=="]:
            made = client(style, token)
            for name, parameters in OPERATIONS if token is None else OPERATIONS[:1] + OPERATIONS[-14:-10]:
                with frozen():
                    try:
                        getattr(made, name)(**parameters)
                    except Sent as sent:
                        request = sent.args[0]
                bucket = "bucket" if request.url.startswith("http://bucket.") else None
                yield recorded("botocore", "v2-header", request.method, request.url, request.headers, bucket, token)
            for name, parameters in PRESIGNED:
                with frozen():
                    url = made.generate_presigned_url(name, Params=parameters, ExpiresIn=60)
                method = made.meta.service_model.operation_model(made.meta.method_to_api_mapping[name]).http["method"]
                headers = {"Content-Type": parameters["ContentType"]} if "ContentType" in parameters else {}
                bucket = "bucket" if url.startswith("http://bucket.") else None
                yield recorded("botocore", "v2-query", method, url, headers, bucket, token)


class S3cmd:
    endpoint_requires_signature_v4 = fallback_to_signature_v2 = False

    def __init__(self):
        self.config = S3cmdConfig()
        self.config.access_key, self.config.secret_key, self.config.signature_v2 = KEY, SECRET, True
        self.config.host_base, self.config.host_bucket = HOST, "%(bucket)s." + HOST


def version2_by_s3cmd():
    program = S3cmd()
    calls = [
        ("GET", "", "/", {}, {}), ("GET", "bucket", "/", {}, {"prefix": "a b", "delimiter": "/"}), ("GET", "bucket", "/", {}, {"location": None}),
        ("PUT", "bucket", "/a b+c/ü~.txt", {"content-type": "text/plain", "x-amz-meta-s3cmd-attrs": "uid:0/gid:0", "x-amz-acl": "private"}, {}),
        ("POST", "bucket", "/key", {"content-type": "application/octet-stream"}, {"uploads": ""}), ("PUT", "bucket", "/key", {}, {"partNumber": "1", "uploadId": "u-1"}),
        ("POST", "bucket", "/", {"content-md5": "XUFAKrxLKna5cZ2REBfFkg==", "content-type": "application/xml"}, {"delete": None}),
        ("GET", "bucket", "/key", {}, {"acl": None}), ("DELETE", "bucket", "/key", {}, {}), ("GET", "bucket", "/", {}, {"encryption": None}),
    ]
    for method, bucket, uri, headers, parameters in calls:
        for is_virtual in [False, True] if bucket else [False]:
            with frozen():
                _, resource, sent = S3Request(program, method, {"bucket": bucket, "uri": uri}, headers, "", parameters).get_triplet()
            base = f"http://{bucket}.{HOST}" if is_virtual else f"http://{HOST}" + (f"/{bucket}" if bucket else "")
            yield recorded("s3cmd", "v2-header", method, base + resource["uri"], sent, bucket if is_virtual else None)
    for key in ["plain.txt", "a b+c/ü~.txt"]:
        url = sign_url_base_v2(bucket="bucket", object=key, expiry=str(int(NOW.timestamp()) + 60))
        yield recorded("s3cmd", "v2-query", "GET", url, {}, "bucket" if url.startswith("http://bucket.") else None)


# Forms.

def forms():
    exact = [{"acl": "private"}, ["eq", "$Content-Type", "text/plain"], ["content-length-range", 2, 10]]
    open_ended = [["starts-with", "$Content-Type", "image/"], ["starts-with", "$x-amz-meta-Tag", ""], {"success_action_status": "201"}]
    for version in ["s3", "s3v4"]:
        for token in [None, "token/with+signs=="]:
            made = client("path", token, version)
            for key, fields, conditions in [
                ("plain.txt", {}, []), ("a b/ü.txt", {"acl": "private", "Content-Type": "text/plain"}, exact),
                ("user/${filename}", {"Content-Type": "image/png", "x-amz-meta-tag": "", "success_action_status": "201"}, open_ended),
            ]:
                with frozen():
                    post = made.generate_presigned_post("bucket", key, dict(fields), list(conditions), 60)
                yield {"version": version, "token": token, "fields": list(post["fields"].items())}


def lines(cases):
    return "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]"


cases, version2, posts = list(requests()), [*version2_by_botocore(), *version2_by_s3cmd()], list(forms())
head = {
    "command": "python Tests/Golden/sign-requests.py > Tests/Golden/signed-requests.json", "botocore": botocore.__version__,
    "s3cmd": s3cmd_version, "now": NOW.strftime("%Y%m%dT%H%M%SZ"), "accessKey": KEY, "secret": SECRET,
}
print(json.dumps(head, ensure_ascii=False)[:-1] + f', "requests": {lines(cases)}, "version2": {lines(version2)}, "forms": {lines(posts)}}}')
print(len(cases), "requests,", len(version2), "of Version 2,", len(posts), "forms", file=sys.stderr)

"""Signs many different requests with botocore and writes them, for SigningTests to verify.

Made with botocore 1.44.5:  python Tests/Golden/sign-requests.py > Tests/Golden/signed-requests.json
"""

import datetime
import hashlib
import json
import sys
import urllib.parse
from unittest import mock

import botocore
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

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


cases = list(requests())
head = {
    "command": "python Tests/Golden/sign-requests.py > Tests/Golden/signed-requests.json", "botocore": botocore.__version__,
    "now": NOW.strftime("%Y%m%dT%H%M%SZ"), "accessKey": KEY, "secret": SECRET,
}
print(json.dumps(head, ensure_ascii=False)[:-1] + ', "requests": [')
print(",\n".join(json.dumps(case, ensure_ascii=False) for case in cases))
print("]}")
print(len(cases), "requests", file=sys.stderr)

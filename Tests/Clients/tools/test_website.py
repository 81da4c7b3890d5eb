"""A bucket as a website, read as a browser reads it under the name that AWS gives such a bucket."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def site(s3, plain, bucket):
    """A public website, and a function that gets a page of it without credentials."""
    for key, text in (("index.html", "home"), ("folder/index.html", "folder"), ("oh.html", "oh no"), ("a.txt", "text")):
        kind = "text/html" if key.endswith("html") else "text/plain"
        s3.put_object(Bucket=bucket, Key=key, Body=text.encode(), ContentType=kind)
    rule = {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "folder/"}}
    website = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "oh.html"}, "RoutingRules": [rule]}
    s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=website)
    s3.delete_public_access_block(Bucket=bucket)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    host = f"{bucket}.s3-website-us-east-1.amazonaws.com"
    return lambda path, method="GET": plain.send(method, path, headers={"Host": host})


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/", 200, b"home"),
        ("/folder/", 200, b"folder"),
        ("/a.txt", 200, b"text"),
        ("/nothing", 404, b"oh no"),
        ("/nothing/", 404, b"oh no"),
    ],
)
def test_pages(site, path, status, body):
    answer = site(path)
    assert (answer.status, answer.body) == (status, body)
    assert answer.headers["content-type"] == ("text/plain" if path == "/a.txt" else "text/html")


def test_a_folder_without_its_slash_is_sent_on(site):
    answer = site("/folder")
    assert answer.status == 302 and answer.headers["location"] == "/folder/"


def test_a_routing_rule(site):
    answer = site("/old/index.html")
    assert answer.status == 301
    assert answer.headers["location"].startswith("http://") and answer.headers["location"].endswith(
        "/folder/index.html"
    )


def test_a_website_is_only_read(site):
    assert site("/a.txt", method="PUT").status == 405
    head = site("/a.txt", method="HEAD")
    assert (head.status, head.body) == (200, b"")

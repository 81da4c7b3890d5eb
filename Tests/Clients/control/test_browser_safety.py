"""The control API is for programs: what a page in a browser could send gets nothing."""

import json

import pytest


def post(plain, path, body, **headers):
    return plain.send("POST", path, body, {"Content-Type": "application/json", **headers})


CALLS = [
    ("GET", "/_groundwork/clock"),
    ("GET", "/_groundwork/rules"),
    ("POST", "/_groundwork/reset"),
    ("PUT", "/_groundwork/rules"),
    ("PUT", "/_groundwork/truth"),
    ("POST", "/_groundwork/seed"),
]


@pytest.mark.parametrize(("method", "path"), CALLS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Host": "rebound.example"},
        {"Host": "rebound.example:80"},
    ],
)
def test_pages_of_other_origins_and_rebound_names_get_nothing(plain, method, path, headers):
    body = b"[]" if "rules" in path else b"{}"
    answer = plain.send(method, path, body if method != "GET" else b"", {"Content-Type": "application/json", **headers})
    assert 400 <= answer.status < 500
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_changes_must_be_json(plain, account, s3, bucket, kind):
    answer = plain.send("POST", f"/_groundwork/reset?account={account.identifier}", b"{}", {"Content-Type": kind})
    assert 400 <= answer.status < 500
    assert s3.head_bucket(Bucket=bucket)


@pytest.mark.parametrize("path", ["live", "ready", "version"])
def test_health_needs_nothing(plain, path):
    assert plain.send("GET", f"/_groundwork/{path}").status == 200
    assert plain.send("GET", f"/_groundwork/{path}", headers={"Origin": "https://evil.example"}).status == 200


def test_preflight_of_the_control_api_allows_nobody(plain):
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}
    answer = plain.send("OPTIONS", "/_groundwork/rules", headers=asked)
    assert "access-control-allow-origin" not in answer.headers


def test_paths_and_commands_are_not_accepted_over_http(plain, tmp_path):
    seed = {"buckets": [{"name": "seeded-by-path", "objects": [{"folder": str(tmp_path)}]}]}
    assert 400 <= post(plain, "/_groundwork/seed", json.dumps(seed).encode()).status < 500

"""Signed HTTP requests without a client library in between, for what clients refuse to send."""

from __future__ import annotations

import hashlib
import http.client
import json
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from groundwork_testing import Account


@dataclass
class Answer:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error_code(self) -> str:
        """The code of an error, from XML or JSON."""
        if self.body.lstrip().startswith(b"<"):
            return ElementTree.fromstring(self.body).findtext("Code") or ""
        document = json.loads(self.body)
        return str(document.get("__type") or document.get("code")).rsplit("#", 1)[-1]

    @property
    def error_message(self) -> str:
        """The text of a JSON error."""
        document = json.loads(self.body)
        return str(document.get("message") or document.get("Message") or "")


class Plain:
    """Sends requests as an account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.host = account.endpoint.removeprefix("http://")

    def s3(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        after_signing: dict[str, str] | None = None,
        keys: tuple[str, str] | None = None,
    ) -> Answer:
        """An S3 request; `after_signing` adds or replaces headers that the signature then does not fit."""
        signed = self.s3_headers(method, path, body, headers, keys)
        return self.send(method, path, body, {**signed, **(after_signing or {})})

    def s3_headers(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        keys: tuple[str, str] | None = None,
    ) -> dict[str, str]:
        """The headers of a signed S3 request, without Host and Content-Length."""
        request = AWSRequest(method=method, url=f"http://{self.host}{path}", data=body, headers=dict(headers or {}))
        request.headers["X-Amz-Content-SHA256"] = hashlib.sha256(body).hexdigest()
        identifier, secret = keys or (self.account.identifier, self.account.secret)
        S3SigV4Auth(Credentials(identifier, secret), "s3", self.account.region).add_auth(request)
        return dict(request.headers.items())

    def json(self, service: str, target: str, body: bytes) -> Answer:
        """A request of the JSON 1.1 protocol with any body at all."""
        request = AWSRequest(method="POST", url=f"http://{self.host}/", data=body)
        request.headers["Content-Type"] = "application/x-amz-json-1.1"
        request.headers["X-Amz-Target"] = target
        credentials = Credentials(self.account.identifier, self.account.secret)
        SigV4Auth(credentials, service, self.account.region).add_auth(request)
        return self.send("POST", "/", body, dict(request.headers.items()))

    def send(self, method: str, path: str, body: bytes = b"", headers: dict[str, Any] | None = None) -> Answer:
        """An HTTP request as it is."""
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, path, body or None, headers or {})
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read())
        finally:
            connection.close()

"""The control API of a Groundwork server, `/_groundwork/…`, call by call."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from typing import Any, Dict, Optional


class ControlError(Exception):
    """The server refused a control call. `status` is the HTTP status, `code` the error's name, `message` its text."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message


class Control:
    """Makes control calls; knows nothing of AWS."""

    def __init__(self, endpoint: str, token: Optional[str] = None) -> None:
        self.endpoint = endpoint.rstrip("/")
        self.token = token or os.environ.get("GROUNDWORK_CONTROL_TOKEN")
        # A proxy set for the outside world must not see calls to this machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(
        self, method: str, path: str, body: Any = None, query: Optional[Dict[str, Any]] = None, patience: float = 60
    ) -> Any:
        """Makes one call and returns the decoded answer; None where there is no body.

        A body of bytes goes out as it is (NDJSON), anything else as JSON. Query values that are None are left out.
        `patience` is how many seconds the call waits for the server.
        """
        url = f"{self.endpoint}/_groundwork/{path}"
        given = {name: value for name, value in (query or {}).items() if value is not None}
        if given:
            url += "?" + urllib.parse.urlencode(given)
        headers: Dict[str, str] = {"Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data: Optional[bytes] = None
        if method not in ("GET", "HEAD"):
            data = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
            headers["Content-Type"] = "application/x-ndjson" if isinstance(body, bytes) else "application/json"
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        try:
            with self._opener.open(request, timeout=patience) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise _refusal(error.code, error.read()) from None
        return json.loads(text) if text else None

    def is_ready(self) -> bool:
        """Whether the server takes work."""
        try:
            self.call("GET", "ready", patience=2)
            return True
        # A connection to a port on which nobody listens yet can meet itself, and then reads back what it has sent.
        except (OSError, ControlError, ValueError, HTTPException):
            return False


def _refusal(status: int, body: bytes) -> ControlError:
    try:
        document = json.loads(body)
        code = document.get("code") or document.get("__type") or ""
        message = document.get("message") or document.get("Message") or ""
    except (ValueError, AttributeError):
        code, message = "", body.decode(errors="replace")
    return ControlError(status, str(code).rsplit("#", 1)[-1], str(message))

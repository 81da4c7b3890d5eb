"""Requests whose framing two parsers could read differently are refused, and nothing behind them is taken for a request
(RFC 9112, sections 2.2, 5.1, 5.2, 6.1, 6.3, 7.1)."""

import socket
from urllib.parse import urlsplit

import pytest

SMUGGLED = b"GET /_groundwork/version HTTP/1.1\r\nHost: localhost\r\n\r\n"


def answers(account, data):
    """Everything that the server says until it closes; it must close."""
    address = urlsplit(account.endpoint)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(data)
        received = b""
        while piece := connection.recv(65_536):
            received += piece
        return received


HOST = b"Host: 127.0.0.1\r\n"
SHAPES = {
    "both lengths": b"POST /b HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "lengths that differ": b"POST /b HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\nContent-Length: 56\r\n\r\n",
    "a list of lengths": b"POST /b HTTP/1.1\r\n" + HOST + b"Content-Length: 0, 56\r\n\r\n",
    "a length with a sign": b"POST /b HTTP/1.1\r\n" + HOST + b"Content-Length: +0\r\n\r\n",
    "a length that is no number": b"POST /b HTTP/1.1\r\n" + HOST + b"Content-Length: 0x0\r\n\r\n",
    "a coding that is not undone": b"POST /b HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a coding nobody knows": b"POST /b HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked twice": b"POST /b HTTP/1.1\r\n" + HOST
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "bare line feeds": b"GET /b HTTP/1.1\nHost: 127.0.0.1\n\n",
    "a bare line feed in one field": b"GET /b HTTP/1.1\r\n" + HOST + b"X-A: 1\nX-B: 2\r\n\r\n",
    "a folded field": b"GET /b HTTP/1.1\r\n" + HOST + b"X-A: 1\r\n folded\r\n\r\n",
    "a blank before the colon": b"GET /b HTTP/1.1\r\n" + HOST + b"Content-Length : 0\r\n\r\n",
    "a field without a name": b"GET /b HTTP/1.1\r\n" + HOST + b": x\r\n\r\n",
    "two hosts": b"GET /b HTTP/1.1\r\n" + HOST + b"Host: other\r\n\r\n",
    "no host": b"GET /b HTTP/1.1\r\nX-A: 1\r\n\r\n",
    "a carriage return alone": b"GET /b HTTP/1.1\r\n" + HOST + b"X-A: 1\rX-B: 2\r\n\r\n",
    "a NUL": b"GET /b HTTP/1.1\r\n" + HOST + b"X-A: \x00\r\n\r\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_framing_with_two_readings_is_refused(account, shape):
    received = answers(account, SHAPES[shape] + SMUGGLED)
    status = received.split(b" ", 2)[1]
    assert status in (b"400", b"501"), received
    assert received.count(b"HTTP/1.1 ") == 1


CHUNKS = {
    "a size that is no number": b"zz\r\nhello\r\n0\r\n\r\n",
    "a negative size": b"-1\r\n0\r\n\r\n",
    "a size that overflows": b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "data longer than its size": b"2\r\nhello\r\n0\r\n\r\n",
    "a size that ends with a line feed alone": b"5\nhello\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("shape", CHUNKS)
def test_a_broken_chunk_ends_the_connection(account, s3, bucket, shape):
    head = (
        f"PUT /{bucket}/k HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
        "x-amz-decoded-content-length: 5\r\n\r\n"
    ).encode()
    received = answers(account, head + CHUNKS[shape] + SMUGGLED)
    assert received.count(b"HTTP/1.1 ") <= 1 and b" 200 " not in received.split(b"\r\n")[0]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)

#!/usr/bin/env python3
"""Makes dates.csv and json.csv beside this file from Python's own datetime and json modules.

Run it to make them anew; the result is the same every time. Nothing in them comes from this program.
"""

import email.utils
import json
import pathlib
import random
from datetime import datetime, timedelta, timezone

HERE = pathlib.Path(__file__).parent
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def dates(draw):
    edges = ["0001-01-01T00:00:00.000000", "1582-10-15T12:00:00.000001", "1900-02-28T23:59:59.999999",
             "1900-03-01T00:00:00.000000", "1969-12-31T23:59:59.999999", "1970-01-01T00:00:00.000000",
             "2000-02-29T00:00:00.000000", "2024-02-29T23:59:59.123456", "2038-01-19T03:14:08.000000",
             "9999-12-31T23:59:59.999999"]
    for text in edges:
        yield datetime.fromisoformat(text).replace(tzinfo=timezone.utc)
    span = int((datetime(9999, 12, 31, tzinfo=timezone.utc) - datetime(1, 1, 1, tzinfo=timezone.utc)).total_seconds())
    for _ in range(250):
        seconds = draw.randrange(span)
        yield datetime(1, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds, microseconds=draw.randrange(10**6))


def write_dates(draw):
    rows = ["# microseconds since 1970;ISO 8601 with six digits;HTTP date. Made by make_golden.py"]
    for date in dates(draw):
        microseconds = (date - EPOCH) // timedelta(microseconds=1)
        iso = date.replace(tzinfo=None).isoformat(timespec="microseconds")
        rows.append(f"{microseconds};{iso};{email.utils.format_datetime(date, usegmt=True)}")
    (HERE / "dates.csv").write_text("\n".join(rows) + "\n")


def text(draw):
    letters = 'ab "\\/\n\t\rzé߿ࠀ€\uffff\U00010000😀\U0010ffff\x7f\x00\x1f'
    return "".join(draw.choice(letters) for _ in range(draw.randrange(6)))


def value(draw, depth):
    kind = draw.randrange(8 if depth < 4 else 6)
    if kind == 0:
        return draw.choice([None, True, False])
    if kind == 1:
        return draw.randrange(-10**draw.randrange(1, 25), 10**draw.randrange(1, 25))
    if kind == 2:
        return draw.uniform(-1, 1) * 10.0 ** draw.randrange(-20, 20)
    if kind in (3, 4, 5):
        return text(draw)
    if kind == 6:
        return [value(draw, depth + 1) for _ in range(draw.randrange(4))]
    return {text(draw) + str(index): value(draw, depth + 1) for index in range(draw.randrange(4))}


def refuse(word):
    raise ValueError(word)


def is_json(raw):
    """Whether the bytes are one document of RFC 8259 in UTF-8, without lone surrogates."""
    try:
        parsed = json.loads(raw.decode("utf-8"), parse_constant=refuse)
        json.dumps(parsed, ensure_ascii=False).encode("utf-8")
        return True
    except ValueError:
        return False


def write_json(draw):
    rows = ["# valid or invalid;document in hexadecimal;its compact text in hexadecimal. Made by make_golden.py"]
    documents = []
    for _ in range(200):
        content = value(draw, 0)
        style = draw.choice([dict(), dict(indent=2), dict(separators=(",", ":")), dict(ensure_ascii=False)])
        raw = json.dumps(content, **style).encode("utf-8")
        compact = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        documents.append(raw)
        rows.append(f"valid;{raw.hex()};{compact.hex()}")
    splinters = [b'"', b"\\", b"\\u", b"\\ud800", b"\\udc00", b"{", b"}", b"[", b"]", b",", b":", b"0", b"-", b".", b"e",
                 b"+", b"\x00", b"\x1f", b"\x80", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82\xac",
                 b"\xff", b"\xef\xbb\xbf", b"true", b"nul", b"NaN", b"Infinity", b" ", b"\t", b"\x0b", b"\xc2\xa0", b"//"]
    for _ in range(600):
        raw = bytearray(draw.choice(documents))
        for _ in range(draw.randrange(1, 3)):
            at = draw.randrange(len(raw) + 1)
            choice = draw.randrange(3)
            if choice == 0:
                raw[at:at] = draw.choice(splinters)
            elif choice == 1:
                del raw[at:at + draw.randrange(1, 4)]
            else:
                raw[at:at + 1] = draw.choice(splinters)
        rows.append(f"{'valid' if is_json(bytes(raw)) else 'invalid'};{bytes(raw).hex()};")
    (HERE / "json.csv").write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    write_dates(random.Random(1))
    write_json(random.Random(2))

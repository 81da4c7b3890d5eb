"""Pages of a listing of a large bucket: CPU per page at several depths, and what the server holds in memory.

The bucket is filled in the database itself while the server is down: a million requests would take far longer than what
is measured.
"""

from __future__ import annotations

import http.client
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path

from groundwork_testing import Server

from . import load, machine

_BUCKET, _PAGES = "large", 400


def run(objects: int) -> None:
    """Fills a bucket and lists it."""
    folder = Path(tempfile.mkdtemp(prefix="groundwork-bench-"))
    options = ["--data-dir", str(folder / "data")]
    try:
        with Server.start(options=options, ephemeral=False) as server:
            client = server.client("s3")
            client.create_bucket(Bucket=_BUCKET)
            client.put_object(Bucket=_BUCKET, Key="first", Body=b"x" * 100, ContentType="image/jpeg")
        began = time.monotonic()
        _fill(folder / "data" / "groundwork.db", objects)
        print(f"{objects:,} objects were put in place in {time.monotonic() - began:.0f} s")
        with Server.start(options=options, ephemeral=False) as server:
            print(_measured(server, objects))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fill(path: Path, objects: int) -> None:
    database = sqlite3.connect(path)
    columns = [row[1] for row in database.execute("PRAGMA table_info(objects)") if row[1] != "key"]
    names = ", ".join(columns)
    database.execute(
        f"""
        WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?)
        INSERT INTO objects(key, {names})
        SELECT printf('photos/%04d/%02d/image-%08d.jpg', n / 10000, (n / 100) % 100, n), {names}
        FROM numbers, objects WHERE objects.key = 'first'
        """,
        (objects,),
    )
    database.commit()
    database.close()


def _measured(server: Server, objects: int) -> str:
    process = server.process.pid
    connection = http.client.HTTPConnection("127.0.0.1", int(server.endpoint.rsplit(":", 1)[1]), timeout=60)
    rows = [["page of 1,000 keys", "CPU ms", "resident MiB"], ["(idle)", "", f"{machine.resident_mib(process):.1f}"]]
    for part in (0, 0.5, 0.99):
        start = f"photos/{int(objects * part) // 10_000:04d}/"
        path = f"/{_BUCKET}?list-type=2&encoding-type=url&start-after={start.replace('/', '%2F')}"
        headers = load.signed("GET", server.endpoint + path)
        before = machine.cpu_seconds(process)
        for _ in range(_PAGES):
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            if answer.status != 200 or not answer.read():
                raise SystemExit(f"bench: a page was answered {answer.status}")
        spent = (machine.cpu_seconds(process) - before) * 1000 / _PAGES
        rows.append([f"after {start}", f"{spent:.2f}", f"{machine.resident_mib(process):.1f}"])
    return machine.table(rows) + "\nTargets: at most 2 ms of CPU a page, at most 64 MiB idle."

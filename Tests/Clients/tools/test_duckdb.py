"""DuckDB with httpfs: tables written to and queried from objects, globs, partitions, ranges of a large file."""

from __future__ import annotations

import csv
import io

from readback import stored


def work_with_tables(host: str, bucket: str) -> dict:
    import os
    from pathlib import Path

    import duckdb
    import duckdb_extension_httpfs

    folder = Path(duckdb_extension_httpfs.__file__).parent / "extensions" / f"v{duckdb.__version__}"
    database = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    database.load_extension(str(folder / "httpfs.duckdb_extension"))
    key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
    database.execute(
        f"create secret (type s3, key_id '{key}', secret '{secret}', region 'us-east-1', endpoint '{host}', "
        "url_style 'path', use_ssl false)"
    )
    place = f"s3://{bucket}"
    database.execute(f"copy (select range as n, n % 3 as third from range(1000)) to '{place}/plain.csv'")
    for half in (0, 1):
        rows = f"select range + {half} * 500000 as n, hash(n) as text from range(500000)"
        database.execute(f"copy ({rows}) to '{place}/half {half}.parquet' (format parquet)")
    partition = f"copy (select * from '{place}/plain.csv') to '{place}/parted' (format parquet, partition_by (third))"
    database.execute(partition)

    def one(query: str) -> list:
        return list(database.execute(query).fetchone())

    return {
        "csv": one(f"select count(*), sum(n)::bigint from '{place}/plain.csv'"),
        "glob": one(f"select count(*), sum(n)::bigint, min(n), max(n) from '{place}/half*.parquet'"),
        "one row": one(f"select n from '{place}/half 1.parquet' where n = 777777"),
        "part": one(f"select count(*) from read_parquet('{place}/parted/*/*.parquet') where third = 1"),
        "files": [row[0] for row in database.execute(f"from glob('{place}/half*') order by 1").fetchall()],
    }


def test_tables(tools, account, s3, bucket):
    host = account.endpoint.removeprefix("http://")
    assert tools.call(work_with_tables, host, bucket) == {
        "csv": [1000, 499_500],
        "glob": [1_000_000, 499_999_500_000, 0, 999_999],
        "one row": [777_777],
        "part": [333],
        "files": [f"s3://{bucket}/half {half}.parquet" for half in (0, 1)],
    }
    objects = stored(s3, bucket)
    parted = [key for key in objects if key.startswith("parted/third=")]
    assert sorted(key.split("/")[1] for key in parted) == ["third=0", "third=1", "third=2"]
    assert all(objects[key][-4:] == b"PAR1" for key in objects if key.endswith(".parquet"))
    rows = list(csv.DictReader(io.StringIO(objects["plain.csv"].decode())))
    assert rows == [{"n": str(n), "third": str(n % 3)} for n in range(1000)]

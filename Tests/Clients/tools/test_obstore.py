"""obstore, the object_store of Rust: create-only writes, parts, ranges, listings, copies, renames, many deletes."""

from __future__ import annotations

from readback import MIB, content, stored


def work_with_objects(bucket: str) -> dict:
    import hashlib
    import os

    import obstore
    from obstore.exceptions import AlreadyExistsError, PreconditionError
    from obstore.store import S3Store

    def body(size: int) -> bytes:
        return hashlib.shake_128(f" {size}".encode()).digest(size)

    store = S3Store(bucket, endpoint=os.environ["AWS_ENDPOINT_URL"], client_options={"allow_http": True})
    seen: dict = {}
    first = obstore.put(store, "new", b"1", mode="create")
    try:
        obstore.put(store, "new", b"2", mode="create")
    except AlreadyExistsError:
        seen["create"] = "refused"
    obstore.put(store, "new", b"3", mode={"e_tag": first["e_tag"]})
    try:
        obstore.put(store, "new", b"4", mode={"e_tag": first["e_tag"]})
    except PreconditionError:
        seen["update"] = "refused"
    obstore.put(store, "deep/large ü", body(12 * 2**20), chunk_size=5 * 2**20, attributes={"Content-Type": "text/x"})
    obstore.put(store, "ten", b"0123456789")
    seen["ranges"] = [bytes(part).decode() for part in obstore.get_ranges(store, "ten", starts=[1, 8], ends=[3, 10])]
    seen["last"] = bytes(obstore.get(store, "ten", options={"range": {"suffix": 3}}).bytes()).decode()
    seen["head"] = obstore.head(store, "deep/large ü")["size"]
    obstore.copy(store, "ten", "copied")
    obstore.rename(store, "copied", "renamed")
    folded = obstore.list_with_delimiter(store)
    seen["prefixes"] = list(folded["common_prefixes"])
    seen["objects"] = [entry["path"] for entry in folded["objects"]]
    seen["all"] = sorted(entry["path"] for page in obstore.list(store, chunk_size=2) for entry in page)
    with obstore.open_writer(store, "streamed", buffer_size=5 * 2**20) as writer:
        writer.write(body(6 * 2**20))
    for number in range(3):
        obstore.put(store, f"gone/{number}", b"")
    obstore.delete(store, [f"gone/{number}" for number in range(3)])
    try:
        obstore.get(store, "gone/0")
    except FileNotFoundError:
        seen["missing"] = True
    return seen


def test_objects(tools, s3, bucket):
    assert tools.call(work_with_objects, bucket) == {
        "create": "refused",
        "update": "refused",
        "ranges": ["12", "89"],
        "last": "789",
        "head": 12 * MIB,
        "prefixes": ["deep"],
        "objects": ["new", "renamed", "ten"],
        "all": ["deep/large ü", "new", "renamed", "ten"],
        "missing": True,
    }
    ten = b"0123456789"
    expected = {
        "deep/large ü": content(12 * MIB),
        "new": b"3",
        "renamed": ten,
        "ten": ten,
        "streamed": content(6 * MIB),
    }
    assert stored(s3, bucket) == expected
    assert s3.head_object(Bucket=bucket, Key="deep/large ü")["ContentType"] == "text/x"


def signed_addresses(bucket: str) -> list:
    import datetime
    import os
    import urllib.request

    import obstore
    from obstore.store import S3Store

    store = S3Store(bucket, endpoint=os.environ["AWS_ENDPOINT_URL"], client_options={"allow_http": True})
    hour = datetime.timedelta(hours=1)
    request = urllib.request.Request(obstore.sign(store, "PUT", "k", hour), data=b"body", method="PUT")
    request.add_header("Content-Type", "text/x")
    urllib.request.urlopen(request)
    with urllib.request.urlopen(obstore.sign(store, "GET", "k", hour)) as answer:
        return [answer.read().decode(), answer.headers["Content-Type"]]


def test_signed_addresses(tools, s3, bucket):
    assert tools.call(signed_addresses, bucket) == ["body", "text/x"]
    assert stored(s3, bucket) == {"k": b"body"}

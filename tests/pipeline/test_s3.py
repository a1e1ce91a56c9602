"""S3, on a real server: listed, streamed, broken off and gone on with, replaced, refused."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from pipeline.errors import DamagedStream, Exit, InputError, UsageError
from pipeline.inputs import open_input
from pipeline.s3 import ATTEMPTS, ObjectReader, S3Object, listed, place_of, s3_client
from tests.pipeline.conftest import Run
from tests.s3_faults import Faults, S3Proxy
from tests.s3_server import S3Server
from tests.servers import started

NAMES = b"paypa1.com\n" + b"www.example.com\n" * 20_000 + b"xn--pple-43d.com\n"


@pytest.fixture(scope="session")
def server() -> Iterator[S3Server]:
    yield from started(S3Server)


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def bucket(
    server: S3Server, faults: Faults, unique: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A bucket behind the proxy, with one object: ``dns/names.txt``."""
    proxy = S3Proxy(server.port, faults)
    for name, value in {**server.environment, "AWS_ENDPOINT_URL_S3": proxy.endpoint}.items():
        monkeypatch.setenv(name, value)
    s3_client.cache_clear()
    place = {"LocationConstraint": "eu-central-1"}
    s3_client().create_bucket(Bucket=unique, CreateBucketConfiguration=place)  # type: ignore[arg-type]
    put(unique, "dns/names.txt", NAMES)
    yield unique
    proxy.close()
    s3_client.cache_clear()


@pytest.fixture
def scan(run: Run, bucket: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `glyphwatch scan` where that S3 is."""
    assert bucket
    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    return lambda *arguments: run("scan", *arguments, **aws)


def put(bucket: str, key: str, body: bytes) -> None:
    s3_client().put_object(Bucket=bucket, Key=key, Body=body)


def reader(bucket: str, key: str = "dns/names.txt") -> ObjectReader:
    (wanted,) = listed(f"s3://{bucket}/{key}")
    return ObjectReader(wanted, sleep=lambda _: None)


def everything(file: ObjectReader, step: int = 50_000) -> bytes:
    parts = []
    while part := file.take(step):
        assert len(part) <= step
        parts.append(part)
    return b"".join(parts)


def ranges(faults: Faults) -> list[str]:
    """The ranges that were asked for."""
    lines = [line for head in faults.requests for line in head.decode().split("\r\n")]
    return [line.split(": ")[1] for line in lines if line.lower().startswith("range")]


def test_an_object_is_read_by_one_request_that_names_its_content(
    bucket: str, faults: Faults
) -> None:
    assert everything(reader(bucket)) == NAMES
    assert ranges(faults) == [f"bytes=0-{len(NAMES) - 1}"]
    assert b"if-match" in faults.requests[-1].lower()


@pytest.mark.parametrize("cuts", [[1], [3_000], [3_000, 70_000, 1, 9_000]])
def test_a_stream_that_breaks_goes_on_where_it_broke(
    bucket: str, faults: Faults, cuts: list[int]
) -> None:
    faults.cut_after += cuts
    assert everything(reader(bucket)) == NAMES
    assert not faults.cut_after
    starts = [int(each.split("=")[1].split("-")[0]) for each in ranges(faults)]
    assert starts == sorted(starts)


def test_what_s3_puts_off_is_asked_again(bucket: str, faults: Faults) -> None:
    faults.statuses += [503, 500, 503]
    assert everything(reader(bucket)) == NAMES


def test_it_is_not_asked_for_ever(bucket: str, faults: Faults) -> None:
    faults.cut_after += [1] * 200
    waits: list[float] = []
    (wanted,) = listed(f"s3://{bucket}/dns/names.txt")
    with pytest.raises(InputError, match="cannot be read"):
        ObjectReader(wanted, sleep=waits.append).take(10)
    assert len(waits) == ATTEMPTS - 1


def test_an_object_that_is_replaced_meanwhile_is_never_put_together_of_two(
    bucket: str, faults: Faults
) -> None:
    faults.cut_after.append(50_000)
    file = reader(bucket)
    first = file.take(10_000)
    put(bucket, "dns/names.txt", b"x" * len(NAMES))
    with pytest.raises(DamagedStream, match="was replaced") as raised:
        first += everything(file)
    assert raised.value.reason == "changed"
    assert NAMES.startswith(first)


@pytest.mark.parametrize(("status", "text"), [(403, "AccessDenied"), (404, "NoSuchKey")])
def test_what_is_refused_says_so_at_once(
    bucket: str, faults: Faults, status: int, text: str
) -> None:
    faults.statuses += [status] * 9
    file = reader(bucket)
    with pytest.raises(InputError, match=rf"names.txt: cannot be read: {text}") as raised:
        file.take(10)
    assert not isinstance(raised.value, DamagedStream)
    assert len(faults.statuses) == 8


def test_prefixes(bucket: str) -> None:
    for key in ("dns/names.txt.gz", "dns/b", "dns/", "other"):
        put(bucket, key, b"a.com\n")
    keys = [each.key for each in listed(f"s3://{bucket}/dns/")]
    assert keys == ["dns/b", "dns/names.txt", "dns/names.txt.gz"]
    assert [each.key for each in listed(f"s3://{bucket}/dns/names.txt")] == ["dns/names.txt"]
    assert len(listed(f"s3://{bucket}")) == 4
    with pytest.raises(UsageError, match="no object"):
        listed(f"s3://{bucket}/none")
    with pytest.raises(InputError, match="NoSuchBucket"):
        listed("s3://nobody-has-this/x")
    with pytest.raises(UsageError, match="names no bucket"):
        place_of("s3:///x")


def test_a_second_run_takes_only_what_is_new(bucket: str, faults: Faults, scan: Run) -> None:
    first = scan(f"s3://{bucket}/dns/")
    assert first.returncode == Exit.DONE, first.stderr
    assert "20,002 records: 20,000 clean, 2 matched" in first.stderr
    put(bucket, "dns/more.gz", gzip.compress(b"rnicrosoft.com\n"))
    faults.requests.clear()
    second = scan(f"s3://{bucket}/dns/")
    assert second.returncode == Exit.DONE, second.stderr
    assert f"s3://{bucket}/dns/names.txt: was scanned before" in second.stderr
    assert "20,003 records: 20,000 clean, 3 matched" in second.stderr
    assert [head.split(b" ")[1].split(b"?")[0] for head in faults.requests] == [
        f"/{bucket}".encode(), f"/{bucket}/dns/more.gz".encode()
    ]  # fmt: skip


def test_what_can_be_read_is_read_whatever_is_wrong_with_the_rest(
    bucket: str, faults: Faults, scan: Run
) -> None:
    put(bucket, "dns/a.txt", b"rnicrosoft.com\n")
    faults.statuses.append(403)  # of the first
    done = scan(f"s3://{bucket}/dns/", "--output", "-")
    assert done.returncode == Exit.INPUT
    assert "dns/a.txt: cannot be read: AccessDenied" in done.stderr
    assert len(done.stdout.splitlines()) == 2


def test_parquet_is_read_by_its_parts(bucket: str, faults: Faults) -> None:
    names = [f"a{number}.example" for number in range(200_000)] + ["paypa1.com"]
    buffer = io.BytesIO()
    table = pa.table({"other": ["x" * 50] * len(names), "rrname": names})
    parquet.write_table(table, buffer, compression="none", use_dictionary=False)
    put(bucket, "t.parquet", buffer.getvalue())
    (wanted,) = listed(f"s3://{bucket}/t.parquet")
    faults.requests.clear()
    with parquet.ParquetFile(open_input(wanted).whole()) as file:
        assert file.read(["rrname"]).num_rows == len(names)
    assert len(ranges(faults)) >= 2


def test_detections_as_parquet_in_s3_appear_when_they_are_whole(bucket: str, scan: Run) -> None:
    place = f"s3://{bucket}/found.parquet"
    done = scan(f"s3://{bucket}/", "--output", place)
    assert done.returncode == Exit.DONE, done.stderr
    (wanted,) = listed(place)
    rows = parquet.read_table(io.BytesIO(everything(reader(bucket, wanted.key)))).to_pylist()
    assert [row["name"] for row in rows] == ["paypa1.com", "xn--pple-43d.com"]
    assert rows[0]["source"] == f"s3://{bucket}/dns/names.txt:0"
    again = scan(f"s3://{bucket}/", "--output", place)  # its own output is none of its input
    assert "20,002 records" in again.stderr
    refused = scan(f"s3://{bucket}/dns", "--output", f"s3://{bucket}/found.jsonl")
    assert refused.returncode == Exit.USAGE
    assert scan("s3://nobody-has-this/x", "--output", place).returncode == Exit.INPUT
    uploads = s3_client().list_multipart_uploads(Bucket=bucket)
    assert not uploads.get("Uploads")


def test_a_bucket_that_takes_nothing_is_a_sink_that_is_away(
    bucket: str, scan: Run, tmp_path: Path
) -> None:
    (tmp_path / "n.txt").write_bytes(NAMES)
    done = scan("n.txt", "--output", "s3://nobody-has-this/found.parquet")
    assert done.returncode == Exit.SINK
    assert "NoSuchBucket" in done.stderr


def test_labels_and_identity() -> None:
    one = S3Object("logs", "a/b.gz", '"abc-2"', 7)
    with open_input(one) as source:
        assert (source.name, source.digest(), source.size) == (
            "s3://logs/a/b.gz",
            "etag:abc-2:7",
            7,
        )

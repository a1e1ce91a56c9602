"""Parquet: a named column, whatever its type, and damage that is said."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from pipeline.errors import Exit
from pipeline.scan import Request
from tests.pipeline.samples import accounted

if TYPE_CHECKING:
    from tests.pipeline.conftest import ScanFiles

NAMES = ["paypal.com", "paypa1.com", "example.com", "xn--pple-43d.com"]


def write(path: Path, columns: dict[str, Any], **options: Any) -> Path:  # noqa: ANN401
    parquet.write_table(pa.table(columns), path, **options)
    return path


KINDS: dict[str, Callable[[list[str]], pa.Array]] = {
    "string": pa.array,
    "large_string": lambda names: pa.array(names, pa.large_string()),
    "string_view": lambda names: pa.array(names, pa.string_view()),
    "binary": lambda names: pa.array([name.encode() for name in names]),
    "dictionary": lambda names: pa.array(names).dictionary_encode(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_every_text_type(scan: ScanFiles, tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / "x", {"n": [1, 2, 3, 4], "domain": KINDS[kind](NAMES)})
    result = scan(path)
    assert sorted(result.names) == ["paypa1.com", "xn--pple-43d.com"]
    assert result.outcome.counts.records == 4
    assert result.outcome.counts.clean == 2


@pytest.mark.parametrize("kind", KINDS)
def test_missing_names_are_rejected(scan: ScanFiles, tmp_path: Path, kind: str) -> None:
    names = KINDS[kind](NAMES).slice(1, 2)
    array = pa.concat_arrays([names, pa.nulls(1, names.type), names])
    result = scan(write(tmp_path / "x", {"domain": array}))
    assert result.reasons == {"no_qname": 1}
    assert result.outcome.counts.records == 5
    assert result.outcome.counts.matched == 2


def test_bytes_that_are_not_utf8(scan: ScanFiles, tmp_path: Path) -> None:
    result = scan(write(tmp_path / "x", {"domain": pa.array([b"\xff.com", b"a.com"])}))
    assert result.reasons == {"not_utf8": 1}


def test_other_fields_are_those_of_cof(scan: ScanFiles, tmp_path: Path) -> None:
    time = datetime(2025, 11, 21, 4, 40, tzinfo=UTC)
    columns = {
        "rrname": ["paypa1.com"],
        "rdata": [["192.0.2.1", "192.0.2.2"]],
        "rrtype": ["A"],
        "count": pa.array([7], pa.int32()),
        "time_first": pa.array([time], pa.timestamp("ns", "UTC")),
        "time_last": pa.array([time.replace(tzinfo=None)], pa.timestamp("us")),
    }
    (found,) = scan(write(tmp_path / "x", columns)).detections
    assert found["rdata"] == ["192.0.2.1", "192.0.2.2"]
    assert (found["rrtype"], found["count"]) == ("A", 7)
    assert found["time_first"] == found["time_last"] == 1763700000


def test_rows_are_numbered_over_row_groups(scan: ScanFiles, tmp_path: Path) -> None:
    names = ["example.com"] * 25 + ["paypa1.com"]
    result = scan(write(tmp_path / "x", {"domain": names}, row_group_size=10))
    assert [each["source"].rpartition(":")[2] for each in result.detections] == ["25"]


def test_compressed_parquet_is_laid_down_first(scan: ScanFiles, tmp_path: Path) -> None:
    path = write(tmp_path / "x", {"domain": NAMES})
    whole = path.read_bytes()
    assert len(scan(gzip.compress(whole)).names) == 2
    assert scan(gzip.compress(whole)[:-20]).reasons == {"truncated_stream": 1}


def test_damage_is_said(scan: ScanFiles, tmp_path: Path) -> None:
    whole = write(tmp_path / "x", {"domain": NAMES}).read_bytes()
    for broken in (whole[:-9], b"PAR1" + bytes(100), whole[:20] + bytes(60) + whole[80:]):
        assert scan(broken).reasons == {"corrupt_stream": 1}


def test_the_column_must_be_there_and_be_text(scan: ScanFiles, tmp_path: Path) -> None:
    path = write(tmp_path / "x", {"domain": [1], "site": ["paypa1.com"]})
    for column in (None, "nothing", "domain"):
        (error,) = scan(path, request=Request(column=column)).outcome.errors
        assert error.exit_code is Exit.USAGE
        assert str(path) in str(error)
    assert scan(path, request=Request(column="site")).names == ["paypa1.com"]


@pytest.mark.parametrize(
    "rdata",
    [
        pa.array(["a.example.", None, "", "192.0.2.1"]),
        pa.array([["a.example.", ""], None, [], ["192.0.2.1"]]),
        pa.array([["a.example.", None], None, [], ["x"]], pa.large_list(pa.large_string())),
        pa.array([None] * 4),
    ],
)
def test_rows_that_point_at_nothing_alike_are_clean(scan: ScanFiles, rdata: pa.Array) -> None:
    names = [f"n{number}.example" for number in range(4)]
    buffer = io.BytesIO()
    table = pa.table({"rrname": names, "rrtype": ["CNAME", "NS", "mx", "A"], "rdata": rdata})
    parquet.write_table(table, buffer)
    result = scan(buffer.getvalue())
    assert (result.outcome.counts.clean, result.detections) == (4, [])
    assert accounted(result)

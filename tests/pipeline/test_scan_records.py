"""The scan: every record accounted for, once, however often and in how many threads it is read."""

from __future__ import annotations

import base64
import os
import resource
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.engine import Engine
from pipeline.opening import Openings
from pipeline.scan import Request, Scan
from pipeline.sinks import MemorySink
from pipeline.store import Store
from tests.pipeline.samples import COF, FOUND, NAMES, accounted, one

if TYPE_CHECKING:
    from tests.pipeline.conftest import ScanFiles

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def test_every_record_is_accounted_for(scan: ScanFiles) -> None:
    result = scan(
        b"# comment\nexample.com\n\npaypa1.com\na..b\n.\n\xff.com\n" + b"a" * 64 + b".com\n"
    )
    counts = result.outcome.counts
    assert (counts.records, counts.clean, counts.matched) == (7, 1, 1)
    assert result.reasons == {"empty_label": 1, "not_utf8": 1, "label_too_long": 1}
    assert dict(counts.skipped) == {"comment": 1, "root": 1}
    assert accounted(result)
    first = result.rejects[0]
    assert (first["reason"], first["offset"]) == ("empty_label", 34)
    assert base64.b64decode(first["original"]) == b"a..b"


def test_rejects_of_ndjson_keep_the_name_and_the_reason(scan: ScanFiles) -> None:
    result = scan(b'{"rrname":"a..b"}\n{"rrname":""}\n{"rrname":"."}\n{}\n')
    assert result.reasons == {"empty_label": 1, "empty_name": 1, "no_qname": 1}
    assert accounted(result)


def test_fields_of_the_record_arrive(scan: ScanFiles) -> None:
    (found,) = scan(COF).detections
    assert (found["rrtype"], found["rdata"], found["count"]) == ("A", "192.0.2.1", 5)
    assert (found["time_first"], found["time_last"]) == (100, None)
    assert found["source"].endswith("/input0:68")


def test_a_truncated_dnsdb_stream_is_said(scan: ScanFiles) -> None:
    begin, end = b'{"cond":"begin"}\n', b'{"cond":"succeeded"}\n'
    record = b'{"obj":{"count":3,"rrname":"paypa1.com.","rrtype":"A","rdata":["192.0.2.1"]}}\n'
    assert not scan(begin + record + end).reasons
    result = scan(begin + record)
    assert result.reasons == {"truncated_stream": 1}
    assert result.names == ["paypa1.com"]
    assert accounted(result)


def test_as_many_threads_as_one_likes_find_the_same(scan: ScanFiles) -> None:
    lines = b"".join(b"host%05d.example.com\n" % number for number in range(200_000))
    text = lines + NAMES + lines + b"a..b\n" + NAMES
    alone = scan(text)
    for jobs in (2, 5):
        together = scan(text, request=Request(jobs=jobs))
        assert together.detections == alone.detections
        assert together.rejects == alone.rejects
        assert together.outcome.counts == alone.outcome.counts


def test_the_same_content_twice_is_read_once(scan: ScanFiles) -> None:
    result = scan(NAMES, NAMES)
    assert result.outcome.counts.records == 4
    assert "same content" in result.said[0]


def test_ids_depend_on_content_and_place_not_on_the_file_name(
    scan: ScanFiles, tmp_path: Path
) -> None:
    once = scan(NAMES)
    (tmp_path / "other").write_bytes(NAMES)
    again = scan(tmp_path / "other")
    assert [d["id"] for d in once.detections] == [d["id"] for d in again.detections]
    moved = scan(b"\n" + NAMES)
    assert not {d["id"] for d in moved.detections} & {d["id"] for d in once.detections}


def test_scanning_again_changes_nothing(
    scan: ScanFiles, store: Store, contents: Callable[[Path], Any]
) -> None:
    scan(NAMES, COF, store=store)
    before = contents(store.path)
    for resume in (False, True):
        again = scan(NAMES, COF, store=store, resume=resume)
        assert contents(store.path) == before
        assert again.outcome.counts.matched == 3
    assert len(before["detections"]) == 3


def test_a_finished_source_is_not_read_again(scan: ScanFiles, store: Store) -> None:
    scan(NAMES, store=store, resume=True)
    again = scan(NAMES, store=store, resume=True)
    assert "was scanned before" in again.said[0]
    assert not again.names
    assert again.outcome.counts.matched == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.binary(max_size=400))
def test_no_bytes_make_a_scan_raise(scan: ScanFiles, data: bytes) -> None:
    for name in ("names", "ndjson"):
        assert accounted(scan(data, request=Request(format=name)))


def test_memory_does_not_grow_with_the_input(engine: Engine, tmp_path: Path) -> None:
    lines = b"".join(b"host%06d.example.com\n" % number for number in range(100_000))
    path = tmp_path / "names.zst"
    compressor = zstd.ZstdCompressor()
    with path.open("wb") as file:
        for _ in range(20):
            file.write(compressor.compress(lines))
        file.write(compressor.flush())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = Scan(engine, [MemorySink()], Request(jobs=2), say=lambda _: None).run(one(path))
    assert outcome.counts.records == 2_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


def test_hashing_aside_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for name, text in (("a", NAMES), ("b", b"rnicrosoft.com\n"), ("c", NAMES)):
        (tmp_path / name).write_bytes(text)
    labels = [str(tmp_path / name) for name in ("a", "missing", "fifo", "b", "c")]
    found = []
    for aside in (False, True):
        writer = threading.Thread(target=fifo.write_bytes, args=(b"xn--pypal-4ve.com\n",))
        writer.start()
        memory = MemorySink()
        inputs = Openings(labels, aside=aside)
        outcome = Scan(engine, [memory], Request(), say=lambda _: None).run(inputs)
        writer.join()
        inputs.close()
        assert len(outcome.errors) == 1
        found.append([each.to_json() for each in memory.detections.values()])
    assert found[0] == found[1]
    assert [each["name"] for each in found[0]] == [*FOUND, "xn--pypal-4ve.com", "rnicrosoft.com"]

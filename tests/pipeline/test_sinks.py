"""The contract that every sink of details keeps; a new one joins by one line in `SINKS`.

What counts as well keeps that of ``test_summary_sinks.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from detector.detection import Detection
from pipeline.counts import Counts
from pipeline.dynamo import DynamoSink
from pipeline.dynamo_client import DynamoPlace
from pipeline.errors import SinkUnavailable
from pipeline.sinks import REMEMBERED, Batch, JsonLinesSink, MemorySink, Progress, Sink
from pipeline.store import Store


@dataclass
class Case:
    """A sink, and a way to finish it and see what it holds."""

    sink: Sink
    held: Callable[[], list[dict[str, Any]]]
    keeps_order: bool = True

    def assert_holds(self, detections: Sequence[Detection]) -> None:
        held, expected = self.held(), [each.to_json() for each in detections]
        if not self.keeps_order:
            held, expected = (sorted(each, key=itemgetter("id")) for each in (held, expected))
        assert held == expected


def memory(_: pytest.FixtureRequest) -> Case:
    sink = MemorySink()

    def held() -> list[dict[str, Any]]:
        sink.finish()
        return [each.to_json() for each in sink.detections.values()]

    return Case(sink, held)


def json_lines(request: pytest.FixtureRequest) -> Case:
    path: Path = request.getfixturevalue("tmp_path") / "out.jsonl"
    sink = JsonLinesSink(str(path))

    def held() -> list[dict[str, Any]]:
        sink.finish()
        return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]

    return Case(sink, held)


def sqlite(request: pytest.FixtureRequest) -> Case:
    store = Store(request.getfixturevalue("tmp_path") / "out.sqlite")

    def held() -> list[dict[str, Any]]:
        store.finish()
        rows = store._connection.execute("SELECT detection FROM detections ORDER BY rowid")
        return [json.loads(text) for (text,) in rows]

    return Case(store, held)


def dynamodb(request: pytest.FixtureRequest) -> Case:
    place: DynamoPlace = request.getfixturevalue("table")
    sink = DynamoSink(place)

    def held() -> list[dict[str, Any]]:
        sink.finish()
        items = sink.client.scan(TableName=place.table, ConsistentRead=True)["Items"]
        return [json.loads(item["detection"]["S"]) for item in items]

    return Case(sink, held, keeps_order=False)


SINKS = {"memory": memory, "json_lines": json_lines, "sqlite": sqlite, "dynamodb": dynamodb}


@pytest.fixture(params=SINKS)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    made = SINKS[request.param](request)
    yield made
    made.sink.close()


def progress(offset: int, *, finished: bool = False) -> Progress:
    return Progress("sha256:00", "run", "x", "names", offset, "", Counts(records=1), finished)


def test_what_is_written_is_held_in_order(case: Case, found: list[Detection]) -> None:
    case.sink.write(Batch(found[:2], progress(1)))
    case.sink.write(Batch(found[2:], progress(2, finished=True)))
    case.assert_holds(found)


def test_writing_the_same_again_leaves_one(case: Case, found: list[Detection]) -> None:
    for batch in (found, found[1:], found[:1] * 3):
        case.sink.write(Batch(batch, progress(1)))
    case.assert_holds(found)


def test_an_empty_batch_is_nothing(case: Case) -> None:
    case.sink.write(Batch((), None))
    case.sink.write(Batch((), progress(1)))
    assert case.held() == []


def test_hostile_text_comes_back_as_it_was(case: Case, found: list[Detection]) -> None:
    hostile = [
        found[0].with_record(source="'; DROP TABLE detections; --", coordinates="sha256:01:0"),
        found[0].with_record(source="\u202e\x1b]52;c;\x07\n{}", coordinates="sha256:01:1"),
        found[0].with_record(source="%s%n{}", coordinates="sha256:01:2", rdata="\x00\u2028"),
        found[0].with_record(
            source="a", coordinates="sha256:01:3", seen_in="rdata", rrname="\x1b]0;x\x07.com"
        ),
    ]
    case.sink.write(Batch(hostile, None))
    case.assert_holds(hostile)


def test_json_lines_are_ascii_one_a_line(tmp_path: Path, found: list[Detection]) -> None:
    sink = JsonLinesSink(str(tmp_path / "out"))
    sink.write(Batch([found[0].with_record(source="a\u2028b\nc\u202e\x85")], None))
    sink.finish()
    sink.close()
    assert len((tmp_path / "out").read_bytes().splitlines()) == 1


def test_a_file_appears_when_it_is_complete(tmp_path: Path, found: list[Detection]) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("from before", encoding="ascii")
    sink = JsonLinesSink(str(path))
    sink.write(Batch(found, None))
    sink.close()
    assert path.read_text(encoding="ascii") == "from before"
    partial = tmp_path / "out.jsonl.partial"
    assert len(partial.read_text(encoding="ascii").splitlines()) == len(found)
    sink = JsonLinesSink(str(path))
    sink.write(Batch(found[:1], None))
    sink.finish()
    sink.close()
    assert len(path.read_text(encoding="ascii").splitlines()) == 1
    assert not partial.exists()


def test_devices_are_written_as_they_are(found: list[Detection]) -> None:
    sink = JsonLinesSink("/dev/null")
    sink.write(Batch(found, None))
    sink.finish()
    sink.close()
    assert Path("/dev/null").is_char_device()


def test_a_full_disk_is_said(found: list[Detection]) -> None:
    sink = JsonLinesSink("/dev/full")
    with pytest.raises(SinkUnavailable, match="No space left"):
        sink.write(Batch(found, None))
    with pytest.raises(SinkUnavailable):
        sink.close()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(SinkUnavailable, match="cannot be written"):
        JsonLinesSink(str(tmp_path / "missing" / "out"))


def test_what_json_lines_remember_is_bounded(
    tmp_path: Path, found: list[Detection], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert REMEMBERED > 10_000  # more than one checkpoint holds
    monkeypatch.setattr("pipeline.sinks.REMEMBERED", 2)
    sink = JsonLinesSink(str(tmp_path / "out"))
    for detection in found:
        sink.write(Batch([detection], None))
        assert len(sink._known) <= 2
    sink.close()

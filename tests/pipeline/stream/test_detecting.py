"""Messages are accounted for as the scan accounts for the same lines, whatever the bytes are."""

import io
from collections.abc import Sequence

import pyarrow as pa
import pytest
from confluent_kafka import Message
from hypothesis import given
from hypothesis import strategies as st

from pipeline.counts import Counts
from pipeline.engine import Engine
from pipeline.formats.arrow import ArrowStream, one_row, written
from pipeline.records import Record
from pipeline.sinks import Partition
from pipeline.stream.detecting import Detecting
from pipeline.stream.stretches import Stretch, Tenure

SENT = 1_763_700_000_123
COF = b'{"rrname":"xn--pple-43d.com","rrtype":"A","count":3}'
KEY = ("dns", 0)


def message(value: bytes | None, offset: int, *, topic: str = "dns", number: int = 0) -> Message:
    return Message(
        topic=topic,
        partition=number,
        offset=offset,
        value=value,
        key=b"k\xff",
        headers=[("h", b"\xfe"), ("none", None)],
        timestamp=(1, SENT),
    )


def tenure(number: int = 0, begin: int = 0, topic: str = "dns") -> Tenure:
    return Tenure(Partition("g", 0, "c1", topic, "t7", number), begin)


def detect(
    engine: Engine, values: Sequence[bytes | None], format_name: str = "ndjson"
) -> tuple[Stretch, Tenure]:
    held = tenure()
    messages = [message(value, offset) for offset, value in enumerate(values)]
    work = Detecting(engine, format_name)(messages, {held.key: held})
    work.settle()
    (stretch,) = work.stretches
    return stretch, held


def outcome(counts: Counts) -> tuple[int, int, dict[str, int], dict[str, int]]:
    return counts.clean, counts.matched, dict(counts.rejected), dict(counts.skipped)


BAD = {  # RELIABILITY.md 4.2, by number
    "47 empty": (b"", "skipped", "tombstone"),
    "47 null value": (None, "skipped", "tombstone"),
    "47 null": (b"null", "skipped", "tombstone"),
    "48 UTF-16": ("{}".encode("utf-16"), "rejected", "not_utf8"),
    "50 array": (b"[1,2]", "rejected", "not_object"),
    "51 text": (b'"str"', "rejected", "not_object"),
    "52 number": (b'{"rrname":123}', "rejected", "bad_type"),
    "53 null name": (b'{"rrname":null}', "rejected", "no_qname"),
    "54 list": (b'{"rrname":["a.com"]}', "rejected", "bad_type"),
    "56 NaN": (b'{"rrname":"a.com","count":NaN}', "rejected", "bad_json"),
    "57 nesting": (b"[" * 60_000, "rejected", "deep_nesting"),
    "58 surrogate": (b'{"rrname":"\\ud800.com"}', "rejected", "bad_json"),
    "61 oversize": (b'{"rrname":"' + b"a" * 70_000 + b'"}', "rejected", "oversize_line"),
    "62 trailing": (b'{"rrname":"a.com"} x', "rejected", "bad_json"),
    "1 empty name": (b'{"rrname":""}', "rejected", "empty_name"),
    "2 root": (b'{"rrname":"."}', "skipped", "root"),
    "4 empty label": (b'{"rrname":"a..b"}', "rejected", "empty_label"),
    "7 long label": (b'{"rrname":"' + b"a" * 64 + b'.com"}', "rejected", "label_too_long"),
    "two objects": (b'{"rrname":"a.com"}\n{"rrname":"b.com"}', "rejected", "bad_json"),
    "line feed in text": (b'{"rrname":"a\n.com"}', "rejected", "bad_json"),
    "blank": (b"\r", "skipped", "tombstone"),
    "line feed alone": (b"\n", "skipped", "tombstone"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_messages_are_counted_and_cost_their_neighbours_nothing(
    engine: Engine, case: str
) -> None:
    value, what, reason = BAD[case]
    stretch, _ = detect(engine, [COF, value, b'{"rrname":"clean.example"}', value, COF])
    rejected = {reason: 2} if what == "rejected" else {}
    skipped = {reason: 2} if what == "skipped" else {}
    assert outcome(stretch.counts) == (1, 2, rejected, skipped)
    assert stretch.counts.records == 5
    assert [each.offset for each in stretch.letters] == ([1, 3] if rejected else [])
    assert [each.value for each in stretch.letters] == ([value] * 2 if rejected else [])


@pytest.mark.parametrize(
    "value",
    [
        b"\xef\xbb\xbf" + COF,  # 49
        COF + b"\n",
        COF.replace(b",", b",\n"),  # written over several lines
        b'{"rrname":"b.com","rrname":"xn--pple-43d.com"}',  # 55
        COF.replace(b"{", b'{"unknown":[{}],', 1),  # 63
    ],
)
def test_unusual_messages_are_read(engine: Engine, value: bytes) -> None:
    stretch, _ = detect(engine, [b'{"rrname":"clean.example"}', value])
    assert outcome(stretch.counts) == (1, 1, {}, {})


def test_a_letter_is_the_message_as_it_came(engine: Engine) -> None:
    stretch, _ = detect(engine, [b"{", COF])
    (letter,) = stretch.letters
    assert (letter.topic, letter.number, letter.offset) == ("dns", 0, 0)
    assert letter.coordinates == "kafka:c1:dns:t7:0:0:0"
    assert (letter.key, letter.value) == (b"k\xff", b"{")
    assert letter.headers == [("h", b"\xfe"), ("none", None)]
    assert (letter.reason, letter.stage, letter.timestamp) == ("bad_json", "parse", SENT)


def test_a_detection_says_where_it_was_seen_and_when(engine: Engine) -> None:
    stretch, held = detect(engine, [b"clean.example", b"xn--pple-43d.com"], "names")
    (found,) = stretch.detections
    assert (found.source, found.coordinates) == ("dns/0/1", "kafka:c1:dns:t7:0:0:1")
    assert (found.time_first, found.time_last) == (1_763_700_000, 1_763_700_000)
    assert (stretch.end, held.next) == (2, 2)
    assert stretch.timestamp == SENT / 1000


def test_times_of_the_record_come_before_the_messages(engine: Engine) -> None:
    value = b'{"rrname":"xn--pple-43d.com","time_last":1600000000}'
    (found,) = detect(engine, [value])[0].detections
    assert (found.time_first, found.time_last) == (None, 1_600_000_000)


def test_what_is_not_ours_or_was_read_before_is_left_out(engine: Engine) -> None:
    held = tenure(1, begin=5)
    messages = [
        *(message(COF, offset, number=1) for offset in range(3, 8)),
        message(COF, 0, number=0),
        message(COF, 9, number=1, topic="other"),
        message(COF, 8, number=1),
    ]
    work = Detecting(engine, "ndjson")(messages, {held.key: held})
    work.settle()
    (stretch,) = work.stretches
    assert [each.source for each in stretch.detections] == [f"dns/1/{n}" for n in (5, 6, 7, 8)]
    assert held.next == 9
    assert Detecting(engine, "ndjson")(messages, {held.key: held}).stretches == []


VALUES = st.lists(
    st.one_of(
        st.sampled_from([COF, b'{"rrname":"clean.example"}', *(bad for bad, _, _ in BAD.values())]),
        st.binary(max_size=8),
        st.sampled_from([b"\n", b"\r\n", b"#", b" ", COF + b"\n\n", b"\r" + COF]),
        st.none(),
    ),
    max_size=8,
)


@given(values=VALUES, format_name=st.sampled_from(["ndjson", "names"]))
def test_messages_together_are_what_they_are_alone(
    engine: Engine, values: list[bytes | None], format_name: str
) -> None:
    together = Counts()
    alone = Counts()
    if values:
        together = detect(engine, values, format_name)[0].counts
    for value in values:
        alone.add(detect(engine, [value], format_name)[0].counts)
    assert together == alone
    total = together.clean + together.matched + together.rejected.total()
    assert total + together.skipped.total() == together.records == len(values)


# Arrow


def table_message(names: Sequence[str | None], **columns: object) -> bytes:
    rows = pa.RecordBatch.from_pydict({"rrname": pa.array(names, pa.string()), **columns})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_batch(rows)
        stream.write_batch(rows)
    return sink.getvalue()


def test_a_message_may_carry_many_records(engine: Engine) -> None:
    names = ["clean.example", "xn--pple-43d.com", None, "a..b"]
    value = table_message(names, count=pa.array([1, 7, 1, 1]))
    stretch, held = detect(engine, [value, b"", b"no arrow", value], "arrow")
    assert outcome(stretch.counts) == (
        4,
        4,
        {"no_qname": 4, "empty_label": 4, "corrupt_stream": 1},
        {"tombstone": 1},
    )
    assert stretch.counts.records == 18
    assert held.next == 4
    assert [each.coordinates for each in stretch.detections] == [
        f"kafka:c1:dns:t7:0:0#{row}:{offset}" for offset in (0, 3) for row in (1, 5)
    ]
    assert [each.source for each in stretch.detections][:2] == ["dns/0/0#1", "dns/0/0#5"]
    assert len({each.id for each in stretch.detections}) == 4
    assert {each.count for each in stretch.detections} == {7}


def test_a_bad_record_of_a_batch_is_a_letter_that_can_be_read_again(engine: Engine) -> None:
    value = table_message(["clean.example", "a..b"], count=pa.array([1, 9]))
    stretch, _ = detect(engine, [value], "arrow")
    assert [each.record for each in stretch.letters] == [1, 3]
    again, _ = detect(engine, [each.value for each in stretch.letters], "arrow")
    assert outcome(again.counts) == (0, 0, {"empty_label": 2}, {})


def test_names_that_are_not_utf8_are_rejected_one_by_one(engine: Engine) -> None:
    octets = pa.array([b"xn--pple-43d.com", b"\xff.com"], pa.binary())
    rows = pa.RecordBatch.from_arrays([octets.view(pa.string())], names=["rrname"])
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_batch(rows)
    stretch, _ = detect(engine, [sink.getvalue()], "arrow")
    assert outcome(stretch.counts) == (0, 1, {"not_utf8": 1}, {})


@given(data=st.data())
def test_damaged_batches_never_end_the_stream(engine: Engine, data: st.DataObject) -> None:
    value = bytearray(table_message(["xn--pple-43d.com", "b.example"], count=pa.array([1, 2])))
    places = st.integers(0, len(value) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=6)):
        value[place] = data.draw(st.integers(0, 255))
    stretch, held = detect(engine, [bytes(value)[: data.draw(places) or None]], "arrow")
    assert held.next == 1
    counts = stretch.counts
    told = counts.clean + counts.matched + counts.rejected.total() + counts.skipped.total()
    assert told == counts.records


def test_one_row_is_that_row() -> None:
    octets = written([Record("a.com", 0, count=1), Record("b.com", 1, count=2, rdata="x")])
    tables = ArrowStream().tables(octets, 0)
    assert isinstance(tables, list)
    rows = ArrowStream().tables(one_row(tables[0], 1), 0)
    assert isinstance(rows, list)
    (row,) = rows
    assert row.rows.column("rdata").to_pylist() == ["x"]
    assert row.rows.num_rows == 1

"""Records of several names: one record in the counts, a detection for each lookalike."""

from __future__ import annotations

import pytest

from pipeline.accounting import detections, settle
from pipeline.counts import Counts
from pipeline.engine import Engine
from pipeline.judging import questions_of, said_of
from pipeline.records import Record, Rejected, SeenIn, Sighting


def settled(
    engine: Engine, record: Record
) -> tuple[Counts, Rejected | None, list[dict[str, object]]]:
    counts = Counts(records=1)
    answers = [said_of(engine.judge, each) for each in questions_of(record)]
    rejected = settle(record, answers, counts)
    found = detections(record, answers, source="a:0", coordinates="xxh3:00:0")
    return counts, rejected, [each.to_json() for each in found]


def test_a_name_in_an_answer_says_who_points_at_it(engine: Engine) -> None:
    more = (Sighting("paypa1.com", rrtype="CNAME"),)
    record = Record("shop.example", 0, "A", "192.0.2.1", 7, 10, 20, more)
    counts, rejected, (found,) = settled(engine, record)
    assert (counts.matched, counts.detections, rejected) == (1, 1, None)
    assert (found["name"], found["seen_in"], found["rrname"]) == (
        "paypa1.com",
        "rdata",
        "shop.example",
    )
    assert (found["rrtype"], found["rdata"]) == ("CNAME", None)  # what it resolves to is not said
    assert (found["count"], found["time_first"], found["time_last"]) == (7, 10, 20)


def test_every_name_is_told_of_and_the_record_is_one(engine: Engine) -> None:
    more = (
        Sighting("rnicrosoft.com", SeenIn.RRNAME, "AAAA"),
        Sighting(b"xn--pple-43d.com", SeenIn.RDATA, "NS", b"\xff.example"),
    )
    record = Record("paypa1.com", 0, "A", "192.0.2.1", more=more)
    counts, _, found = settled(engine, record)
    assert (counts.records, counts.matched, counts.detections) == (1, 1, 3)
    assert [(each["name"], each["seen_in"], each["rrname"], each["rdata"]) for each in found] == [
        ("paypa1.com", "rrname", None, "192.0.2.1"),
        ("rnicrosoft.com", "rrname", None, None),
        ("xn--pple-43d.com", "rdata", "\\xff.example", None),
    ]
    assert len({each["id"] for each in found}) == 3


@pytest.mark.parametrize(("name", "reason"), [("a..b", "empty_label"), (".", None)])
def test_a_record_whose_own_name_is_none_keeps_what_else_it_shows(
    engine: Engine, name: str, reason: str | None
) -> None:
    counts, rejected, found = settled(engine, Record(name, 3, more=(Sighting("paypa1.com"),)))
    assert [each["name"] for each in found] == ["paypa1.com"]
    assert counts.records == counts.clean + counts.matched + counts.rejected.total() + (
        counts.skipped.total()
    )
    assert (None if rejected is None else (rejected.reason, rejected.original)) == (
        reason and (reason, name.encode())
    )


def test_a_further_name_that_is_none_is_counted_and_rejects_nothing(engine: Engine) -> None:
    counts, rejected, found = settled(engine, Record("a.example", 0, more=(Sighting("a..b"),)))
    assert (counts.clean, rejected, found) == (1, None, [])
    assert counts.unjudged == {"empty_label": 1}
    assert counts.describe() == (
        "1 records: 1 clean, 0 matched with 0 detections; "
        "further names that are none: empty_label 1"
    )
    assert Counts.from_json(counts.to_json()) == counts

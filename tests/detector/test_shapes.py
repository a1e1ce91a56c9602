"""Shapes: which JSON values the compiled screen takes for usual where a path points."""

from __future__ import annotations

import pytest

from detector.judge import Options
from detector.screen import Screen
from detector.shapes import COF, JsonShape
from detector.targets import TargetList
from tests.detector.test_screen import ROWS, pair_up


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Screen:
    path = tmp_path_factory.mktemp("shapes") / "targets.csv"
    path.write_text(ROWS, encoding="utf-8")
    return pair_up(TargetList.load(path), Options())[1]


@pytest.mark.parametrize(
    "fields",
    [
        '"count":0',
        '"count":"12"',
        '"count":null',
        '"rrtype":5',
        '"rrtype":"TYPE65"',
        '"time_first":1763786400.5',
        '"time_first":"1763786400"',
        '"time_last":"2026-11-22 17:00:00"',
        '"zone_time_last":"2026-02-28T23:59:59.123456Z"',
        '"time_last":"2026-11-22T17:00:00+00:00"',
        '"x":{"count":-1}',
    ],
)
def test_usual_fields_are_clean(compiled: Screen, fields: str) -> None:
    for record in (f'{{"rrname":"a.com",{fields}}}', f'{{"obj":{{{fields},"rrname":"a.com"}}}}'):
        assert compiled.ndjson(record.encode()).spans == []


@pytest.mark.parametrize(
    "fields",
    [
        '"count":-1',
        '"count":1.5',
        '"count":1e3',
        '"count":9007199254740993',  # 2^53 + 1
        '"count":"x"',
        '"count":[]',
        '"rrtype":true',
        '"rrtype":1.5',
        '"rrtype":{}',
        '"time_first":[1]',
        '"time_last":"soon"',
        '"time_last":false',
        '"time_last_ms":1e30',
        '"zone_time_first":"2026-02-30T17:00:00Z"',
        '"time_first":"2026-13-01T17:00:00Z"',
        '"time_first":"2026-01-01T24:00:01Z"',
        '"time_first":"0000-01-01T00:00:00Z"',
        '"time_first":"2026-01-01T00:00:00."',
    ],
)
def test_fields_of_another_kind_are_handed_over(compiled: Screen, fields: str) -> None:
    for record in (f'{{"rrname":"a.com",{fields}}}', f'{{"obj":{{{fields},"rrname":"a.com"}}}}'):
        assert compiled.ndjson(record.encode()).spans == [(0, len(record))]


def test_keys_with_full_stops_and_with_any_text(compiled: Screen) -> None:
    shape = JsonShape.of(["`dns.qname`"], ["`rr.*.rdata`"])
    clean = b'{"dns.qname":"a.com","rr.an.0.rdata":"b.com","rr.an.1.name":"rnicrosoft.com"}'
    assert compiled.ndjson(clean, shape).spans == []
    for odd in (
        b'{"dns.qname":"rnicrosoft.com"}',
        b'{"dns":{"qname":"a.com"}}',
        b'{"dns.qname":"a.com","rr.an.0.rdata":"rnicrosoft.com"}',
        b'{"dns.qname":"a.com","rr.an.0.rdata":"b.com","rr.an.1.rdata":"rnicrosoft.com"}',
    ):
        assert compiled.ndjson(odd, shape).spans == [(0, len(odd))]


@pytest.mark.parametrize(
    ("nodes", "entries"),
    [
        ((), ()),
        (((1, 1),), ()),
        (((1, -2),), ()),
        (COF.nodes, ((0, b"x", b"", False, len(COF.nodes)),)),
        (COF.nodes, ((len(COF.nodes), b"x", b"", False, 0),)),
        (COF.nodes, ((1, b"x", b"", False, 0), (0, b"y", b"", False, 0))),
        (((1, -1),) * 200, ()),
        (((1, -1),), tuple((0, b"%d" % n, b"", False, 0) for n in range(65))),
    ],
)
def test_what_is_no_shape_is_refused(
    compiled: Screen,
    nodes: tuple[tuple[int, int], ...],
    entries: tuple[tuple[int, bytes, bytes, bool, int], ...],
) -> None:
    with pytest.raises(ValueError, match="not a shape of JSON"):
        compiled.ndjson(b'{"x":{}}', JsonShape(several=False, nodes=nodes, entries=entries))

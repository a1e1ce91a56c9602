"""The same 10,000 records give the same detections, however they are written down."""

from __future__ import annotations

import pytest

from pipeline.engine import Engine
from pipeline.formats.guessing import guess
from pipeline.judging import Said, said_of
from pipeline.scan import Request
from tests.pipeline.conftest import ScanFiles
from tests.pipeline.formats.writings import ALONE, WITH_ANSWERS, rows

Found = tuple[int, str, str, str | None, str]


def expected(engine: Engine, *, with_answers: bool) -> list[Found]:
    """What the judge says of every name: number of the record, name, where, who points, target."""
    found: list[Found] = []
    for number, (name, target) in enumerate(rows()):
        asked: list[tuple[str, str, str | None]] = [(name, "rrname", None)]
        asked += [(target, "rdata", name)] if with_answers and target != name else []
        for each, seen_in, owner in asked:
            said = said_of(engine.judge, (each, None))
            assert isinstance(said, Said)
            found += [(number, d.name, seen_in, owner, d.target) for d in said.detections]
    return found


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("written", [*WITH_ANSWERS, *ALONE])
def test_every_format_gives_the_same(
    written: str, jobs: int, scan: ScanFiles, engine: Engine
) -> None:
    name, write = (WITH_ANSWERS | ALONE)[written]
    data = write(rows())
    assert guess(data[: 1 << 16]) == name
    result = scan(data, request=Request(jobs=jobs))
    offsets = sorted({int(each["source"].rpartition(":")[2]) for each in result.detections})
    wanted = expected(engine, with_answers=written in WITH_ANSWERS)
    numbers = dict(zip(offsets, sorted({each[0] for each in wanted}), strict=True))
    found = [
        (
            numbers[int(each["source"].rpartition(":")[2])],
            each["name"],
            each["seen_in"],
            each["rrname"] and each["rrname"].removesuffix("."),
            each["target"],
        )
        for each in result.detections
    ]
    assert found == wanted
    counts = result.outcome.counts
    assert counts.matched == len(offsets)
    assert counts.clean == len(rows()) - counts.matched
    assert not counts.rejected
    assert len(wanted) > 100

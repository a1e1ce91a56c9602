"""Judges beside this process say what the judge here says, and none of it is lost if they die."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from detector.screen import Hits
from pipeline.blocks import Gap
from pipeline.engine import CachedJudge, Engine
from pipeline.judging import MOST_AT_ONCE, Judges, Refused, Said, said_of
from pipeline.records import Message, Reason, Record, Rejected, Skipped, SkipReason

NAMES = (
    "xn--pple-43d.com",
    "paypa1.com",
    "example.org",
    "",
    "a..b",
    "\ud800.com",
    b"\xff.com",
    ".",
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="judges are forked on Linux only")


@dataclass(frozen=True)
class Batch:
    """Messages that are there already."""

    content: Sequence[Message]
    end: int = 0

    def messages(self, _hits: Hits) -> Iterator[Message]:
        yield from self.content

    def screen(self, _screen: object) -> Hits:
        return hits(self)


def hits(batch: Batch) -> Hits:
    return Hits(len(batch.content), 0, [(at, at + 1) for at in range(len(batch.content))])


def batches(count: int, size: int = 5) -> list[Batch]:
    made = []
    for number in range(count):
        names = [NAMES[(number + at) % len(NAMES)] for at in range(size)]
        records: list[Message] = [
            Record(name, at, count=number or None) for at, name in enumerate(names)
        ]
        others: list[Message] = [Rejected(Reason.BAD_JSON, "no", 1), Skipped(SkipReason.COMMENT, 2)]
        made.append(Batch([*records, *others] if number % 2 else records))
    return made


def told(judges: Judges, given: Sequence[Batch | Gap]) -> list[object]:
    parts = [(each, None if isinstance(each, Gap) else hits(each)) for each in given]
    return [(batch, found, list(said)) for batch, found, said in judges.judged(parts)]  # type: ignore[arg-type]


@pytest.fixture
def judge(engine: Engine) -> CachedJudge:
    return engine.judge


def test_what_is_said_of_a_name(judge: CachedJudge) -> None:
    said = said_of(judge, ("paypa1.com", None))
    assert isinstance(said, Said)
    assert [found.target for found in said.detections] == ["paypal.com"]
    refused = said_of(judge, ("a..b", 3))
    assert isinstance(refused, Refused)
    assert refused.reason == "empty_label"


@linux
@pytest.mark.parametrize("jobs", [2, 3, 8])
def test_all_judges_say_the_same_in_order(judge: CachedJudge, jobs: int) -> None:
    gap = Gap(Rejected(Reason.OVERSIZE_LINE, "long", 0), 9)
    given: list[Batch | Gap] = [
        *batches(7),
        gap,
        Batch([]),
        *batches(3, MOST_AT_ONCE + 1),
        *batches(4),
    ]
    with Judges(judge, 1) as alone, Judges(judge, jobs) as several:
        assert several._processes
        assert told(several, given) == told(alone, given)


@linux
@pytest.mark.parametrize("after", [0, 1, 3])
def test_no_answer_is_lost_when_a_judge_dies(judge: CachedJudge, after: int) -> None:
    given = batches(6)
    with Judges(judge, 1) as alone, Judges(judge, 2) as several:
        (process,) = several._processes

        def parts() -> Iterator[tuple[Batch, Hits]]:
            for number, batch in enumerate(given):
                if number == after:
                    os.kill(process._child, signal.SIGKILL)
                yield batch, hits(batch)

        found = [(batch, hit, list(said)) for batch, hit, said in several.judged(parts())]  # type: ignore[arg-type]
        assert found == told(alone, given)


@linux
def test_where_no_process_can_be_made_all_is_judged_here(
    judge: CachedJudge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise BlockingIOError

    monkeypatch.setattr(os, "fork", refuse)
    with Judges(judge, 1) as alone, Judges(judge, 4) as several:
        assert not several._processes
        assert told(several, batches(5)) == told(alone, batches(5))


@linux
def test_judges_end_with_the_scan(judge: CachedJudge) -> None:
    with Judges(judge, 4) as several:
        children = [process._child for process in several._processes]
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)

"""The conveyor: two halves at once, in order, and nothing moved on that is not written."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.errors import SinkUnavailable
from pipeline.stream.conveyor import Conveyor
from pipeline.stream.pace import Pace
from pipeline.stream.stretches import Work
from tests.pipeline.stream.clocks import HandClock

PACE = Pace(first_retry=1.0, longest_retry=4.0)


class Halves:
    """What was done, in order; a half waits while it is held, and refuses while it is told to."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []
        self.open = {"details": threading.Event(), "summary": threading.Event()}
        self.refusal: dict[str, SinkUnavailable] = {}
        for event in self.open.values():
            event.set()

    def details(self, work: Work) -> None:
        self._do("details", work)

    def summary(self, work: Work) -> None:
        self._do("summary", work)

    def _do(self, half: str, work: Work) -> None:
        assert self.open[half].wait(30)
        if half in self.refusal:
            raise self.refusal[half]
        self.done.append((half, work.run))


@pytest.fixture
def halves() -> Halves:
    return Halves()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def conveyor(halves: Halves, clock: HandClock, said: list[str]) -> Iterator[Conveyor]:
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        both = ((halves.details, first), (halves.summary, second))
        yield Conveyor(both, PACE, clock=clock, say=said.append)
        for event in halves.open.values():
            event.set()


def batch(name: str) -> Work:
    return Work([], name, "ndjson")


def runs(works: list[Work]) -> list[str]:
    return [work.run for work in works]


def test_details_are_written_while_the_batch_before_is_counted(
    conveyor: Conveyor, halves: Halves
) -> None:
    halves.open["summary"].clear()
    conveyor.put(batch("1"))
    assert conveyor.settle(30) == []
    conveyor.put(batch("2"))  # there is room
    while ("details", "2") not in halves.done:
        time.sleep(0.01)
    assert halves.done == [("details", "1"), ("details", "2")]
    assert conveyor.settle() == []
    assert not conveyor.has_room  # the second is kept where it is: the first is not counted
    halves.open["summary"].set()
    assert runs(conveyor.settle(30, whole=True)) == ["1", "2"]
    assert halves.done[2:] == [("summary", "1"), ("summary", "2")]
    assert conveyor.is_empty


def test_what_is_refused_is_tried_again_where_it_is(
    conveyor: Conveyor, halves: Halves, clock: HandClock, said: list[str]
) -> None:
    halves.refusal["summary"] = SinkUnavailable("away", retry_after=0.0)
    conveyor.put(batch("1"))
    assert conveyor.settle(30, whole=True) == []
    del halves.refusal["summary"]
    assert conveyor.settle() == []
    assert conveyor.is_refused  # it is not time yet
    clock.now += PACE.first_retry
    assert runs(conveyor.settle(30, whole=True)) == ["1"]
    assert halves.done == [("details", "1"), ("summary", "1")]
    assert said == ["away; partitions are paused until it is back", "the sinks are back"]


def test_a_sink_is_left_alone_longer_each_time_and_as_long_as_it_wishes(
    conveyor: Conveyor, halves: Halves, clock: HandClock
) -> None:
    halves.refusal["details"] = SinkUnavailable("away", retry_after=0.0)
    conveyor.put(batch("1"))
    conveyor.settle(30)
    for wait in (1.0, 2.0, 4.0, 4.0):
        clock.now += wait - 0.01
        conveyor.settle(30)
        assert conveyor.is_refused
        if wait == 4.0:
            halves.refusal["details"] = SinkUnavailable("away", retry_after=20.0)
        clock.now += 0.01
        conveyor.settle(30)
        assert conveyor.is_refused
    del halves.refusal["details"]
    clock.now += 19.9
    assert conveyor.settle() == []
    clock.now += 0.1
    assert runs(conveyor.settle(30, whole=True)) == ["1"]


def test_what_will_not_change_by_itself_is_raised(conveyor: Conveyor, halves: Halves) -> None:
    halves.refusal["details"] = SinkUnavailable("no such table")
    conveyor.put(batch("1"))
    with pytest.raises(SinkUnavailable, match="no such table"):
        conveyor.settle(30)
    conveyor.clear()
    assert conveyor.is_empty

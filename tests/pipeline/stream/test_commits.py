"""Commits: asked for aside, one at a time, and only of what is ours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from pipeline.sinks import Partition
from pipeline.stream.commits import RETRY_SECONDS, Commits
from pipeline.stream.observing import Observer
from pipeline.stream.stretches import Stretch, Tenure
from tests.pipeline.stream.clocks import HandClock


class Group:
    """A coordinator that answers when it is let."""

    def __init__(self) -> None:
        self.answering = threading.Event()
        self.asked = threading.Event()
        self.fault: KafkaError | None = None
        self.calls: list[dict[int, int]] = []

    def commit(
        self, *, offsets: list[TopicPartition], asynchronous: Literal[False]
    ) -> list[TopicPartition]:
        assert asynchronous is False
        self.calls.append({each.partition: each.offset for each in offsets})
        self.asked.set()
        assert self.answering.wait(30)
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise KafkaException(fault)
        return offsets


class Case:
    def __init__(self, executor: ThreadPoolExecutor) -> None:
        self.group, self.clock = Group(), HandClock()
        self.said: list[str] = []
        group: Any = self.group
        self.commits = Commits(
            group, executor, clock=self.clock, observer=Observer(), say=self.said.append
        )
        self.tenures = [tenure(number) for number in range(2)]

    def written(self, number: int, end: int) -> None:
        stretch = Stretch(self.tenures[number], end, None)
        stretch.is_counted = True
        self.commits.add([stretch])


def tenure(number: int) -> Tenure:
    return Tenure(Partition("g", 0, "c1", "dns", "t7", number), 0)


@pytest.fixture
def case() -> Iterator[Case]:
    with ThreadPoolExecutor(1) as executor:
        made = Case(executor)
        try:
            yield made
        finally:
            made.group.answering.set()


def test_nobody_waits_for_a_coordinator_that_does_not_answer(case: Case) -> None:
    case.written(0, 5)
    case.commits.run()
    assert case.group.asked.wait(30)
    case.written(0, 9)
    case.written(1, 3)
    for _ in range(3):
        case.commits.run(at_once=True)  # returns, and asks for nothing more meanwhile
    assert case.group.calls == [{0: 5}]
    case.group.answering.set()
    case.commits.run(patience=30)
    assert case.group.calls == [{0: 5}, {0: 9, 1: 3}]
    case.commits.run(patience=30)
    case.commits.run(patience=30)
    assert case.commits.is_idle
    assert len(case.group.calls) == 2  # everything is committed


def test_what_was_given_up_is_not_committed(case: Case) -> None:
    case.group.answering.set()
    case.written(0, 5)
    case.written(1, 7)
    case.tenures[0].is_ours = False
    case.commits.run(patience=30)
    assert case.group.calls == [{1: 7}]


def test_a_commit_that_failed_is_tried_again_a_moment_later(case: Case) -> None:
    case.group.answering.set()
    case.group.fault = KafkaError(KafkaError.REQUEST_TIMED_OUT)
    case.written(0, 5)
    case.commits.run(patience=30)
    case.commits.run(patience=30)
    assert case.group.calls == [{0: 5}]
    case.clock.pass_(RETRY_SECONDS)
    case.commits.run(patience=30)
    assert case.group.calls == [{0: 5}, {0: 5}]
    assert len(case.said) == 1


def test_what_was_committed_before_is_not_asked_for_again(case: Case) -> None:
    case.group.answering.set()
    case.group.fault = KafkaError(KafkaError._NO_OFFSET)
    case.written(0, 5)
    case.commits.run(patience=30)
    case.commits.run(at_once=True, patience=30)
    assert case.group.calls == [{0: 5}]
    assert case.said == []

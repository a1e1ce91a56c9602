"""Commits: one at a time, waited for by nobody, and only of what is ours."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition

from pipeline.sinks import Partition
from pipeline.stream.commits import ANSWER_SECONDS, RETRY_SECONDS, Commits
from pipeline.stream.observing import Observer
from pipeline.stream.stretches import Stretch, Tenure
from tests.pipeline.stream.clocks import HandClock


class Group:
    """A coordinator that answers when it is let, or at once who waits for it."""

    def __init__(self) -> None:
        self.fault: KafkaError | None = None
        self.calls: list[dict[int, int]] = []

    def commit(self, *, offsets: list[TopicPartition], asynchronous: bool) -> Any:  # noqa: ANN401
        self.calls.append({each.partition: each.offset for each in offsets})
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise KafkaException(fault)
        return None if asynchronous else offsets


class Case:
    def __init__(self) -> None:
        self.group, self.clock = Group(), HandClock()
        self.said: list[str] = []
        group: Any = self.group
        self.commits = Commits(group, clock=self.clock, observer=Observer(), say=self.said.append)
        self.tenures = [Tenure(Partition("g", 0, "c1", "dns", "t7", n), 0) for n in range(2)]

    def written(self, number: int, end: int) -> None:
        stretch = Stretch(self.tenures[number], end, None)
        stretch.is_counted = True
        self.commits.add([stretch])

    def answer(self, offsets: dict[int, int], error: int | None = None) -> None:
        places = [TopicPartition("dns", number, end) for number, end in offsets.items()]
        self.commits.answered(None if error is None else KafkaError(error), places)


@pytest.fixture
def case() -> Case:
    return Case()


def test_nobody_waits_for_a_coordinator_that_does_not_answer(case: Case) -> None:
    case.written(0, 5)
    case.commits.run()
    case.written(0, 9)
    case.written(1, 3)
    for _ in range(3):
        case.commits.run(at_once=True)  # asks for nothing more meanwhile
    assert case.group.calls == [{0: 5}]
    case.answer({0: 5})
    case.commits.run()
    assert case.group.calls == [{0: 5}, {0: 9, 1: 3}]
    case.answer({0: 9, 1: 3})
    case.commits.run()
    assert case.commits.is_done
    assert len(case.group.calls) == 2  # everything is committed


def test_an_answer_that_does_not_come_is_given_up_in_the_end(case: Case) -> None:
    case.written(0, 5)
    case.commits.run()
    case.clock.pass_(ANSWER_SECONDS)
    case.commits.run()
    assert case.group.calls == [{0: 5}, {0: 5}]
    case.answer({0: 5})
    case.answer({0: 5})  # of the first, after all
    assert case.commits.is_done


def test_what_was_given_up_is_not_committed(case: Case) -> None:
    case.written(0, 5)
    case.written(1, 7)
    case.tenures[0].is_ours = False
    case.commits.run()
    case.tenures[1].is_ours = False
    case.commits.run_now()
    assert case.group.calls == [{1: 7}]


def test_before_it_is_given_up_all_is_committed_though_an_answer_is_awaited(case: Case) -> None:
    case.written(0, 5)
    case.commits.run()
    case.written(0, 9)
    case.commits.run_now()
    assert case.group.calls == [{0: 5}, {0: 9}]
    case.answer({0: 5})
    assert case.commits.is_done


@pytest.mark.parametrize("late", [False, True])
def test_a_commit_that_failed_is_tried_again_a_moment_later(case: Case, late: bool) -> None:
    case.written(0, 5)
    if not late:
        case.group.fault = KafkaError(KafkaError.REQUEST_TIMED_OUT)
    case.commits.run()
    if late:
        case.answer({0: 5}, KafkaError.REQUEST_TIMED_OUT)
    case.commits.run()
    assert case.group.calls == [{0: 5}]
    case.clock.pass_(RETRY_SECONDS)
    case.commits.run()
    assert case.group.calls == [{0: 5}, {0: 5}]
    assert len(case.said) == 1


def test_what_was_committed_before_is_not_asked_for_again(case: Case) -> None:
    case.written(0, 5)
    case.commits.run()
    case.answer({0: 5}, KafkaError._NO_OFFSET)
    case.commits.run(at_once=True)
    assert case.group.calls == [{0: 5}]
    assert case.said == []

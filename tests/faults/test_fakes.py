"""The fakes are honest: what they say of Kafka, real Kafka does, and schedules end alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

from infra.stack import DynamoServer, KafkaServer, PostgresServer
from pipeline.engine import load_engine
from pipeline.settings import Settings
from tests.faults import fakes
from tests.faults.arena import Arena, Servers
from tests.faults.ledger import violations
from tests.faults.machine import PARTITIONS
from tests.faults.messages import TARGETS
from tests.faults.proxies import DynamoProxy, TcpProxy, wait_for
from tests.faults.replay import Replay, alike, sample
from tests.servers import make_topic

AWAY = 3.0
"""Seconds after which a member that asks for nothing is out of the group."""


Committed = Callable[[KafkaError | None, list[TopicPartition]], None]


class Member:
    """A consumer, fake or real, and what its callbacks were told."""

    def __init__(self, join: Callable[[Committed], Any], topic: str) -> None:
        self.answers: list[tuple[KafkaError | None, list[TopicPartition]]] = []
        self.consumer = consumer = join(lambda *answer: self.answers.append(answer))
        self.events: list[tuple[str, list[int]]] = []
        self.got: list[tuple[int, int]] = []
        consumer.subscribe(
            [topic],
            on_assign=self._told("assigned"),
            on_revoke=self._told("revoked"),
            on_lost=self._told("lost"),
        )

    def _told(self, what: str) -> Callable[[object, list[TopicPartition]], None]:
        def told(_consumer: object, partitions: list[TopicPartition]) -> None:
            self.events.append((what, sorted(each.partition for each in partitions)))
            bare = [TopicPartition(each.topic, each.partition, 0) for each in partitions]
            if what == "assigned":
                self.consumer.incremental_assign(bare)
            else:
                self.consumer.incremental_unassign(bare)

        return told

    @property
    def mine(self) -> set[int]:
        held: set[int] = set()
        for what, numbers in self.events:
            held = held | set(numbers) if what == "assigned" else held - set(numbers)
        return held

    def consume(self) -> None:
        for message in self.consumer.consume(100, 0.1):
            if message.error() is not None:
                assert message.error().code() == KafkaError._MAX_POLL_EXCEEDED
                continue
            self.got.append((message.partition(), message.offset()))


class Group:
    """Makes members of one group on one topic with three partitions of two messages each."""

    def __init__(self, join: Callable[[Committed], Any], topic: str) -> None:
        self._join = join
        self.topic = topic
        self.members: list[Member] = []

    def join(self) -> Member:
        self.members.append(Member(self._join, self.topic))
        return self.members[-1]

    def until(self, so: Callable[[], bool]) -> bool:
        """Have everybody consume until something is so."""

        def tried() -> bool:
            for member in self.members:
                member.consume()
            return so()

        return wait_for(tried, 60, every=0)

    def leave(self, member: Member) -> None:
        self.members.remove(member)
        member.consumer.close()


@pytest.fixture(params=["fake", "real"])
def group(request: pytest.FixtureRequest, unique: str) -> Iterator[Group]:
    if request.param == "fake":
        cluster = fakes.Cluster(PARTITIONS)
        for number in range(2 * PARTITIONS):
            cluster.append(number % PARTITIONS, b"x")

        def fake(committed: Committed) -> fakes.Consumer:
            consumer = fakes.Consumer(cluster)
            consumer.on_commit = committed
            return consumer

        made = Group(fake, fakes.TOPIC)
    else:
        kafka = cast("KafkaServer", request.getfixturevalue("kafka"))
        make_topic(kafka, unique, PARTITIONS)
        producer = Producer({"bootstrap.servers": kafka.bootstrap})
        for number in range(2 * PARTITIONS):
            producer.produce(unique, b"x", partition=number % PARTITIONS)
        assert producer.flush(30) == 0
        common = {
            "bootstrap.servers": kafka.bootstrap,
            "group.id": unique,
            "enable.auto.commit": False,
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": 2000,
            "heartbeat.interval.ms": 300,
            "max.poll.interval.ms": int(AWAY * 1000),
        }
        made = Group(lambda told: Consumer({**common, "on_commit": told}), unique)
    yield made
    for member in list(made.members):
        made.leave(member)


def test_the_first_member_gets_everything_and_reads_it(group: Group) -> None:
    member = group.join()
    assert group.until(lambda: len(member.got) == 2 * PARTITIONS)
    assert member.mine == set(range(PARTITIONS))
    assert sorted(member.got) == [(n, o) for n in range(PARTITIONS) for o in (0, 1)]


def test_only_what_changes_hands_is_revoked(group: Group) -> None:
    first = group.join()
    assert group.until(lambda: len(first.mine) == PARTITIONS)
    second = group.join()
    assert group.until(lambda: bool(second.mine) and not second.mine & first.mine)
    assert second.mine | first.mine == set(range(PARTITIONS))
    revoked = [numbers for what, numbers in first.events if what == "revoked" and numbers]
    assert [set(each) for each in revoked] == [second.mine]
    group.leave(first)
    assert group.until(lambda: second.mine == set(range(PARTITIONS)))


def test_what_was_never_committed_is_negative_and_going_back_is_accepted(group: Group) -> None:
    member = group.join()
    assert group.until(lambda: len(member.mine) == PARTITIONS)
    asked = [TopicPartition(group.topic, 0)]
    assert member.consumer.committed(asked, timeout=10)[0].offset < 0
    for offset in (2, 1):
        answers = member.consumer.commit(
            offsets=[TopicPartition(group.topic, 0, offset)], asynchronous=False
        )
        assert [each.error for each in answers] == [None]
        assert member.consumer.committed(asked, timeout=10)[0].offset == offset


def test_a_commit_that_nobody_waits_for_is_answered_in_a_later_consume(group: Group) -> None:
    member = group.join()
    assert group.until(lambda: len(member.mine) == PARTITIONS)
    member.answers.clear()
    offsets = [TopicPartition(group.topic, number, 1) for number in range(PARTITIONS)]
    member.consumer.commit(offsets=offsets, asynchronous=True)
    time.sleep(0.5)
    assert member.answers == []
    assert group.until(lambda: bool(member.answers))
    ((error, answers),) = member.answers
    assert error is None
    assert sorted((each.partition, each.offset, each.error) for each in answers) == [
        (number, 1, None) for number in range(PARTITIONS)
    ]
    asked = [TopicPartition(group.topic, number) for number in range(PARTITIONS)]
    assert [each.offset for each in member.consumer.committed(asked, timeout=10)] == [1, 1, 1]


def test_a_paused_partition_hands_nothing_out_and_goes_on_where_it_was(group: Group) -> None:
    member = group.join()
    assert group.until(lambda: len(member.got) == 2 * PARTITIONS)
    held = [TopicPartition(group.topic, 1)]
    member.consumer.seek(TopicPartition(group.topic, 1, 0))
    member.consumer.pause(held)
    member.got.clear()
    for _ in range(5):
        member.consume()
    assert member.got == []
    member.consumer.resume(held)
    assert group.until(lambda: member.got == [(1, 0), (1, 1)])


def test_the_ends_of_a_partition_are_told(group: Group) -> None:
    member = group.join()
    ends = member.consumer.get_watermark_offsets(TopicPartition(group.topic, 2), timeout=10)
    assert ends == (0, 2)


def test_a_member_that_was_away_too_long_is_told_that_it_lost(group: Group) -> None:
    member = group.join()
    assert group.until(lambda: len(member.mine) == PARTITIONS)
    if isinstance(member.consumer, fakes.Consumer):
        member.consumer.cluster.remove(member.consumer)
    else:
        time.sleep(AWAY + 1)
    assert group.until(lambda: any(what == "lost" for what, _ in member.events))
    assert [each for each in member.events if each[0] == "revoked"] == []
    assert group.until(lambda: member.mine == set(range(PARTITIONS)))


def test_a_schedule_ends_alike_on_real_servers(
    kafka: KafkaServer,
    dynamo: DynamoServer,
    postgres: PostgresServer,
    tmp_path: Path,
) -> None:
    targets = tmp_path / "targets.csv"
    targets.write_text(TARGETS, encoding="utf-8")
    schedule = sample(load_engine(Settings(targets=targets)), 1)[0]
    with (
        Arena(Servers(kafka, dynamo, postgres), tmp_path / "arena", partitions=PARTITIONS) as arena,
        DynamoProxy(dynamo.port) as far_dynamo,
        TcpProxy(postgres.port) as far_postgres,
    ):
        replay = Replay(arena, far_dynamo, far_postgres)
        replay.run(schedule.actions)
        assert arena.read_within(120) is not None, arena.workers[-1].said
        time.sleep(0.1)
        found = arena.found()
        assert violations(arena.ledger, found) == []
        assert alike(found, schedule.found)

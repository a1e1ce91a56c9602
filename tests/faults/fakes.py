"""Fakes: a Kafka cluster with one consumer group, in memory and under command.

They do what the real ones do, as far as the loop can see it; `test_fakes.py` holds them to real
servers. Nothing happens by itself: time passes when it is told to, and a member learns of a
rebalance, as with librdkafka, inside its next `consume`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any, Literal, TypeVar

from confluent_kafka import KafkaError, KafkaException, Message, TopicPartition

Result = TypeVar("Result")
Callback = Callable[[Any, list[TopicPartition]], None]

REJOINS = 4
"""How often a member that was thrown out has to ask before it is in the group again."""

TOPIC, TOPIC_ID, CLUSTER = "dns", "id-of-dns", "c1"


class Killed(BaseException):
    """The process is gone: nothing of it may catch this."""


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now


CommitFault = Literal["", "refused", "answer lost", "one partition", "late"]
"""Works; is refused; is accepted and says that it was not; is refused for one partition; comes to
the coordinator only when it is answered, or when the next one comes."""


class Cluster:
    """One topic and the group that reads it. Commits are checked as a coordinator does: by who
    sends them, and never by what they say; going back is accepted."""

    def __init__(self, partitions: int) -> None:
        self.logs: list[list[bytes | None]] = [[] for _ in range(partitions)]
        self.committed: dict[int, int] = {}
        self.owners: dict[int, Consumer | None] = dict.fromkeys(range(partitions))
        """Who has a partition, by the coordinator."""
        self.members: list[Consumer] = []
        self.clock = Clock()
        self.commit_fault: CommitFault = ""
        """What happens to the next commit."""

    def append(self, partition: int, value: bytes | None) -> int:
        """Add a message; gives its offset."""
        self.logs[partition].append(value)
        return len(self.logs[partition]) - 1

    def wanted(self) -> dict[int, Consumer | None]:
        """Who should have which partition: dealt out in turn to those who are members."""
        if not self.members:
            return dict.fromkeys(self.owners)
        return {number: self.members[number % len(self.members)] for number in self.owners}

    def rebalance(self) -> None:
        """Ask for partitions that should be elsewhere, and give those that are free."""
        for number, member in self.wanted().items():
            owner = self.owners[number]
            if owner is not None and owner is not member:
                owner.revoked.add(number)
            elif owner is None and member is not None:
                self.owners[number] = member
                member.assigned.add(number)

    def join(self, member: Consumer) -> None:
        self.members.append(member)
        self.rebalance()

    def remove(self, member: Consumer) -> None:
        """It left or its session ran out: its partitions are free, and its commits are refused."""
        if member in self.members:
            self.members.remove(member)
        for number, owner in self.owners.items():
            if owner is member:
                self.owners[number] = None
        self.rebalance()


class Consumer:
    """A member of the group, as `pipeline.stream.contract.Consumer`."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.assigned: set[int] = set()
        """Given by the coordinator, not told yet."""
        self.revoked: set[int] = set()
        """Wanted back by the coordinator, not told yet."""
        self.positions: dict[int, int] = {}
        self.paused: set[int] = set()
        self.leaking = False
        """Whether a paused partition hands out one more message, that was on its way already."""
        self.on_commit: Callable[[KafkaError | None, list[TopicPartition]], None] | None = None
        """Is told what became of each commit that nobody waited for."""
        self.withholding = False
        """Whether those answers stay away."""
        self._late: list[list[TopicPartition]] = []
        self._answers: list[tuple[KafkaError | None, list[TopicPartition]]] = []
        self._callbacks: tuple[Callback, Callback, Callback] | None = None
        self._told: set[int] = set()
        self._away = 0

    def subscribe(
        self, topics: list[str], on_assign: Callback, on_revoke: Callback, on_lost: Callback
    ) -> None:
        assert topics == [TOPIC]
        self._callbacks = (on_assign, on_revoke, on_lost)
        self.cluster.join(self)

    def consume(self, num_messages: int, timeout: float) -> list[Message]:
        assert timeout >= 0
        self._rebalance()
        self._answer()
        given: list[Message] = []
        for number, position in sorted(self.positions.items()):
            room = num_messages - len(given)
            if number in self.paused:
                room = min(room, int(self.leaking))
            log = self.cluster.logs[number][position : position + room]
            given += [
                Message(TOPIC, number, position + place, None, value, None, None, (1, 1_000))
                for place, value in enumerate(log)
            ]
            self.positions[number] = position + len(log)
        self.cluster.clock.now += timeout if not given else 0.001
        return given

    def _rebalance(self) -> None:
        if self._callbacks is None:
            return
        on_assign, on_revoke, on_lost = self._callbacks
        if self not in self.cluster.members:
            lost, self._told = self._told, set()
            self.assigned, self.revoked = set(), set()
            if lost:
                self._away = REJOINS
                on_lost(self, places(lost))
            self._away -= 1
            if self._away <= 0:
                self.cluster.join(self)
            return
        if leaving := self.revoked & self._told:
            on_revoke(self, places(leaving))
        for number in self.revoked:  # what it was never told of, it gives back without a word
            self._told.discard(number)
            self.assigned.discard(number)
            if self.cluster.owners[number] is self:
                self.cluster.owners[number] = None
        self.revoked = set()
        self.cluster.rebalance()
        if fresh := self.assigned - self._told:
            self._told |= fresh
            self.assigned = set()
            on_assign(self, places(fresh))

    def commit(self, *, offsets: list[TopicPartition], asynchronous: bool) -> Any:  # noqa: ANN401
        assert offsets
        self._arrive()
        if not asynchronous:
            return self._commit(offsets)
        if self.cluster.commit_fault == "late":
            self.cluster.commit_fault = ""
            self._late.append(offsets)
        else:
            self._note(offsets)
        return None

    def _arrive(self) -> None:
        """Have commits that are late come to the coordinator."""
        late, self._late = self._late, []
        for offsets in late:
            self._note(offsets)

    def _note(self, offsets: list[TopicPartition]) -> None:
        try:
            self._answers.append((None, self._commit(offsets)))
        except KafkaException as error:
            self._answers.append((error.args[0], offsets))

    def _answer(self) -> None:
        if self.withholding:
            return
        self._arrive()
        answers, self._answers = self._answers, []
        for each in answers:
            assert self.on_commit is not None
            self.on_commit(*each)

    def _commit(self, offsets: list[TopicPartition]) -> list[TopicPartition]:
        fault, self.cluster.commit_fault = self.cluster.commit_fault, ""
        if self not in self.cluster.members:
            raise KafkaException(KafkaError(KafkaError.UNKNOWN_MEMBER_ID))
        if fault == "refused":
            raise KafkaException(KafkaError(KafkaError.REBALANCE_IN_PROGRESS))
        answers = []
        for place, each in enumerate(offsets):
            if fault == "one partition" and place == 0:
                answers.append(failed(each))
                continue
            self.cluster.committed[each.partition] = each.offset
            answers.append(TopicPartition(each.topic, each.partition, each.offset))
        if fault == "answer lost":
            raise KafkaException(KafkaError(KafkaError.REQUEST_TIMED_OUT))
        return answers

    def committed(self, partitions: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        assert timeout > 0
        known = self.cluster.committed
        return [
            TopicPartition(each.topic, each.partition, known.get(each.partition, -1001))
            for each in partitions
        ]

    def get_watermark_offsets(
        self, partition: TopicPartition, timeout: float
    ) -> tuple[int, int] | None:
        assert timeout > 0
        return 0, len(self.cluster.logs[partition.partition])

    def pause(self, partitions: list[TopicPartition]) -> None:
        self.paused |= {each.partition for each in partitions}

    def resume(self, partitions: list[TopicPartition]) -> None:
        self.paused -= {each.partition for each in partitions}

    def seek(self, partition: TopicPartition) -> None:
        assert partition.partition in self.positions
        self.positions[partition.partition] = partition.offset

    def incremental_assign(self, partitions: list[TopicPartition]) -> None:
        for each in partitions:
            assert each.partition not in self.positions, "assigned twice"
            assert each.offset >= 0
            self.positions[each.partition] = each.offset  # a pause from before is kept

    def incremental_unassign(self, partitions: list[TopicPartition]) -> None:
        for each in partitions:
            del self.positions[each.partition]

    def close(self) -> None:
        if self._callbacks is not None and self in self.cluster.members and self._told:
            leaving, self._told = self._told, set()
            self._callbacks[1](self, places(leaving))
        self._callbacks = None
        self.cluster.remove(self)


def places(numbers: set[int]) -> list[TopicPartition]:
    return [TopicPartition(TOPIC, number) for number in sorted(numbers)]


class _Failed(TopicPartition):
    """A partition whose commit was refused; the library lets nobody else set the error."""

    error = KafkaError(KafkaError.COORDINATOR_LOAD_IN_PROGRESS)


def failed(partition: TopicPartition) -> TopicPartition:
    return _Failed(partition.topic, partition.partition, partition.offset)


class Topics:
    """What the cluster tells of topics."""

    def cluster(self) -> str:
        return CLUSTER

    def ids(self, topics: Sequence[str]) -> Mapping[str, str]:
        return dict.fromkeys(topics, TOPIC_ID)


class Pending(Future[Any]):
    """A future whose `result` does not wait: whoever it waits for runs in the same thread."""

    def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401
        if not self.done():
            raise NotYet
        return super().result(timeout)


class Executor:
    """Runs tasks at once, or when it is told to."""

    def __init__(self) -> None:
        self.deferring = False
        self._tasks: list[tuple[Pending, Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, task: Callable[..., Result], /, *arguments: Any) -> Future[Result]:  # noqa: ANN401
        future = Pending()
        self._tasks.append((future, task, arguments))
        if not self.deferring:
            self.run()
        return future

    def run(self) -> None:
        """Do what is waiting."""
        while self._tasks:
            future, task, arguments = self._tasks.pop(0)
            try:
                future.set_result(task(*arguments))
            except Exception as error:  # noqa: BLE001 - whoever asks for the result gets it
                future.set_exception(error)

"""Fake sinks: what is durable in the machine's world, and how each worker writes to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Literal

from pipeline.errors import SinkUnavailable
from pipeline.sinks import Alert, Batch, StoredProgress
from pipeline.stream.dead_letters import DeadLetter
from tests.faults.fakes import CLUSTER, TOPIC, TOPIC_ID
from tests.faults.ledger import Found, Letter, Pair, Place

Trouble = Literal["", "down", "applied", "half"]
"""What a sink does when it is written to: works; refuses; stores all and says that it did not; or
stores a part of it."""


class Sinks:
    """What is durable: it outlives every worker."""

    def __init__(self, *, guarded: bool = True) -> None:
        """Args: guarded: False is the negative control, a summary without a progress row."""
        self.trouble: dict[str, Trouble] = {"letters": "", "details": "", "summary": ""}
        self.guarded = guarded
        self.letters: list[DeadLetter] = []
        self.details: dict[str, tuple[Place, Pair]] = {}
        self.counted: Counter[Place] = Counter()
        self.resolutions: Counter[Pair] = Counter()
        self.progress: dict[int, int] = {}

    def refuse(self, name: str) -> None:
        """Raise what an unavailable sink does."""
        msg = f"{name}: not now"
        raise SinkUnavailable(msg, retry_after=1.0)

    def found(self) -> Found:
        """What a checker sees."""
        records: Counter[Pair] = Counter()
        pairs = dict(self.details.values())
        for place, times in self.counted.items():
            records[pairs[place]] += times
        letters = [
            Letter((each.number, each.offset), each.reason, each.value, len(each.value), "", True)
            for each in self.letters
        ]
        return Found(
            [(place, identity, pair) for identity, (place, pair) in self.details.items()],
            dict(self.resolutions),
            dict(records),
            letters,
        )


class Letters:
    """The dead-letter topic, as one worker writes to it."""

    def __init__(self, sinks: Sinks) -> None:
        self._sinks = sinks

    def write(self, letters: Sequence[DeadLetter]) -> None:
        trouble = self._sinks.trouble["letters"]
        if trouble != "down":
            taken = letters[: len(letters) // 2] if trouble == "half" else letters
            self._sinks.letters += taken
        if trouble:
            self._sinks.refuse("dead letters")

    def close(self) -> None:
        pass


class Details:
    """A table of details, as one worker writes to it: halfway there is a seam."""

    def __init__(self, sinks: Sinks, midway: Callable[[], None]) -> None:
        self._sinks = sinks
        self._midway = midway

    def write(self, batch: Batch) -> None:
        trouble = self._sinks.trouble["details"]
        middle = (len(batch.detections) + 1) // 2
        for place, each in enumerate(batch.detections):
            if place == middle:
                self._midway()
            if trouble == "down" or (trouble == "half" and place >= middle):
                break
            topic, number, offset = each.source.split("/")
            assert topic == TOPIC
            pair = (each.registrable_domain, each.target)
            self._sinks.details[each.id] = (int(number), int(offset)), pair
        if trouble:
            self._sinks.refuse("details")

    def finish(self) -> None:
        pass

    def close(self) -> None:
        pass


class Summary:
    """Summary and progress in one transaction, as one worker writes to it."""

    def __init__(self, sinks: Sinks) -> None:
        self._sinks = sinks

    def write(self, batch: Batch) -> None:
        trouble = self._sinks.trouble["summary"]
        if trouble in ("down", "half"):  # a transaction has no halves
            self._sinks.refuse("summary")
        self._transact(batch)
        if trouble == "applied":
            self._sinks.refuse("summary")

    def _transact(self, batch: Batch) -> None:
        sinks, progress = self._sinks, batch.progress
        assert progress is not None
        assert progress.partition is not None
        number = progress.partition.number
        stored = sinks.progress.get(number, 0) if sinks.guarded else 0
        if progress.offset <= stored:
            return
        for each in batch.detections:
            place = number, int(each.source.rpartition("/")[2])
            if place[1] >= stored:
                sinks.counted[place] += 1
                pair = (each.registrable_domain, each.target)
                sinks.resolutions[pair] += each.count or 1
        sinks.progress[number] = progress.offset

    def read_progress(
        self, group: str, epoch: int, cluster: str, topic: str, numbers: Sequence[int]
    ) -> dict[int, StoredProgress]:
        assert (group, epoch, cluster, topic) == ("g", 0, CLUSTER, TOPIC)
        if self._sinks.trouble["summary"] == "down":
            self._sinks.refuse("summary")
        if not self._sinks.guarded:
            return {}
        known = self._sinks.progress
        return {each: StoredProgress(known[each], TOPIC_ID) for each in numbers if each in known}

    def finish(self) -> None:
        pass

    def close(self) -> None:
        pass

    def outbox_pending(self, limit: int) -> list[Alert]:
        assert limit
        return []

    def outbox_sent(self, ids: Sequence[int]) -> None:
        assert not ids

"""Observing: what a stream tells whoever watches it. The base class listens to nothing."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.counts import Counts

Stage = Literal["consume", "detect", "dead_letters", "details", "summary", "commit"]
"""A step of the write protocol, in its order."""


class Observer:
    """Is told what happens.

    Methods may be called from the consuming thread and from the writing one; none may raise or
    block. No name of a domain ever reaches it.
    """

    def records(self, counts: Counts) -> None:
        """Some records were accounted for: the counts are of these alone."""

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:  # noqa: ARG002 - for those who listen
        """Time one step by the monotonic clock, also when it raises."""
        yield

    def written(self, sink: str, items: int) -> None:
        """A sink took so many items durably."""

    def retried(self, sink: str, reason: str) -> None:
        """A sink refused and is asked again; the reason is a stable code (``throttled``)."""

    def sink_up(self, sink: str, *, up: bool) -> None:
        """A sink became unavailable, or is back."""

    def committed(self, topic: str, partition: int, offset: int) -> None:
        """The broker has accepted a commit of the next offset."""

    def lag(self, topic: str, partition: int, messages: int) -> None:
        """So many messages of a partition are not yet committed."""

    def assigned(self, partitions: int) -> None:
        """This process now owns so many partitions."""

    def skipped_ahead(self, topic: str, partition: int, messages: int) -> None:
        """So many messages will never be seen: retention removed them before they were read."""

    def latency(self, seconds: float) -> None:
        """Seconds from a message's timestamp until what it gave was durable; never negative."""

    def reloaded(self, *, ok: bool) -> None:
        """Targets, lists or map were read again; the old ones stay if that failed."""

    def alerted(self, channel: str, *, ok: bool) -> None:
        """An alert was sent (``topic``, ``webhook``), or could not be."""

    def polled(self) -> None:
        """The consuming thread has asked the broker; it is alive."""

    def stopping(self) -> None:
        """The stream is about to end."""


class Observers(Observer):
    """Tells several observers, in their order."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def records(self, counts: Counts) -> None:
        """See `Observer.records`."""
        for each in self._observers:
            each.records(counts)

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """See `Observer.stage`."""
        with ExitStack() as stack:
            for each in self._observers:
                stack.enter_context(each.stage(stage))
            yield

    def written(self, sink: str, items: int) -> None:
        """See `Observer.written`."""
        for each in self._observers:
            each.written(sink, items)

    def retried(self, sink: str, reason: str) -> None:
        """See `Observer.retried`."""
        for each in self._observers:
            each.retried(sink, reason)

    def sink_up(self, sink: str, *, up: bool) -> None:
        """See `Observer.sink_up`."""
        for each in self._observers:
            each.sink_up(sink, up=up)

    def committed(self, topic: str, partition: int, offset: int) -> None:
        """See `Observer.committed`."""
        for each in self._observers:
            each.committed(topic, partition, offset)

    def lag(self, topic: str, partition: int, messages: int) -> None:
        """See `Observer.lag`."""
        for each in self._observers:
            each.lag(topic, partition, messages)

    def assigned(self, partitions: int) -> None:
        """See `Observer.assigned`."""
        for each in self._observers:
            each.assigned(partitions)

    def skipped_ahead(self, topic: str, partition: int, messages: int) -> None:
        """See `Observer.skipped_ahead`."""
        for each in self._observers:
            each.skipped_ahead(topic, partition, messages)

    def latency(self, seconds: float) -> None:
        """See `Observer.latency`."""
        for each in self._observers:
            each.latency(seconds)

    def reloaded(self, *, ok: bool) -> None:
        """See `Observer.reloaded`."""
        for each in self._observers:
            each.reloaded(ok=ok)

    def alerted(self, channel: str, *, ok: bool) -> None:
        """See `Observer.alerted`."""
        for each in self._observers:
            each.alerted(channel, ok=ok)

    def polled(self) -> None:
        """See `Observer.polled`."""
        for each in self._observers:
            each.polled()

    def stopping(self) -> None:
        """See `Observer.stopping`."""
        for each in self._observers:
            each.stopping()

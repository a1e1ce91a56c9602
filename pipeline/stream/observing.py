"""Observing: what a stream tells whoever watches it. The base class listens to nothing."""

from __future__ import annotations

from contextlib import contextmanager
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

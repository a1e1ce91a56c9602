"""Health: whether a stream lives and whether it does its work, told over HTTP.

``/healthz``: 200 while the consuming thread asks the broker; else the process should be restarted.
``/readyz``: 200 once partitions were assigned, while every sink takes what it is given. A sink
that neither takes nor refuses for `STALL` seconds counts as down.
``/metrics``: for Prometheus.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from pipeline.stream.contract import SystemClock
from pipeline.stream.observing import Observer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.stream.contract import Clock
    from pipeline.stream.observing import Stage

STALL: Final = 4.0
"""Seconds that a sink may take for one batch before it counts as down."""

SILENCE: Final = 60.0
"""Seconds without asking the broker after which the consuming thread counts as dead: well under
the five minutes after which the group would put it out."""

_SINK_STAGES: Final = frozenset({"dead_letters", "details", "summary"})


class Health(Observer):
    """What a stream's state is."""

    def __init__(self, clock: Clock | None = None, *, silence: float = SILENCE) -> None:
        """Args: clock: the monotonic one is asked; silence: seconds, see `SILENCE`."""
        self._clock = clock or SystemClock()
        self._silence = silence
        self._polled_at = self._clock.monotonic()
        self._is_assigned = False
        self._is_stopping = False
        self._lock = threading.Lock()
        self._down: set[str] = set()
        self._running: dict[tuple[int, str], float] = {}  # since when, by thread and stage

    def faults(self) -> list[str]:
        """Say why the process should be restarted; nothing if it lives."""
        silent = self._clock.monotonic() - self._polled_at
        if silent <= self._silence:
            return []
        return [f"the broker was not asked for {silent:.0f} s"]

    def obstacles(self) -> list[str]:
        """Say why the stream does not do its work; nothing if it does."""
        found = self.faults()
        if not self._is_assigned:
            found.append("no partitions were assigned yet")
        if self._is_stopping:
            found.append("it is about to end")
        now = self._clock.monotonic()
        with self._lock:
            found += [f"sink {sink} is down" for sink in sorted(self._down)]
            running = sorted((stage, since) for (_, stage), since in self._running.items())
        return found + [
            f"{stage} has taken {now - since:.0f} s for one batch"
            for stage, since in running
            if now - since > STALL
        ]

    # As an observer

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """See `Observer.stage`."""
        if stage not in _SINK_STAGES:
            yield
            return
        key = threading.get_ident(), stage
        with self._lock:
            self._running[key] = self._clock.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._running.pop(key, None)

    def written(self, sink: str, items: int) -> None:  # noqa: ARG002 - that it was is enough
        """See `Observer.written`."""
        self.sink_up(sink, up=True)

    def sink_up(self, sink: str, *, up: bool) -> None:
        """See `Observer.sink_up`."""
        with self._lock:
            if up:
                self._down.discard(sink)
            else:
                self._down.add(sink)

    def assigned(self, partitions: int) -> None:  # noqa: ARG002 - none is right for a spare member
        """See `Observer.assigned`."""
        self._is_assigned = True

    def polled(self) -> None:
        """See `Observer.polled`."""
        self._polled_at = self._clock.monotonic()

    def stopping(self) -> None:
        """See `Observer.stopping`."""
        self._is_stopping = True


class Page:
    """What is answered: a status, a content type, a body."""

    __slots__ = ("body", "content_type", "status")

    def __init__(self, status: int, content_type: str, body: bytes) -> None:
        self.status = status
        self.content_type = content_type
        self.body = body

    @classmethod
    def of_state(cls, reasons: list[str]) -> Page:
        """Give 200, or 503 with the reasons."""
        state = {"status": "unavailable" if reasons else "ok", "reasons": reasons}
        body = json.dumps(state).encode() + b"\n"
        return cls(503 if reasons else 200, "application/json", body)


def pages(health: Health, metrics: Callable[[], bytes]) -> dict[str, Callable[[], Page]]:
    """Give every page by its path.

    Args:
        health: the stream's state.
        metrics: gives the metrics as `Metrics.page` does.
    """
    from pipeline.stream.metrics import CONTENT_TYPE

    return {
        "/healthz": lambda: Page.of_state(health.faults()),
        "/readyz": lambda: Page.of_state(health.obstacles()),
        "/metrics": lambda: Page(200, CONTENT_TYPE, metrics()),
    }

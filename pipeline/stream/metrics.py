"""Metrics: what a stream tells, as Prometheus reads it.

Labels are topics, partitions, sinks and codes of ours: never a name, which anyone can send. What
has an age is told by the monotonic clock, so no step of the wall clock can make it jump.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

import pipeline
from pipeline.stream.contract import SystemClock
from pipeline.stream.observing import Observer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.counts import Counts
    from pipeline.stream.contract import Clock
    from pipeline.stream.observing import Stage

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""Of `Metrics.page`: the text format that every Prometheus reads."""

MOST_CODES: Final = 64
"""Codes that one metric has as labels; further ones are counted as ``other``."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")

_STAGE_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LATENCY_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200, 86400)


class Codes:
    """The codes that a label has had; what is no code, or one too many, becomes ``other``.

    >>> codes = Codes()
    >>> codes("bad_json"), codes("xn--80ak6aa92e.com")
    ('bad_json', 'other')
    """

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __call__(self, code: str) -> str:
        """Give the label's value for a code."""
        if code not in self._known:
            if len(self._known) >= MOST_CODES or not _CODE.fullmatch(code):
                return "other"
            self._known.add(code)
        return code


class Metrics(Observer):
    """All that a stream tells, counted, in a registry of its own."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Args: clock: tells how long ago the last commit and the last poll were."""
        # Or else each counter has a second series, with the time of its making.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._clock = clock or SystemClock()
        self._committed_at = self._polled_at = self._clock.monotonic()
        self._reasons = {table: Codes() for table in ("rejected", "skipped", "brakes", "retried")}
        self.registry = CollectorRegistry()
        """Where they are."""
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        Info("glyphwatch_build", "The release that runs.", registry=self.registry).info(
            {"version": pipeline.__version__}
        )
        self._count_records()
        self._count_writing()
        self._count_reading()
        self._count_asides()

    def _count_records(self) -> None:
        self._records = self._counter("records", "Records by what became of them.", "outcome")
        for outcome in ("clean", "matched", "rejected", "skipped"):
            self._records.labels(outcome)
        self._detections = self._counter("detections", "Lookalikes found; a record may have many.")
        self._rejected = self._counter("rejected", "Records that could not be read.", "reason")
        self._skipped = self._counter("skipped", "Records that are no observation.", "reason")
        self._brakes = self._counter("brakes", "How often each brake fired.", "brake")
        self._held = self._counter("held", "Detections that the allow list kept back.", "verb")
        self._truncated = self._counter(
            "readings_left_out", "Records of which some readings were left out, being too many."
        )

    def _count_writing(self) -> None:
        self._stages = Histogram(
            "glyphwatch_stage_seconds",
            "Time that a step of the write protocol took, of one batch.",
            ["stage"],
            buckets=_STAGE_SECONDS,
            registry=self.registry,
        )
        self._latency = Histogram(
            "glyphwatch_latency_seconds",
            "From a message's timestamp until what it gave was durable.",
            buckets=_LATENCY_SECONDS,
            registry=self.registry,
        )
        self._items = self._counter("sink_items", "Items that a sink took durably.", "sink")
        self._retries = self._counter(
            "sink_retries", "How often a sink refused and was asked again.", "sink", "reason"
        )
        self._sink_up = self._gauge("sink_up", "1 if the sink took the last it was given.", "sink")

    def _count_reading(self) -> None:
        self._lag = self._gauge(
            "consumer_lag_messages", "Messages that are not yet committed.", "topic", "partition"
        )
        self._offsets = self._gauge(
            "committed_offset", "Next offset, as committed.", "topic", "partition"
        )
        self._assigned = self._gauge("assigned_partitions", "Partitions that this process owns.")
        self._rebalances = self._counter("rebalances", "How often partitions changed hands.")
        self._lost = self._counter(
            "messages_lost", "Messages that retention removed before they were read.", "topic"
        )
        self._gauge("last_commit_age_seconds", "Since the last commit, or the start.").set_function(
            lambda: self._clock.monotonic() - self._committed_at
        )
        self._gauge("last_poll_age_seconds", "Since the broker was asked last.").set_function(
            lambda: self._clock.monotonic() - self._polled_at
        )

    def _count_asides(self) -> None:
        self._reloads = self._counter("config_reloads", "How often lists were read again.")
        self._reload_errors = self._counter(
            "config_reload_errors", "How often they were broken, so that the old ones stayed."
        )
        self._reload_ok = self._gauge("config_reload_ok", "0 if the last reload failed.")
        self._reload_ok.set(1)
        self._alerts = self._counter(
            "alerts",
            "Alerts of new lookalike domains, by what became of them.",
            "channel",
            "result",
        )

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"glyphwatch_{name}_total", words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"glyphwatch_{name}", words, labels, registry=self.registry)

    def page(self) -> bytes:
        """Give all metrics in the format of `CONTENT_TYPE`."""
        return generate_latest(self.registry)

    # As an observer

    def records(self, counts: Counts) -> None:
        """See `Observer.records`."""
        self._records.labels("clean").inc(counts.clean)
        self._records.labels("matched").inc(counts.matched)
        self._records.labels("rejected").inc(counts.rejected.total())
        self._records.labels("skipped").inc(counts.skipped.total())
        self._detections.inc(counts.detections)
        self._truncated.inc(counts.truncated)
        for rule, count in counts.held.items():  # never the rule itself, which names somebody
            self._held.labels(rule.partition(" ")[0]).inc(count)
        for name, counter, table in (
            ("rejected", self._rejected, counts.rejected),
            ("skipped", self._skipped, counts.skipped),
            ("brakes", self._brakes, counts.brakes),
        ):
            for code, count in table.items():
                counter.labels(self._reasons[name](str(code))).inc(count)

    @contextmanager
    def stage(self, stage: Stage) -> Iterator[None]:
        """See `Observer.stage`."""
        began = self._clock.monotonic()
        try:
            yield
        finally:
            self._stages.labels(stage).observe(self._clock.monotonic() - began)

    def written(self, sink: str, items: int) -> None:
        """See `Observer.written`."""
        self._items.labels(sink).inc(items)
        self._sink_up.labels(sink).set(1)

    def retried(self, sink: str, reason: str) -> None:
        """See `Observer.retried`."""
        self._retries.labels(sink, self._reasons["retried"](reason)).inc()

    def sink_up(self, sink: str, *, up: bool) -> None:
        """See `Observer.sink_up`."""
        self._sink_up.labels(sink).set(up)

    def committed(self, topic: str, partition: int, offset: int) -> None:
        """See `Observer.committed`."""
        self._committed_at = self._clock.monotonic()
        self._offsets.labels(topic, partition).set(offset)

    def lag(self, topic: str, partition: int, messages: int) -> None:
        """See `Observer.lag`."""
        self._lag.labels(topic, partition).set(messages)

    def assigned(self, partitions: int) -> None:
        """See `Observer.assigned`."""
        self._assigned.set(partitions)
        self._rebalances.inc()
        self._lag.clear()  # of partitions that others have now; ours are told again soon
        self._offsets.clear()

    def skipped_ahead(self, topic: str, partition: int, messages: int) -> None:  # noqa: ARG002
        """See `Observer.skipped_ahead`."""
        self._lost.labels(topic).inc(max(0, messages))

    def latency(self, seconds: float) -> None:
        """See `Observer.latency`."""
        self._latency.observe(max(0.0, seconds))

    def reloaded(self, *, ok: bool) -> None:
        """See `Observer.reloaded`."""
        self._reloads.inc()
        self._reload_ok.set(ok)
        if not ok:
            self._reload_errors.inc()

    def alerted(self, channel: str, *, ok: bool) -> None:
        """See `Observer.alerted`."""
        self._alerts.labels(channel, "sent" if ok else "failed").inc()

    def polled(self) -> None:
        """See `Observer.polled`."""
        self._polled_at = self._clock.monotonic()

"""Metrics, read back with Prometheus's own parser."""

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from pipeline.counts import Counts
from pipeline.stream.metrics import MOST_CODES, Metrics
from tests.pipeline.stream.clocks import HandClock

Labels = tuple[tuple[str, str], ...]


def samples(metrics: Metrics) -> dict[tuple[str, Labels], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.page().decode())
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return samples(metrics)[name, tuple(sorted(labels.items()))]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def metrics(clock: HandClock) -> Metrics:
    return Metrics(clock)


def test_records_are_counted_by_what_became_of_them(metrics: Metrics) -> None:
    counts = Counts(
        records=12,
        clean=7,
        matched=2,
        detections=3,
        truncated=1,
        rejected=Counter(bad_json=2),
        skipped=Counter(tombstone=1),
        brakes=Counter(known=4),
        held=Counter({"allow paypa1.com": 2, "allow g00gle.com=google.com": 1, "silence *.de": 1}),
    )
    metrics.records(counts)
    metrics.records(counts)
    assert value(metrics, "glyphwatch_records_total", outcome="clean") == 14
    assert value(metrics, "glyphwatch_records_total", outcome="matched") == 4
    assert value(metrics, "glyphwatch_records_total", outcome="rejected") == 4
    assert value(metrics, "glyphwatch_records_total", outcome="skipped") == 2
    assert value(metrics, "glyphwatch_rejected_total", reason="bad_json") == 4
    assert value(metrics, "glyphwatch_skipped_total", reason="tombstone") == 2
    assert value(metrics, "glyphwatch_brakes_total", brake="known") == 8
    assert value(metrics, "glyphwatch_held_total", verb="allow") == 6
    assert value(metrics, "glyphwatch_held_total", verb="silence") == 2
    assert value(metrics, "glyphwatch_detections_total") == 6
    assert value(metrics, "glyphwatch_readings_left_out_total") == 2


def test_a_stage_is_timed_also_when_it_raises(metrics: Metrics, clock: HandClock) -> None:
    with metrics.stage("summary"):
        clock.pass_(0.2)
    with suppress(OSError), metrics.stage("summary"):
        clock.pass_(3)
        raise OSError
    assert value(metrics, "glyphwatch_stage_seconds_count", stage="summary") == 2
    assert value(metrics, "glyphwatch_stage_seconds_sum", stage="summary") == pytest.approx(3.2)
    assert value(metrics, "glyphwatch_stage_seconds_bucket", stage="summary", le="0.25") == 1


def test_a_sink_is_up_again_once_it_takes_something(metrics: Metrics) -> None:
    metrics.sink_up("summary", up=False)
    metrics.retried("summary", "unavailable")
    assert value(metrics, "glyphwatch_sink_up", sink="summary") == 0
    metrics.written("summary", 40)
    assert value(metrics, "glyphwatch_sink_up", sink="summary") == 1
    assert value(metrics, "glyphwatch_sink_items_total", sink="summary") == 40
    retries = value(metrics, "glyphwatch_sink_retries_total", sink="summary", reason="unavailable")
    assert retries == 1


def test_ages_follow_the_monotonic_clock_alone(metrics: Metrics, clock: HandClock) -> None:
    clock.pass_(5)
    metrics.committed("dns", 3, 77)
    metrics.polled()
    clock.pass_(7)
    clock.wall -= 3600  # F13: somebody set the clock
    assert value(metrics, "glyphwatch_last_commit_age_seconds") == 7
    assert value(metrics, "glyphwatch_last_poll_age_seconds") == 7
    assert value(metrics, "glyphwatch_committed_offset", topic="dns", partition="3") == 77


def test_a_partition_that_went_elsewhere_leaves_no_lag_behind(metrics: Metrics) -> None:
    metrics.assigned(2)
    metrics.lag("dns", 0, 5)
    metrics.lag("dns", 1, 9)
    metrics.assigned(1)
    metrics.lag("dns", 1, 9)
    lags = {key: n for key, n in samples(metrics).items() if "lag" in key[0]}
    lag = ("glyphwatch_consumer_lag_messages", (("partition", "1"), ("topic", "dns")))
    assert lags == {lag: 9}
    assert value(metrics, "glyphwatch_rebalances_total") == 2
    assert value(metrics, "glyphwatch_assigned_partitions") == 1


def test_what_was_never_seen_is_counted(metrics: Metrics) -> None:
    metrics.skipped_ahead("dns", 1, 500)
    metrics.skipped_ahead("dns", 2, 1)
    assert value(metrics, "glyphwatch_messages_lost_total", topic="dns") == 501


def test_no_latency_is_negative(metrics: Metrics) -> None:
    metrics.latency(-3600)
    metrics.latency(0.3)
    assert value(metrics, "glyphwatch_latency_seconds_sum") == pytest.approx(0.3)


def test_reloads_and_alerts(metrics: Metrics) -> None:
    metrics.reloaded(ok=True)
    metrics.reloaded(ok=False)
    assert value(metrics, "glyphwatch_config_reloads_total") == 2
    assert value(metrics, "glyphwatch_config_reload_errors_total") == 1
    assert value(metrics, "glyphwatch_config_reload_ok") == 0
    metrics.reloaded(ok=True)
    assert value(metrics, "glyphwatch_config_reload_ok") == 1
    metrics.alerted("webhook", ok=False)
    assert value(metrics, "glyphwatch_alerts_total", channel="webhook", result="failed") == 1


def test_it_tells_of_the_process_too(metrics: Metrics) -> None:
    assert value(metrics, "process_resident_memory_bytes") > 1e6
    assert value(metrics, "process_open_fds") > 0


def test_every_line_has_help_and_no_series_is_doubled(metrics: Metrics) -> None:
    metrics.records(Counts(rejected=Counter(bad_json=1)))
    page = metrics.page().decode()
    assert "_created" not in page
    for family in text_string_to_metric_families(page):
        assert family.documentation, family.name


@given(st.lists(st.text(max_size=60)))
def test_a_label_is_never_what_somebody_sent(codes: list[str]) -> None:
    metrics = Metrics(HandClock())
    for code in [*codes, "xn--80ak6aa92e.com", '"}\n{x="']:
        metrics.records(Counts(rejected=Counter({code: 1})))
    seen = {
        dict(labels)["reason"]
        for (name, labels) in samples(metrics)
        if name == "glyphwatch_rejected_total"
    }
    assert all(code == code.lower() and code.isascii() and code.isidentifier() for code in seen)
    assert not any("." in code for code in seen)


def test_codes_are_bounded(metrics: Metrics) -> None:
    for number in range(1000):
        metrics.records(Counts(rejected=Counter({f"code_{number}": 1})))
    rejected = {k: n for k, n in samples(metrics).items() if k[0] == "glyphwatch_rejected_total"}
    assert len(rejected) == MOST_CODES + 1
    assert sum(rejected.values()) == 1000

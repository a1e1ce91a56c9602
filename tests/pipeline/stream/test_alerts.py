"""Alerts, from real outboxes to real receivers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import pytest
from confluent_kafka import Consumer
from hypothesis import example, given
from hypothesis import strategies as st

from detector.detection import Detection
from infra.stack import KafkaServer
from pipeline.counts import Counts
from pipeline.errors import SinkUnavailable
from pipeline.postgres import PostgresSink
from pipeline.sinks import Alert, Batch, Partition, Progress, SummarySink
from pipeline.store import Store
from pipeline.stream.alert_topic import AlertTopic
from pipeline.stream.alerts import ASIDE, Alerting, Channel, Message, Outcome
from pipeline.stream.clients import make_producer
from pipeline.stream.observing import Observer
from pipeline.stream.settings import StreamSettings
from pipeline.stream.webhook import Endpoint, Webhook
from tests.pipeline.stream.clocks import HandClock
from tests.pipeline.stream.receivers import Receiver, Reply, free_port
from tests.pipeline.stream.test_reloading import wait_until

DNS = Partition("a-group", 0, "a-cluster", "dns", "id-1", 0)


class Counted(Observer):
    """Counts alerts."""

    def __init__(self) -> None:
        self.alerts: list[tuple[str, bool]] = []

    def alerted(self, channel: str, *, ok: bool) -> None:
        self.alerts.append((channel, ok))


def count(sink: SummarySink, detections: Sequence[Detection], offset: int) -> None:
    """Have a sink count detections of a partition, from an offset on."""
    placed = [
        each.with_record(source=f"dns/0/{n}", coordinates=f"{DNS.source}:{n}")
        for n, each in enumerate(detections, offset)
    ]
    end = offset + len(placed)
    progress = Progress(
        DNS.source, "run", "dns/0", "names", end, "", Counts(), finished=False, partition=DNS
    )
    sink.write(Batch(placed, progress))


@pytest.fixture(params=["sqlite", "postgres"])
def summary(request: pytest.FixtureRequest) -> Iterator[SummarySink]:
    sink: SummarySink
    if request.param == "sqlite":
        sink = Store(request.getfixturevalue("tmp_path") / "out.sqlite")
    else:
        sink = PostgresSink(request.getfixturevalue("migrated"))
    yield sink
    sink.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


def test_each_new_lookalike_is_told_once(
    summary: SummarySink, receiver: Receiver, found: list[Detection]
) -> None:
    counted = Counted()
    hook = Webhook(Endpoint.parse(receiver.url()))
    alerting = Alerting(summary, [hook], observer=counted, look=0.02)
    alerting.start()
    new = sorted({each.registrable_domain for each in found})
    count(summary, found, 0)
    wait_until(lambda: summary.outbox_pending(10) == [])
    count(summary, found, len(found))  # the same domains again, in other messages
    count(summary, found[:1], 0)  # and a message that was counted before
    alerting.close()
    assert sorted(receiver.lookalikes) == new
    assert counted.alerts == [("webhook", True)] * len(new)
    assert summary.outbox_pending(10) == []
    target = {each.registrable_domain: each.target for each in found}
    for request in receiver.requests:
        assert request.told["detection"]["target"] == target[request.told["lookalike"]]


def test_what_was_not_told_waits_for_the_next_start(
    summary: SummarySink, receiver: Receiver, found: list[Detection]
) -> None:
    count(summary, found, 0)
    nobody = Webhook(Endpoint.parse(f"http://127.0.0.1:{free_port()}/"))
    counted = Counted()
    first = Alerting(summary, [nobody], observer=counted)
    assert not first.round()
    assert counted.alerts == [("webhook", False)]
    alerting_of(summary, receiver).round()
    assert sorted(receiver.lookalikes) == sorted({each.registrable_domain for each in found})
    assert summary.outbox_pending(10) == []


def test_a_crash_before_it_is_noted_sends_it_again_with_the_same_id(
    summary: SummarySink,
    receiver: Receiver,
    found: list[Detection],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count(summary, found[:1], 0)

    def crash(_ids: Sequence[int]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(summary, "outbox_sent", crash)
        with pytest.raises(KeyboardInterrupt):
            alerting_of(summary, receiver).round()
    alerting_of(summary, receiver).round()
    first, second = receiver.requests
    assert first.body == second.body
    assert first.headers["X-Glyphwatch-Id"] == second.headers["X-Glyphwatch-Id"]


def alerting_of(summary: SummarySink, receiver: Receiver, **more: Any) -> Alerting:  # noqa: ANN401
    hook = Webhook(Endpoint.parse(receiver.url()))
    return Alerting(summary, [hook], **{"observer": Observer(), **more})


def test_those_below_a_severity_are_only_taken_out(
    summary: SummarySink, receiver: Receiver, found: list[Detection]
) -> None:
    count(summary, found, 0)
    alerting_of(summary, receiver, least="critical").round()
    told = {r.told["detection"]["severity"] for r in receiver.requests}
    assert told <= {"critical"}
    assert summary.outbox_pending(10) == []


def test_a_refused_alert_is_put_aside_and_not_given_up(
    summary: SummarySink, receiver: Receiver, found: list[Detection]
) -> None:
    count(summary, found, 0)
    bad = found[0].registrable_domain
    receiver.answer = lambda request: Reply(422 if request.told["lookalike"] == bad else 200)
    clock = HandClock()
    alerting = alerting_of(summary, receiver, clock=clock)
    for _ in range(3):
        alerting.round()
    assert receiver.lookalikes.count(bad) == 1
    assert [each.lookalike for each in summary.outbox_pending(10)] == [bad]
    receiver.answer = lambda _: Reply()
    clock.pass_(ASIDE + 1)
    alerting.round()
    assert receiver.lookalikes.count(bad) == 2
    assert summary.outbox_pending(10) == []


def test_a_receiver_that_is_down_is_asked_ever_more_rarely(
    summary: SummarySink, receiver: Receiver, found: list[Detection]
) -> None:
    count(summary, found[:1], 0)
    receiver.answer = lambda _: Reply(500)
    clock = HandClock()
    alerting = alerting_of(summary, receiver, clock=clock)
    for _ in range(6000):  # ten minutes
        alerting.round()
        clock.pass_(0.1)
    # Full jitter up to a minute: a wait is half a minute in the mean.
    assert 8 <= len(receiver.requests) <= 80
    assert len(summary.outbox_pending(10)) == 1


def test_nobody_waits_for_a_receiver_that_hangs(
    summary: SummarySink, receiver: Receiver, found: list[Detection]
) -> None:
    held = threading.Event()

    def hang(_: object) -> Reply:
        held.wait(60)
        return Reply()

    receiver.answer = hang
    alerting = alerting_of(summary, receiver, look=0.02)
    alerting.start()
    count(summary, found[:2], 0)
    wait_until(lambda: receiver.requests)
    count(summary, found[2:], 2)  # the stream goes on
    alerting.close(seconds=0.1)
    held.set()
    assert len(summary.outbox_pending(10)) == len({each.registrable_domain for each in found})


def test_a_topic_has_each_alert_under_its_lookalike(
    kafka: KafkaServer, topic: str, summary: SummarySink, found: list[Detection]
) -> None:
    settings = StreamSettings(kafka=(("bootstrap.servers", kafka.bootstrap),))
    channel = AlertTopic(lambda: make_producer(settings, said=lambda _: None), topic)
    count(summary, found, 0)
    Alerting(summary, [channel], observer=Observer()).round()
    assert summary.outbox_pending(10) == []
    new = sorted({each.registrable_domain for each in found})
    consumer = Consumer(
        {"bootstrap.servers": kafka.bootstrap, "group.id": topic, "auto.offset.reset": "earliest"}
    )
    try:
        consumer.subscribe([topic])
        came: list[Any] = []

        def are_there() -> bool:
            came.extend(consumer.consume(10, 0.5))
            return len(came) >= len(new)

        wait_until(are_there)
    finally:
        consumer.close()
    assert sorted(each.key().decode() for each in came) == new
    for each in came:
        told = json.loads(each.value())
        assert told["lookalike"] == each.key().decode()
        assert dict(each.headers())["glyphwatch.id"].decode() == told["id"]


def test_a_topic_that_is_not_there_loses_nothing(
    kafka: KafkaServer, unique: str, summary: SummarySink, found: list[Detection]
) -> None:
    client = (("bootstrap.servers", kafka.bootstrap), ("message.timeout.ms", "1500"))
    settings = StreamSettings(kafka=(*client, ("allow.auto.create.topics", "false")))
    # No broker may make it by itself: a name that is none.
    channel = AlertTopic(lambda: make_producer(settings, said=lambda _: None), f"no such {unique}")
    count(summary, found[:1], 0)
    Alerting(summary, [channel], observer=Observer()).round()
    assert len(summary.outbox_pending(10)) == 1


def test_a_broker_that_is_away_does_not_hold_up_the_end(
    summary: SummarySink, found: list[Detection]
) -> None:
    settings = StreamSettings(kafka=(("bootstrap.servers", f"127.0.0.1:{free_port()}"),))
    channel = AlertTopic(lambda: make_producer(settings, said=lambda _: None), "alerts")
    count(summary, found, 0)
    alerting = Alerting(summary, [channel], observer=Observer(), look=0.02)
    alerting.start()
    wait_until(lambda: channel._producer)
    alerting.close()  # the producer itself would try for 20 s
    wait_until(lambda: not alerting._thread.is_alive())
    assert summary.outbox_pending(10)


# Whatever channels do, in whatever order


class FakeOutbox:
    """An outbox in memory, as the contract has it."""

    def __init__(self) -> None:
        self.waiting: dict[int, Alert] = {}

    def add(self, number: int) -> None:
        detection = {"severity": "high", "target": "apple.com"}
        self.waiting[number] = Alert(number, f"a{number}.example", detection)

    def outbox_pending(self, limit: int) -> list[Alert]:
        return [self.waiting[number] for number in sorted(self.waiting)][:limit]

    def outbox_sent(self, ids: Sequence[int]) -> None:
        for number in ids:
            del self.waiting[number]


class FakeChannel:
    """Does what a script says with each lot: take so many, then refuse one or go down."""

    def __init__(self, name: Literal["topic", "webhook"], script: list[tuple[int, str]]) -> None:
        self.name: Literal["topic", "webhook"] = name
        self.script = list(script)
        self.came: list[int] = []

    def send(self, messages: Sequence[Message]) -> Outcome:
        most, then = self.script.pop(0) if self.script else (1000, "ok")
        numbers = [each.number for each in messages]
        taken, left = numbers[:most], numbers[most:]
        self.came += taken
        if then == "refuse" and left:
            return Outcome(taken, {left[0]: "status 400"}, None)
        down = SinkUnavailable("down", retry_after=0.5) if then == "down" else None
        return Outcome(taken, {}, down)

    def close(self) -> None:
        pass


SCRIPTS = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["ok", "refuse", "down"])))


@given(SCRIPTS, SCRIPTS, st.integers(0, 250))
@example([(0, "ok"), (0, "ok")], [(0, "refuse")], 101)  # looked at, and then behind what is
def test_every_alert_reaches_every_channel_once(
    one: list[tuple[int, str]], other: list[tuple[int, str]], alerts: int
) -> None:
    outbox, clock = FakeOutbox(), HandClock()
    channels = [FakeChannel("topic", one), FakeChannel("webhook", other)]
    typed: list[Channel] = [*channels]
    alerting = Alerting(outbox, typed, observer=Observer(), clock=clock)
    for number in range(alerts):
        outbox.add(number)
    for _ in range(len(one) + len(other) + 10):
        alerting.round()
        clock.pass_(ASIDE + 61)
    assert outbox.waiting == {}
    for channel in channels:
        assert sorted(channel.came) == list(range(alerts))
    assert all(not state.has and not state.aside for state in alerting._states)

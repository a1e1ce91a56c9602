"""A stream that is watched over: a real process, asked over HTTP, with signals and files."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from prometheus_client.parser import text_string_to_metric_families

from infra.stack import DynamoServer, KafkaServer, PostgresServer
from pipeline.dynamo_client import DynamoPlace
from tests.pipeline.stream.receivers import Receiver, free_port
from tests.pipeline.stream.test_reloading import replace
from tests.servers import make_topic, restored

ROOT = Path(__file__).resolve().parents[3]
LONGEST = 60.0
TARGETS = "domain,brand,industry\napple.com,Apple,consumer-electronics\n"
MORE = TARGETS + "paypal.com,PayPal,payments\n"
MATCH = b'{"rrname":"xn--pple-43d.com"}'
LATER = b'{"rrname":"xn--pypal-4ve.com"}'
CLEAN = b'{"rrname":"clean.example"}'
SECRET = "a-secret-of-sixteen-bytes-or-more"


def until(condition: Callable[[], object], what: str, seconds: float = LONGEST) -> float:
    """Wait for something; gives how long that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, what
        time.sleep(0.05)
    return time.monotonic() - began


class Watched:
    """A `glyphwatch stream` in a process of its own."""

    def __init__(self, folder: Path, environment: dict[str, str], *arguments: str) -> None:
        self.port = free_port()
        self.log = folder / f"log-{self.port}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.cli", "stream", *arguments],
                stderr=log,
                cwd=folder,
                env={
                    "PATH": os.environ["PATH"],
                    "PYTHONPATH": str(ROOT),
                    "GLYPHWATCH_HEALTH": f"127.0.0.1:{self.port}",
                    "GLYPHWATCH_RELOAD_EVERY": "0.1",
                    **environment,
                },
            )

    def ask(self, page: str) -> tuple[int, str]:
        """Status and text of a page; status 0 if nobody answers."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/{page}", timeout=10
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def metric(self, name: str, **labels: str) -> float:
        for family in text_string_to_metric_families(self.ask("metrics")[1]):
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return sample.value
        return 0.0

    @property
    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text(encoding="ascii")
        return self.ask("readyz")[0] == 200

    def events(self, event: str = "") -> list[dict[str, Any]]:
        lines = self.log.read_text(encoding="ascii").splitlines()
        found = [json.loads(line) for line in lines]
        return [each for each in found if event in ("", each["event"])]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(LONGEST) == 0, self.log.read_text(encoding="ascii")


@pytest.fixture
def environment(kafka: KafkaServer, topic: str, tmp_path: Path) -> dict[str, str]:
    make_topic(kafka, f"{topic}.dead", 1)
    (tmp_path / "targets.csv").write_text(TARGETS)
    return {
        "GLYPHWATCH_TARGETS": str(tmp_path / "targets.csv"),
        "GLYPHWATCH_KAFKA": kafka.bootstrap,
        "GLYPHWATCH_TOPICS": topic,
        "GLYPHWATCH_GROUP": topic,
        "GLYPHWATCH_DEAD_LETTERS": f"{topic}.dead",
    }


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    started: list[Watched] = []

    def begin(environment: dict[str, str], *arguments: str) -> Watched:
        started.append(Watched(tmp_path, environment, *arguments))
        return started[-1]

    yield begin
    for each in started:
        with suppress(ProcessLookupError):
            each.process.kill()
        each.process.wait()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


def send(kafka: KafkaServer, topic: str, *values: bytes) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    for value in values:
        producer.produce(topic, value, partition=0)
    assert producer.flush(LONGEST) == 0


def test_a_stream_tells_counts_reloads_and_alerts(
    kafka: KafkaServer,
    topic: str,
    environment: dict[str, str],
    watched: Callable[..., Watched],
    receiver: Receiver,
    tmp_path: Path,
) -> None:
    (tmp_path / "secret").write_text(SECRET)
    environment |= {
        "GLYPHWATCH_ALERT_WEBHOOK": receiver.url("/services/PATH-THAT-IS-SECRET"),
        "GLYPHWATCH_ALERT_SECRET_FILE": str(tmp_path / "secret"),
        "GLYPHWATCH_KAFKA_SASL_PASSWORD": "never-to-be-shown",
    }
    stream = watched(environment, "--embedded")
    until(lambda: stream.is_ready, "it became ready")
    assert stream.ask("healthz")[0] == 200

    send(kafka, topic, MATCH, CLEAN, CLEAN, b"{", LATER)
    until(lambda: stream.metric("glyphwatch_records_total", outcome="clean") == 3, "it counted")
    assert stream.metric("glyphwatch_records_total", outcome="matched") == 1
    assert stream.metric("glyphwatch_rejected_total", reason="bad_json") == 1
    assert stream.metric("glyphwatch_assigned_partitions") == 4
    until(lambda: receiver.lookalikes == ["xn--pple-43d.com"], "it was told")
    assert "X-Glyphwatch-Signature" in receiver.requests[0].headers
    assert stream.metric("glyphwatch_alerts_total", channel="webhook", result="sent") == 1
    until(
        lambda: stream.metric("glyphwatch_committed_offset", topic=topic, partition="0") == 5,
        "it committed",
    )

    replace(tmp_path / "targets.csv", MORE)
    until(lambda: stream.events("reloaded"), "the new list was read")
    send(kafka, topic, LATER)
    until(lambda: len(receiver.requests) == 2, "the new list is used")
    assert receiver.lookalikes[1] == "xn--pypal-4ve.com"
    replace(tmp_path / "targets.csv", "nonsense")
    until(lambda: stream.events("reload_failed"), "the broken list was refused")
    assert stream.metric("glyphwatch_config_reload_errors_total") == 1
    assert stream.metric("glyphwatch_config_reload_ok") == 0
    send(kafka, topic, LATER)
    until(lambda: stream.metric("glyphwatch_detections_total") == 3, "the old list is used")
    replace(tmp_path / "targets.csv", MORE)
    stream.process.send_signal(signal.SIGHUP)
    until(lambda: stream.metric("glyphwatch_config_reload_ok") == 1, "it is mended")

    stream.stop()
    assert stream.ask("healthz")[0] == 0
    names = [each["event"] for each in stream.events()]
    assert (names[0], names[-1]) == ("started", "stopped")
    assert {"listening", "assigned", "reloaded", "reload_failed", "stopping"} <= set(names)
    log = stream.log.read_text(encoding="ascii")
    for secret in (SECRET, "PATH-THAT-IS-SECRET", "never-to-be-shown", "pypal"):
        assert secret not in log


@pytest.fixture
def sinks(migrated: str, dynamo: DynamoServer, table: DynamoPlace) -> dict[str, str]:
    """Postgres and DynamoDB, as the environment names them."""
    own = {"GLYPHWATCH_POSTGRES": migrated, "GLYPHWATCH_DYNAMODB": table.table}
    return {**dynamo.environment, **own}


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["stop", "pause"])
def test_it_is_not_ready_while_postgres_is_away(
    kafka: KafkaServer,
    topic: str,
    environment: dict[str, str],
    sinks: dict[str, str],
    watched: Callable[..., Watched],
    postgres: PostgresServer,
    fault: str,
) -> None:
    environment |= sinks
    stream = watched(environment)
    until(lambda: stream.is_ready, "it became ready")
    ended = threading.Event()

    def feed() -> None:
        while not ended.wait(0.1):
            send(kafka, topic, MATCH)

    feeding = threading.Thread(target=feed)
    feeding.start()
    try:
        until(lambda: stream.metric("glyphwatch_detections_total") > 5, "it counted")
        with restored(postgres):
            postgres.stop() if fault == "stop" else postgres.pause()
            # The figure is 5 s (RELIABILITY.md, F5); twice that on a busy machine.
            seconds = until(lambda: not stream.is_ready, "it noticed", 10)
            print(f"not ready {seconds:.1f} s after {fault}")
            assert stream.ask("healthz")[0] == 200
            rebalances = stream.metric("glyphwatch_rebalances_total")
            time.sleep(5)
            assert stream.process.poll() is None
            assert stream.ask("healthz")[0] == 200
        until(lambda: stream.is_ready, "it is ready again")
        counted = stream.metric("glyphwatch_detections_total")
        until(lambda: stream.metric("glyphwatch_detections_total") > counted, "it goes on")
        assert stream.metric("glyphwatch_rebalances_total") == rebalances
    finally:
        ended.set()
        feeding.join()
    stream.stop()
    assert postgres.password not in stream.log.read_text(encoding="ascii")
    if fault == "stop":
        assert stream.events("sink_down")
        assert stream.events("sink_up")


def test_two_streams_of_one_machine_may_share_the_default_port(
    kafka: KafkaServer,
    topic: str,
    environment: dict[str, str],
    watched: Callable[..., Watched],
) -> None:
    environment["GLYPHWATCH_HEALTH"] = "127.0.0.1:9600"
    both = []
    for number in range(2):
        environment["GLYPHWATCH_STORE"] = f"store-{number}.sqlite"
        both.append(watched(environment, "--embedded"))
        until(lambda: both[-1].events("assigned"), "it joined")
    assert both[-1].events("health_off")
    for each in both:
        each.stop()


def test_an_address_that_was_asked_for_must_be_had(
    kafka: KafkaServer, environment: dict[str, str], watched: Callable[..., Watched]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        stream = watched({**environment, "GLYPHWATCH_HEALTH": address}, "--embedded")
        assert stream.process.wait(LONGEST) == 2
    assert "cannot listen there" in stream.log.read_text(encoding="ascii")

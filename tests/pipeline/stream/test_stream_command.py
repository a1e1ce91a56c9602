"""The stream as a command: real Kafka in, the SQLite store out, and what ends it."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra.stack import KafkaServer
from tests.servers import committed, make_topic, restored

LONGEST = 60.0
"""Seconds that anything may take on a busy machine."""

MATCH = b'{"rrname":"xn--pple-43d.com","count":3,"time_first":1600000000,"time_last":1600000001}'
CLEAN = b'{"rrname":"clean.example"}'

Start = Callable[..., subprocess.Popen[str]]


def until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def send(kafka: KafkaServer, topic: str, values: list[bytes | None], partition: int = 0) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    for value in values:
        producer.produce(topic, value, partition=partition)
    assert producer.flush(LONGEST) == 0


class Group:
    """What the broker knows of a consumer group."""

    def __init__(self, kafka: KafkaServer, name: str) -> None:
        self._consumer = Consumer({"bootstrap.servers": kafka.bootstrap, "group.id": name})

    def committed(self, topic: str, partition: int = 0) -> int:
        return committed(self._consumer, topic, partition)

    def close(self) -> None:
        self._consumer.close()


@pytest.fixture
def group(kafka: KafkaServer, topic: str) -> Iterator[Group]:
    """Of the same name as the topic."""
    one = Group(kafka, topic)
    yield one
    one.close()


@pytest.fixture
def environment(kafka: KafkaServer, targets_file: Path, topic: str) -> dict[str, str]:
    make_topic(kafka, f"{topic}.dead", 1)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "PYTHONWARNINGS": "error",
        "GLYPHWATCH_TARGETS": str(targets_file),
        "GLYPHWATCH_KAFKA": kafka.bootstrap,
        "GLYPHWATCH_TOPICS": topic,
        "GLYPHWATCH_GROUP": topic,
        "GLYPHWATCH_DEAD_LETTERS": f"{topic}.dead",
        "GLYPHWATCH_HEALTH": "off",
    }


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Start a command in the test's folder; it is killed with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, **extra: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env={**environment, **extra},
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def stopped(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> str:
    """Stop a stream, which must not take 10 seconds; gives what it said."""
    before = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=LONGEST)
    assert time.monotonic() - before < 10
    assert process.returncode == 0, said
    return said


def done(process: subprocess.Popen[str]) -> tuple[str, str]:
    """Wait for a command that ends by itself."""
    out, said = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, said
    return out, said


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def found(path: Path) -> list[dict[str, object]]:
    """Detections without what says where they were seen."""
    texts = [str(text) for (text,) in rows(path, "SELECT detection FROM detections")]
    detections: list[dict[str, object]] = [json.loads(text) for text in texts]
    for each in detections:
        del each["id"], each["source"]
    return sorted(detections, key=json.dumps)


SUMMARY = "SELECT lookalike, target, first_seen, last_seen, resolutions, records FROM summary"


def test_every_message_is_accounted_for_and_a_restart_goes_on(
    kafka: KafkaServer, topic: str, group: Group, start: Start, tmp_path: Path
) -> None:
    send(kafka, topic, [MATCH, CLEAN, b"{", None, MATCH])
    stream = start("stream", "--embedded", "--store", "s.sqlite")
    until(lambda: group.committed(topic) == 5, "the first five")
    stopped(stream)
    send(kafka, topic, [CLEAN, MATCH])
    send(kafka, topic, [MATCH], partition=2)
    stream = start("stream", "--embedded", "--store", "s.sqlite")
    until(lambda: group.committed(topic) == 7 and group.committed(topic, 2) == 1, "the rest")
    stopped(stream, signal.SIGINT)
    assert rows(tmp_path / "s.sqlite", SUMMARY) == [
        ("xn--pple-43d.com", "apple.com", 1_600_000_000, 1_600_000_001, 12, 4)
    ]
    out, _ = done(start("dlq", "show", "--json"))
    (letter,) = [json.loads(line) for line in out.splitlines()]
    assert (letter["reason"], letter["offset"], letter["value"]) == ("bad_json", "2", "ew==")


@pytest.mark.parametrize("arrow", [(), ("--arrow", "700")], ids=["lines", "arrow"])
def test_the_stream_finds_what_the_scan_finds(
    topic: str, group: Group, start: Start, tmp_path: Path, arrow: tuple[str, ...]
) -> None:
    lines = [MATCH, CLEAN, b'{"rrname":"paypa1.com","rrtype":"A","count":1}', b'{"rrname":"."}']
    lines += [b'{"rrname":"a..b"}', b'{"rrname":"www.rnicrosoft.com","rdata":["a","b"]}']
    times = b',"time_first":1700000000,"time_last":1700000009}'
    data = [line if b"time" in line else line[:-1] + times for line in lines] * 300
    (tmp_path / "in.ndjson").write_bytes(b"\n".join(data))
    scan = start("scan", "--quiet", "--store", "scan.sqlite", "in.ndjson")
    scan.communicate(timeout=LONGEST)
    _, said = done(start("produce", "--topic", topic, *arrow, "in.ndjson"))
    sent = int(said.split()[0].replace(",", ""))
    messages = "arrow" if arrow else "ndjson"
    stream = start("stream", "--embedded", "--store", "s.sqlite", "--messages", messages)
    parts = range(4)
    until(lambda: sum(max(0, group.committed(topic, n)) for n in parts) == sent, "all of it")
    stopped(stream)
    assert len(found(tmp_path / "s.sqlite")) == 900
    assert rows(tmp_path / "s.sqlite", SUMMARY) == rows(tmp_path / "scan.sqlite", SUMMARY)
    if not arrow:  # where rdata is one value or several, a column has lists of them
        assert found(tmp_path / "s.sqlite") == found(tmp_path / "scan.sqlite")


def test_dead_letters_are_sent_again_once(
    kafka: KafkaServer, topic: str, group: Group, start: Start
) -> None:
    send(kafka, topic, [b"{", CLEAN, b"[1]"])
    stream = start("stream", "--embedded")
    until(lambda: group.committed(topic) == 3, "three")
    assert "1 dead letters would" in done(start("dlq", "replay", "--dry-run", "--limit", "1"))[1]
    assert "2 dead letters sent again" in done(start("dlq", "replay"))[1]
    parts = range(4)
    until(lambda: sum(max(0, group.committed(topic, n)) for n in parts) == 5, "and two again")
    assert "0 dead letters sent again; left: 2 sent again before" in done(start("dlq", "replay"))[1]
    out, _ = done(start("dlq", "show", "--reason", "bad_json"))
    assert len(out.splitlines()) == 4  # header, line, the first and the one that was sent again
    stopped(stream)


def test_a_topic_that_was_made_again_stops_the_stream(
    kafka: KafkaServer, topic: str, group: Group, start: Start, tmp_path: Path
) -> None:
    send(kafka, topic, [MATCH] * 3)
    stream = start("stream", "--embedded", "--store", "s.sqlite")
    until(lambda: group.committed(topic) == 3, "the first topic")
    stopped(stream)
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    admin.delete_topics([topic], operation_timeout=30)[topic].result(30)
    until(lambda: topic not in admin.list_topics(timeout=30).topics, "deleted")
    make_topic(kafka, topic)
    send(kafka, topic, [MATCH] * 5)
    refused = start("stream", "--embedded", "--store", "s.sqlite")
    _, said = refused.communicate(timeout=LONGEST)
    assert refused.returncode == 2
    assert "is not what it was" in said
    assert "--accept-new-topic" in said
    stream = start("stream", "--embedded", "--store", "s.sqlite", "--accept-new-topic")
    until(lambda: group.committed(topic) == 5, "the new topic")
    stopped(stream)
    assert rows(tmp_path / "s.sqlite", "SELECT sum(records) FROM summary") == [(8,)]


def test_what_retention_took_is_told(
    kafka: KafkaServer, topic: str, group: Group, start: Start, tmp_path: Path
) -> None:
    send(kafka, topic, [MATCH] * 2)
    stream = start("stream", "--embedded", "--store", "s.sqlite")
    until(lambda: group.committed(topic) == 2, "the first two")
    stopped(stream)
    send(kafka, topic, [MATCH] * 8)
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    for answer in admin.delete_records([TopicPartition(topic, 0, 7)]).values():
        answer.result(30)
    stream = start("stream", "--embedded", "--store", "s.sqlite")
    until(lambda: group.committed(topic) == 10, "the rest")
    assert "5 messages from offset 2 on were removed" in stopped(stream)
    assert rows(tmp_path / "s.sqlite", "SELECT sum(records) FROM summary") == [(5,)]


def test_what_retention_takes_meanwhile_is_told_too(
    kafka: KafkaServer, topic: str, group: Group, start: Start, tmp_path: Path
) -> None:
    send(kafka, topic, [MATCH] * 2)
    stream = start("stream", "--embedded", "--store", "s.sqlite")
    until(lambda: group.committed(topic) == 2, "the first two")
    held = sqlite3.connect(tmp_path / "s.sqlite", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")  # so that nothing can be written
    for _ in range(3):  # a batch in each half of the writing, and one that waits for them
        send(kafka, topic, [MATCH])
        time.sleep(4)
    send(kafka, topic, [MATCH] * 8)
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    for answer in admin.delete_records([TopicPartition(topic, 0, 10)]).values():
        answer.result(30)
    held.close()
    until(lambda: group.committed(topic) == 13, "the rest")
    assert "5 messages from offset 5 on were removed" in stopped(stream)
    assert rows(tmp_path / "s.sqlite", "SELECT sum(records) FROM summary") == [(8,)]


def test_a_higher_run_reads_everything_anew(
    kafka: KafkaServer, topic: str, group: Group, start: Start, tmp_path: Path
) -> None:
    send(kafka, topic, [MATCH] * 3)
    again = Group(kafka, f"{topic}.run-1")
    for arguments, known in (([], group), (["--reprocess", "1"], again)):
        stream = start("stream", "--embedded", "--store", "s.sqlite", *arguments)
        until(lambda known=known: known.committed(topic) == 3, "three")  # type: ignore[misc]
        stopped(stream)
    again.close()
    ids = rows(tmp_path / "s.sqlite", "SELECT count(DISTINCT id) FROM detections")
    assert ids == [(6,)]


def test_the_new_group_protocol_works_too(
    kafka: KafkaServer, topic: str, group: Group, start: Start
) -> None:
    send(kafka, topic, [MATCH] * 3)
    stream = start("stream", "--embedded", GLYPHWATCH_KAFKA_GROUP_PROTOCOL="consumer")
    until(lambda: group.committed(topic) == 3, "three")
    stopped(stream)


def test_a_second_interrupt_ends_it_at_once(
    kafka: KafkaServer, topic: str, group: Group, start: Start, tmp_path: Path
) -> None:
    send(kafka, topic, [MATCH])
    stream = start("stream", "--embedded", "--store", "s.sqlite")
    until(lambda: group.committed(topic) == 1, "one")
    held = sqlite3.connect(tmp_path / "s.sqlite", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")  # so that nothing can be written
    send(kafka, topic, [MATCH])
    time.sleep(2)
    stream.send_signal(signal.SIGINT)
    time.sleep(1)
    assert stream.poll() is None
    stream.send_signal(signal.SIGINT)
    assert stream.wait(timeout=5) == 130
    held.close()


def takes_topics(kafka: KafkaServer) -> bool:
    with suppress(KafkaException, TimeoutError):
        make_topic(kafka, f"t{uuid.uuid4().hex}", 1)
        return True
    return False  # it was taken for dead, and is not back


def test_it_ends_in_time_though_the_broker_does_not_answer(
    kafka: KafkaServer, topic: str, group: Group, start: Start
) -> None:
    send(kafka, topic, [MATCH])
    stream = start("stream", "--embedded")
    until(lambda: group.committed(topic) == 1, "one")
    send(kafka, topic, [MATCH] * 1000)
    with restored(kafka):
        kafka.pause()
        stream.terminate()
        assert stream.wait(timeout=30) in {0, 4}  # all may be committed by then
    until(lambda: takes_topics(kafka), "the broker")


@pytest.mark.parametrize(
    ("arguments", "extra", "code", "complaint"),
    [
        ([], {}, 2, "no database is named"),
        (["--embedded"], {"GLYPHWATCH_KAFKA": ""}, 2, "no broker is named"),
        (["--embedded"], {"GLYPHWATCH_TOPICS": ""}, 2, "no topic is named"),
        (["--embedded", "--topics", "no.such"], {}, 2, "no such topic: no.such"),
        (["--embedded"], {"GLYPHWATCH_KAFKA": "127.0.0.1:1"}, 4, "Kafka: "),
        (["--embedded"], {"GLYPHWATCH_KAFKA_NO_SUCH": "x"}, 2, "No such configuration property"),
        (
            ["--embedded"],
            {"GLYPHWATCH_KAFKA_SECURITY_PROTOCOL": "hunter2"},
            2,
            "security.protocol",
        ),
    ],
)
def test_what_cannot_work_is_said_at_once(
    start: Start, arguments: list[str], extra: dict[str, str], code: int, complaint: str
) -> None:
    process = start("stream", *arguments, **extra)
    _, said = process.communicate(timeout=LONGEST)
    assert process.returncode == code
    assert complaint in said
    assert "Traceback" not in said

"""The stream over TLS with SASL: it works with the right secret, and says why not without."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer

from infra.stack import KafkaServer
from tests.servers import committed, make_topic

LONGEST = 60.0


def environment(kafka: KafkaServer, topic: str, targets: Path, folder: Path) -> dict[str, str]:
    """The client's settings as variables; the password in a file."""
    assert kafka.secure is not None
    client = dict(kafka.secure.client)
    password = client.pop("sasl.password")
    (folder / "password").write_text(f"{password}\n", encoding="utf-8")
    variables = {f"GLYPHWATCH_KAFKA_{k.upper().replace('.', '_')}": v for k, v in client.items()}
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "GLYPHWATCH_TARGETS": str(targets),
        "GLYPHWATCH_TOPICS": topic,
        "GLYPHWATCH_GROUP": topic,
        "GLYPHWATCH_DEAD_LETTERS": f"{topic}.dead",
        "GLYPHWATCH_HEALTH": "off",
        "GLYPHWATCH_KAFKA_SASL_PASSWORD_FILE": str(folder / "password"),
        **variables,
    }


def start(folder: Path, variables: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pipeline.cli", "stream", "--embedded"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder, env=variables)


def with_token(variables: dict[str, str], folder: Path) -> dict[str, str]:
    """The same with a token that librdkafka makes itself, which this broker takes."""
    (folder / "token").write_text("principal=glyphwatch", encoding="utf-8")
    known = {k: v for k, v in variables.items() if "USERNAME" not in k and "PASSWORD" not in k}
    return {
        **known,
        "GLYPHWATCH_KAFKA_SASL_MECHANISM": "OAUTHBEARER",
        "GLYPHWATCH_KAFKA_SASL_OAUTHBEARER_CONFIG_FILE": str(folder / "token"),
        "GLYPHWATCH_KAFKA_ENABLE_SASL_OAUTHBEARER_UNSECURE_JWT": "true",
    }


@pytest.mark.parametrize("mechanism", ["SCRAM", "OAUTHBEARER"])
def test_the_right_secret_lets_it_in(
    secured_kafka: KafkaServer, unique: str, targets_file: Path, tmp_path: Path, mechanism: str
) -> None:
    make_topic(secured_kafka, unique, 1)
    make_topic(secured_kafka, f"{unique}.dead", 1)
    plain = {"bootstrap.servers": secured_kafka.bootstrap}
    producer = Producer(plain)
    producer.produce(unique, b"{")
    assert producer.flush(LONGEST) == 0
    consumer = Consumer({**plain, "group.id": unique})
    variables = environment(secured_kafka, unique, targets_file, tmp_path)
    if mechanism == "OAUTHBEARER":
        variables = with_token(variables, tmp_path)
    stream = start(tmp_path, variables)
    try:
        end = time.monotonic() + LONGEST
        while committed(consumer, unique) != 1:
            assert time.monotonic() < end
            time.sleep(0.1)
        stream.send_signal(signal.SIGTERM)
        _, said = stream.communicate(timeout=LONGEST)
    finally:
        stream.kill()
        stream.communicate()
        consumer.close()
    assert stream.returncode == 0, said
    assert "not encrypted" not in said


def test_a_wrong_secret_is_said_and_not_shown(
    secured_kafka: KafkaServer, unique: str, targets_file: Path, tmp_path: Path
) -> None:
    variables = environment(secured_kafka, unique, targets_file, tmp_path)
    (tmp_path / "password").write_text("hunter2", encoding="utf-8")
    stream = start(tmp_path, variables)
    try:
        _, said = stream.communicate(timeout=LONGEST)
    finally:
        stream.kill()
    assert stream.returncode == 4
    assert "uthentication" in said
    assert "hunter2" not in said

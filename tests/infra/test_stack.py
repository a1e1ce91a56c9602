"""The servers of the stack: real ones, that do what the stack says of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import boto3
import psycopg
import pytest
from confluent_kafka import Consumer, Producer

from infra.stack import DynamoServer, KafkaServer, Missing, PostgresServer, StackError
from infra.stack.ports import answers
from infra.stack.versions import versions
from infra.stack.watch import family
from tests.servers import restored

ROOT = Path(__file__).resolve().parent.parent.parent


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def consumed(kafka: KafkaServer, topic: str) -> bytes | None:
    settings = {
        "bootstrap.servers": kafka.bootstrap,
        "group.id": topic,
        "auto.offset.reset": "earliest",
    }
    with Consumer(settings) as consumer:
        consumer.subscribe([topic])
        message = consumer.poll(60)
    assert message is not None
    return message.value()


def test_kafka_keeps_a_message_when_it_is_killed(kafka: KafkaServer, topic: str) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "acks": "all"})
    producer.produce(topic, b"xn--pypal-4ve.com")
    assert producer.flush(60) == 0
    with restored(kafka):
        kafka.kill()
        assert not answers(kafka.port)
        kafka.start()
        assert consumed(kafka, topic) == b"xn--pypal-4ve.com"


def test_kafka_has_the_version_that_was_asked_for(kafka: KafkaServer) -> None:
    assert f"Kafka version: {versions()['kafka']}\n" in kafka.log.read_text(encoding="utf-8")


def test_postgres_keeps_what_was_committed_when_it_is_killed(
    postgres: PostgresServer, database: str
) -> None:
    with psycopg.connect(database) as session:
        session.execute("CREATE TABLE seen AS SELECT 42 AS answer")
    with restored(postgres):
        postgres.kill()
        postgres.start()
        with psycopg.connect(database) as session:
            assert session.execute("SELECT answer FROM seen").fetchall() == [(42,)]


def test_postgres_says_which_release_it_is(postgres: PostgresServer) -> None:
    with psycopg.connect(postgres.conninfo()) as session:
        row = session.execute("SHOW server_version").fetchone()
    assert row
    assert row[0].split()[0] == postgres.release


def test_postgres_asks_for_the_password(postgres: PostgresServer) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(postgres.conninfo(), password="wrong")


def test_a_database_with_a_wild_name_is_refused(postgres: PostgresServer) -> None:
    with pytest.raises(StackError, match="not a name"):
        postgres.create_database('a"; DROP DATABASE postgres')


def test_dynamodb_keeps_its_tables_when_it_is_killed(dynamo: DynamoServer, unique: str) -> None:
    client = boto3.client(
        "dynamodb",
        endpoint_url=dynamo.endpoint,
        region_name=dynamo.credentials["AWS_DEFAULT_REGION"],
        aws_access_key_id=dynamo.credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=dynamo.credentials["AWS_SECRET_ACCESS_KEY"],
    )
    client.create_table(
        TableName=unique,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {"id": {"S": "a"}}
    client.put_item(TableName=unique, Item=item)
    with restored(dynamo):
        dynamo.kill()
        dynamo.start()
        assert client.get_item(TableName=unique, Key=item)["Item"] == item


def test_a_paused_server_answers_when_it_is_resumed(
    postgres: PostgresServer, database: str
) -> None:
    with psycopg.connect(database, autocommit=True) as session, restored(postgres):
        postgres.pause()
        question = subprocess.Popen(["psql", "-XAtc", "SELECT 42", database], stdout=-1)
        with pytest.raises(subprocess.TimeoutExpired):
            question.wait(1)
        postgres.resume()
        assert question.communicate(timeout=60)[0] == b"42\n"
        assert session.execute("SELECT 42").fetchone() == (42,)


def test_a_server_leaves_nothing_behind() -> None:
    with PostgresServer() as server:
        assert server.process
        processes = family(server.process)
        assert len(processes) > 1  # its background processes
        server.restart()
        assert server.running
    assert not server.folder.exists()
    assert not answers(server.port)
    assert not [each for each in processes if Path(f"/proc/{each}").exists()]


@pytest.mark.parametrize("whom", ["test", "watcher"])
def test_a_server_does_not_outlive_who_started_it(whom: str) -> None:
    code = """
import sys, time
from infra.stack import PostgresServer
server = PostgresServer()
server.start()
print(server.process, server._watcher.pid, server.folder, flush=True)
time.sleep(600)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout
        process, watcher, folder = starter.stdout.readline().split()
        assert Path(folder, "data").exists()
        os.kill(starter.pid if whom == "test" else int(watcher), signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{process}/fd").exists())
        if whom == "test":
            wait_until(lambda: not Path(folder).exists())
        else:
            subprocess.run(["rm", "-rf", folder], check=True)
        starter.kill()


def test_a_server_that_does_not_come_up_says_why(postgres: PostgresServer) -> None:
    another = PostgresServer()
    another.port = postgres.port
    with pytest.raises(StackError, match="Address already in use"), another:
        pass
    assert not another.folder.exists()


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Missing, match="Java is missing"), DynamoServer():
        pass

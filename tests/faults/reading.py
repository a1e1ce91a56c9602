"""Reading: what sinks hold, what a dead letter says, and variables that clients look for."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psycopg
from confluent_kafka import Consumer, TopicPartition

from tests.faults.ledger import Found, Letter, Pair, Place

if TYPE_CHECKING:
    from confluent_kafka import Message
    from mypy_boto3_dynamodb.client import DynamoDBClient


def found_in_servers(
    conninfo: str, dynamo: DynamoDBClient, topic: str, letters: list[Letter]
) -> Found:
    """See what a database and a table, called as the topic is, hold."""
    with psycopg.connect(conninfo) as session:
        rows = session.execute(
            "SELECT lookalike, target, resolutions, records FROM glyphwatch.summary"
        ).fetchall()
    details = []
    for page in dynamo.get_paginator("scan").paginate(TableName=topic, ConsistentRead=True):
        details += [detail_of(item["detection"]["S"], topic) for item in page["Items"]]
    return Found(
        details,
        {(row[0], row[1]): int(row[2]) for row in rows},
        {(row[0], row[1]): int(row[3]) for row in rows},
        letters,
    )


def found_in_store(store: Path, topic: str, letters: list[Letter]) -> Found:
    """See what a SQLite store holds."""
    with contextlib.closing(sqlite3.connect(store)) as session:
        rows = session.execute("SELECT detection FROM detections").fetchall()
        sums = session.execute(
            "SELECT lookalike, target, resolutions, records FROM summary"
        ).fetchall()
    return Found(
        [detail_of(text, topic) for (text,) in rows],
        {(row[0], row[1]): int(row[2]) for row in sums},
        {(row[0], row[1]): int(row[3]) for row in sums},
        letters,
    )


def detail_of(text: str, topic: str) -> tuple[Place, str, Pair]:
    """Read where a detection of the topic comes from, its id and what it is of."""
    detection: dict[str, Any] = json.loads(text)
    came_from, number, offset = detection["source"].rsplit("/", 2)
    assert came_from == topic
    pair = (detection["registrable_domain"], detection["target"])
    return (int(number), int(offset)), detection["id"], pair


def letters_of(brokers: str, dead: str, topic: str) -> Iterator[Letter]:
    """Read all that the dead-letter topic has, of messages of the other topic."""
    reader = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"{topic}.reader",
            "enable.auto.commit": False,
        }
    )
    try:
        _, end = reader.get_watermark_offsets(TopicPartition(dead, 0), timeout=10)
        reader.assign([TopicPartition(dead, 0, 0)])
        seen = 0
        while seen < end:
            for message in reader.consume(1000, 1.0):
                assert message.error() is None, message.error()
                seen = (message.offset() or 0) + 1
                yield letter_of(message, topic)
    finally:
        reader.close()


def letter_of(message: Message, topic: str) -> Letter:
    """Read a dead letter."""
    about = {
        name.removeprefix("glyphwatch."): value.decode()
        for name, value in message_headers(message)
        if isinstance(value, bytes)
    }
    complete = about["topic"] == topic and all(
        about.get(name) for name in ("coordinates", "timestamp", "stage", "version")
    )
    return Letter(
        (int(about["partition"]), int(about["offset"])),
        about["reason"],
        message.value() or b"",
        int(about["length"]),
        about.get("sha256", ""),
        complete,
    )


def message_headers(message: Message) -> list[tuple[str, bytes | None]]:
    """Give a message's headers; the library's types say less than they are."""
    return cast("list[tuple[str, bytes | None]]", message.headers() or [])


@contextlib.contextmanager
def environment(extra: dict[str, str]) -> Iterator[None]:
    """Have variables in this process for a while: where AWS's clients look."""
    before = {name: os.environ.get(name) for name in extra}
    os.environ.update(extra)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

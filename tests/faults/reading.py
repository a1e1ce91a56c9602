"""Reading: what a dead letter says, and variables that clients look for."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from tests.faults.ledger import Letter

if TYPE_CHECKING:
    from confluent_kafka import Message


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

"""DynamoDB: Amazon's own DynamoDB Local.

It stores 1,000 items a second on one core, if at all, where AWS stores as many as are paid for. It
cannot be told which address to listen on: it takes all of them, so it is reached from wherever
this machine is. Nothing but test data belongs in it.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import ClassVar

from infra.stack.jars import class_path, jars_folder
from infra.stack.ports import LOOPBACK, answers
from infra.stack.server import Server, java

ROOM = 1 << 30
"""Bytes that must be free in memory for its tables to be there."""


class DynamoServer(Server):
    """DynamoDB Local on `endpoint`. One database for all: region and keys may be any."""

    name: ClassVar[str] = "dynamodb"

    credentials: ClassVar[dict[str, str]] = {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    """Any would do."""

    def __init__(self, *, lasting: bool = True, quick: bool = True) -> None:
        """Prepare for a start; nothing runs yet.

        Args:
            lasting: tables outlive the process; without, items are stored twice as fast.
            quick: up with half the work, and slower under load: not for measuring throughput.
        """
        super().__init__()
        self.lasting = lasting
        self.quick = quick

    def place(self) -> str | None:
        """Memory, if there is enough: it waits for its files after each item, as for a disk."""
        shared = Path("/dev/shm")  # noqa: S108 - as the place of a folder with a random name
        if shared.is_dir() and shutil.disk_usage(shared).free > ROOM:
            return str(shared)
        return None

    @property
    def endpoint(self) -> str:
        """Its address, as ``endpoint_url`` takes it."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """See `Server.environment`."""
        return {"AWS_ENDPOINT_URL_DYNAMODB": self.endpoint, **self.credentials}

    def prepare(self) -> None:
        """Make the folder of its tables."""
        (self.folder / "data").mkdir()

    def command(self) -> list[str]:
        """See `Server.command`."""
        return [
            *java(self.folder, memory="384m", quick=self.quick),
            f"-Dsqlite4java.library.path={jars_folder() / 'dynamodb'}",
            *("-cp", class_path("dynamodb")),
            "software.amazon.dynamodb.services.local.main.ServerRunner",
            *("-port", str(self.port), "-sharedDb", "-disableTelemetry"),
            *(("-dbPath", str(self.folder / "data")) if self.lasting else ("-inMemory",)),
        ]

    def ready(self, said: str) -> bool:  # noqa: ARG002 - it says nothing when it is
        """See `Server.ready`."""
        return answers(self.port)

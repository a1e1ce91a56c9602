"""DynamoDB: Amazon's own DynamoDB Local.

It cannot be told which address to listen on: it takes all of them, so it is reached from wherever
this machine is. Nothing but test data belongs in it.
"""

from __future__ import annotations

from typing import ClassVar

from infra.stack.jars import class_path, jars_folder
from infra.stack.ports import LOOPBACK, answers
from infra.stack.server import Server, java


class DynamoServer(Server):
    """DynamoDB Local on `endpoint`; its tables are in its folder and outlive a restart.

    One database for all: region and keys may be any (`credentials` has some).
    """

    name: ClassVar[str] = "dynamodb"

    credentials: ClassVar[dict[str, str]] = {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    """Any would do."""

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
            *java(self.folder, memory="384m", quick=True),
            f"-Dsqlite4java.library.path={jars_folder() / 'dynamodb'}",
            *("-cp", class_path("dynamodb")),
            "software.amazon.dynamodb.services.local.main.ServerRunner",
            *("-port", str(self.port), "-dbPath", str(self.folder / "data")),
            *("-sharedDb", "-disableTelemetry"),
        ]

    def ready(self, said: str) -> bool:  # noqa: ARG002 - it says nothing when it is
        """See `Server.ready`."""
        return answers(self.port)

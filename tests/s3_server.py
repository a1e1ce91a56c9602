"""S3 as a server process: moto's, which speaks S3's protocol over HTTP."""

from __future__ import annotations

import sys
from typing import ClassVar

from infra.stack.ports import LOOPBACK, answers
from infra.stack.server import Server


class S3Server(Server):
    """moto's server; it keeps buckets in memory, and takes any credentials."""

    name: ClassVar[str] = "s3"

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """See `Server.environment`."""
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": "eu-central-1",
        }

    def prepare(self) -> None:
        """It needs no files."""

    def command(self) -> list[str]:
        """See `Server.command`."""
        return [sys.executable, "-m", "moto.server", "-H", LOOPBACK, "-p", str(self.port)]

    def ready(self, said: str) -> bool:  # noqa: ARG002 - the port is what counts
        """See `Server.ready`."""
        return answers(self.port)

"""Kafka: one real broker of Apache Kafka that is its own controller (KRaft)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from infra.stack.jars import class_path
from infra.stack.ports import LOOPBACK, answers, free_port
from infra.stack.server import Server, java, run
from infra.stack.versions import HERE

if TYPE_CHECKING:
    from collections.abc import Mapping

CLUSTER = "Z2x5cGh3YXRjaC1zdGFjaw"
"""Id of every cluster started here: 16 bytes in base64, as Kafka writes ids."""


class KafkaServer(Server):
    """A broker without security on `bootstrap`. Topics are made by asking, never by using them."""

    name: ClassVar[str] = "kafka"

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        """Args: settings: properties of the broker, in addition to and before those here."""
        super().__init__()
        self.settings = dict(settings or {})
        self._controller = free_port()

    @property
    def bootstrap(self) -> str:
        """Its address, as ``bootstrap.servers`` takes it."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def properties(self) -> Path:
        """The broker's configuration."""
        return self.folder / "server.properties"

    def prepare(self) -> None:
        """Write the configuration and format the storage."""
        lines = [f"{key}={value}\n" for key, value in self._properties().items()]
        self.properties.write_text("".join(lines), encoding="utf-8")
        run([*self._java("kafka.tools.StorageTool"), *self._format()])

    def _format(self) -> list[str]:
        return ["format", "--cluster-id", CLUSTER, "--config", str(self.properties)]

    def _properties(self) -> dict[str, str]:
        controller = f"{LOOPBACK}:{self._controller}"
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.bootstrap},CONTROLLER://{controller}",
            "log.dirs": str(self.folder / "data"),
            # One broker has nobody to keep a second copy.
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "5",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "5",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "auto.create.topics.enable": "false",
            # A first member need not wait for others, nor a test for half a minute.
            "group.initial.rebalance.delay.ms": "0",
            # After a kill it comes back when its own former session has run out.
            "broker.session.timeout.ms": "3000",
            "broker.heartbeat.interval.ms": "500",
            "group.min.session.timeout.ms": "1000",
            "group.consumer.min.session.timeout.ms": "1000",
            "group.consumer.min.heartbeat.interval.ms": "100",
            **self.settings,
        }

    def command(self) -> list[str]:
        """See `Server.command`."""
        return [*self._java("kafka.Kafka"), str(self.properties)]

    def ready(self, said: str) -> bool:
        """See `Server.ready`."""
        return "Kafka Server started" in said and answers(self.port)

    def _java(self, main: str) -> list[str]:
        return [
            *(java(), "-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-Xshare:auto"),
            f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
            *("-cp", class_path("kafka"), main),
        ]

"""Kafka: one real broker of Apache Kafka that is its own controller (KRaft)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from infra.stack.jars import class_path
from infra.stack.ports import LOOPBACK, answers, free_port
from infra.stack.security import secure_listener
from infra.stack.server import Server, java, run
from infra.stack.versions import HERE

if TYPE_CHECKING:
    from collections.abc import Mapping

CLUSTER = "Z2x5cGh3YXRjaC1zdGFjaw"
"""Id of every cluster started here: 16 bytes in base64, as Kafka writes ids."""

PROPERTIES = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    # One broker has nobody to keep a second copy.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "5",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "5",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "auto.create.topics.enable": "false",
    # After a kill it comes back when its own former session has run out.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # Tests of rebalancing wait for these.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "group.consumer.min.session.timeout.ms": "1000",
    "group.consumer.min.heartbeat.interval.ms": "100",
}


class KafkaServer(Server):
    """A broker without security on `bootstrap`. Topics are made by asking, never by using them."""

    name: ClassVar[str] = "kafka"

    def __init__(
        self,
        settings: Mapping[str, str] | None = None,
        *,
        secured: bool = False,
        quick: bool = True,
    ) -> None:
        """Prepare for a start; nothing runs yet.

        Args:
            settings: properties of the broker, which win over those here.
            secured: with a second listener, `secure`, that asks for TLS and SASL.
            quick: up with half the work, and slower under load: not for measuring throughput.
        """
        super().__init__()
        self.settings = dict(settings or {})
        self.secure = secure_listener(self.folder) if secured else None
        """The listener with TLS and SASL, if there is one."""
        self.quick = quick
        self._controller = free_port()

    @property
    def bootstrap(self) -> str:
        """Its address, as ``bootstrap.servers`` takes it."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """See `Server.environment`."""
        return {"GLYPHWATCH_KAFKA": self.bootstrap}

    def prepare(self) -> None:
        """Write the configuration and format the storage."""
        if self.secure:
            self.secure.make_keys()
        lines = [f"{key}={value}\n" for key, value in self._properties().items()]
        self._file.write_text("".join(lines), encoding="utf-8")
        storage = ["format", "--cluster-id", CLUSTER, "--config", str(self._file)]
        if self.secure:
            storage += ["--add-scram", self.secure.scram]
        run([*self._java("kafka.tools.StorageTool", quick=True), *storage])

    def command(self) -> list[str]:
        """See `Server.command`."""
        return [*self._java("kafka.Kafka", quick=self.quick), str(self._file)]

    def ready(self, said: str) -> bool:
        """See `Server.ready`."""
        return "Kafka Server started" in said and answers(self.port)

    @property
    def _file(self) -> Path:
        return self.folder / "server.properties"

    def _properties(self) -> dict[str, str]:
        controller = f"{LOOPBACK}:{self._controller}"
        listeners = [f"PLAINTEXT://{self.bootstrap}", f"CONTROLLER://{controller}"]
        if self.secure:
            listeners.append(f"SASL_SSL://{self.secure.bootstrap}")
        return {
            **PROPERTIES,
            "controller.quorum.voters": f"1@{controller}",
            "listeners": ",".join(listeners),
            "log.dirs": str(self.folder / "data"),
            **(self.secure.properties if self.secure else {}),
            **self.settings,
        }

    def _java(self, main: str, *, quick: bool) -> list[str]:
        return [
            *java(self.folder, memory="512m", quick=quick),
            f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}",
            *("-cp", class_path("kafka"), main),
        ]

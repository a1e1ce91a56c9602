"""Operation: what watches over a stream, put together: logs, metrics, health, reloads, alerts."""

from __future__ import annotations

import signal
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING

import pipeline
from pipeline.errors import PipelineError, UsageError
from pipeline.stream.alert_topic import AlertTopic
from pipeline.stream.alerts import Alerting
from pipeline.stream.clients import make_producer
from pipeline.stream.health import Health, pages
from pipeline.stream.health_server import HealthServer
from pipeline.stream.logs import Log, Logs
from pipeline.stream.metrics import Metrics
from pipeline.stream.observing import Observer, Observers
from pipeline.stream.operating import DEFAULT_HEALTH
from pipeline.stream.reloading import Reloading
from pipeline.stream.webhook import Webhook

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from pipeline.engine import Engine
    from pipeline.settings import Settings
    from pipeline.stream.alerts import Channel
    from pipeline.stream.operating import OperateSettings
    from pipeline.stream.service import Service
    from pipeline.stream.settings import StreamSettings


class Events(Observer):
    """Logs what changes the state of a stream."""

    def __init__(self) -> None:
        self._log = Log("stream")
        self._down: set[str] = set()

    def sink_up(self, sink: str, *, up: bool) -> None:
        """See `Observer.sink_up`; only a change is logged."""
        if up and sink in self._down:
            self._down.discard(sink)
            self._log.info("sink_up", sink=sink)
        elif not up and sink not in self._down:
            self._down.add(sink)
            self._log.warning("sink_down", sink=sink)

    def assigned(self, partitions: int) -> None:
        """See `Observer.assigned`."""
        self._log.info("assigned", partitions=partitions)

    def skipped_ahead(self, topic: str, partition: int, messages: int) -> None:
        """See `Observer.skipped_ahead`."""
        self._log.error("messages_lost", topic=topic, partition=partition, messages=messages)

    def stopping(self) -> None:
        """See `Observer.stopping`."""
        self._log.info("stopping")


class Operation(AbstractContextManager["Operation"]):
    """What watches over a stream, from before it connects until after its end.

    with Operation(operate, stream) as operation:
        with Service(..., observer=operation.observer, say=operation.say) as service:
            with operation.watch(service, engine, settings):
                service.run()
    """

    def __init__(self, operate: OperateSettings, stream: StreamSettings) -> None:
        """Begin to log.

        Args:
            operate: what to do.
            stream: how Kafka is reached; the secrets in it are struck out of the log.

        Raises:
            UsageError: a setting cannot be used.
        """
        self._operate = operate
        self._stream = stream
        self._log = Log("stream")
        self._metrics, self._health = Metrics(), Health()
        self.observer: Observer = Observers(self._metrics, self._health, Events())
        """Is to be told of everything."""
        self._reloading: Reloading | None = None
        with ExitStack() as stack:
            logs = Logs(form=operate.log_format, level=operate.log_level)
            stack.callback(logs.close)
            logs.hide(stream.secrets)
            before = signal.signal(signal.SIGHUP, self._on_hangup)  # or else it would end us
            stack.callback(signal.signal, signal.SIGHUP, before)
            self._closing = stack.pop_all()
        self._log.info("started", version=pipeline.__version__)

    def _on_hangup(self, _number: int, _frame: FrameType | None) -> None:
        if self._reloading is not None:
            self._reloading.ask()

    def _serve(self) -> HealthServer | None:
        address = self._operate.health
        if address is None:
            return None
        try:
            return HealthServer(address, pages(self._health, self._metrics.page))
        except UsageError as error:
            if address != DEFAULT_HEALTH:  # nobody asked for just this one
                raise
            self._log.warning("health_off", reason=str(error))
            return None

    def say(self, message: str) -> None:
        """Log what a part of the stream says in words."""
        self._log.warning("said", said=message)

    def watch(
        self, service: Service, engine: Engine, settings: Settings
    ) -> AbstractContextManager[object]:
        """Answer, reload lists and send alerts while a service runs.

        Not before it is built: it may fork, and what it forks must hold no port and no thread's
        lock of ours.

        Args:
            service: what runs.
            engine: what it began with.
            settings: what that was loaded by.

        Raises:
            UsageError: a setting cannot be used.
        """
        with ExitStack() as stack:
            server = self._serve()
            if server is not None:
                stack.callback(server.close)
                self._log.info("listening", address=server.address)
            self._reloading = Reloading(
                engine,
                settings,
                every=self._operate.reload_every,
                observer=self.observer,
                give=service.use,
            )
            stack.callback(self._reloading.close)
            if channels := self._channels():
                alerting = Alerting(
                    service.summary,
                    channels,
                    observer=self.observer,
                    least=self._operate.alert_severity,
                )
                alerting.start()
                stack.callback(alerting.close)
            return stack.pop_all()

    def _channels(self) -> list[Channel]:
        operate = self._operate
        found: list[Channel] = []
        if operate.alert_topic:
            found.append(
                AlertTopic(
                    lambda: make_producer(self._stream, said=lambda _: None), operate.alert_topic
                )
            )
        if operate.alert_webhook is not None:
            found.append(Webhook(operate.alert_webhook, secret_file=operate.alert_secret_file))
        return found

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Log no more."""
        if error is not None and not isinstance(error, PipelineError):
            self._log.fault("failed", error)
        elif error is not None:
            self._log.error("failed", reason=str(error))
        else:
            self._log.info("stopped")
        self._closing.close()

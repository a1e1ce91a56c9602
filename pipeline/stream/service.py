"""Service: a stream put together from its settings, and run until a signal ends it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING

from confluent_kafka import KafkaError

from pipeline.display import escape
from pipeline.errors import BrokerUnavailable, UsageError
from pipeline.screening import cores
from pipeline.settings import DEFAULT_STORE
from pipeline.stream.client_settings import is_plain
from pipeline.stream.clients import Cluster, make_consumer, make_producer
from pipeline.stream.contract import SystemClock
from pipeline.stream.dead_letters import DeadLetterTopic
from pipeline.stream.detecting import Detecting
from pipeline.stream.judge_aside import JudgeAside
from pipeline.stream.loop import Loop
from pipeline.stream.pace import Pace
from pipeline.stream.positions import Positions, Reading, Start
from pipeline.stream.signals import Signals
from pipeline.stream.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from confluent_kafka import TopicPartition

    from pipeline.engine import Engine
    from pipeline.settings import Settings
    from pipeline.sinks import Sink, SummarySink
    from pipeline.stream.observing import Observer
    from pipeline.stream.settings import StreamSettings


class Service(AbstractContextManager["Service"]):
    """A stream that is ready to run. Everything that it opened is closed at its exit."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        stream: StreamSettings,
        *,
        observer: Observer,
        say: Callable[[str], None],
        create_topics: bool = False,
    ) -> None:
        """Connect to everything.

        Args:
            engine: judge and screen.
            settings: of the store, if it takes the detections.
            stream: of the stream.
            observer: is told of everything that is counted.
            say: is told, in words, what a person may want to know.
            create_topics: make topics that are not there.

        Raises:
            UsageError: a setting cannot be used, or a topic is missing.
            BrokerUnavailable: Kafka cannot be reached.
            SinkUnavailable: a sink cannot be opened.
        """
        self._observer = observer
        self._say = say
        self._said: set[int] = set()
        self._closing = ExitStack()
        with ExitStack() as stack:
            self._build(engine, settings, stream, stack, create_topics=create_topics)
            self._closing = stack.pop_all()

    def _build(
        self,
        engine: Engine,
        settings: Settings,
        stream: StreamSettings,
        stack: ExitStack,
        *,
        create_topics: bool,
    ) -> None:
        # Forked before anything starts a thread.
        aside = stack.enter_context(JudgeAside(engine.judge)) if cores() > 1 else None
        signals = stack.enter_context(Signals(self._say))
        if is_plain(stream.client):
            self._say("the connection to Kafka is not encrypted")
        cluster = Cluster(stream)
        _see_to_topics(cluster, stream, create=create_topics)
        clock = SystemClock()
        detailing = stack.enter_context(ThreadPoolExecutor(1, "details"))
        counting = stack.enter_context(ThreadPoolExecutor(1, "summary"))
        letters = DeadLetterTopic(make_producer(stream, said=self._hear), stream.dead_letters)
        stack.callback(letters.close)
        # Opened and used in the thread that counts, and the store closed there, too.
        details, summary, name = counting.submit(_sinks, settings, stream, self._observer).result()
        self.summary: SummarySink = summary
        """Where the summary and the outbox are."""
        for sink in (*details.values(), summary):
            if stream.sqlite:
                stack.callback(lambda close: counting.submit(close).result(), sink.close)
            else:  # from here, so that it ends a write that waits for a server
                stack.callback(sink.close)
        told = self._observer
        writing = Writing(letters, details, summary, clock=clock, observer=told, summary_name=name)
        consumer = make_consumer(
            stream,
            said=self._hear,
            statistics=self._measure,
            committed=self._committed,
        )
        self.detecting = Detecting(
            engine, stream.messages, stream.column, only_topic=stream.only_topic, aside=aside
        )
        """Finds lookalikes; its engine may be replaced."""
        start: Start = "latest" if stream.start == "latest" else "earliest"
        reading = Reading(stream.group, stream.reprocess, start, stream.accept_new_topic)
        self.loop = Loop(
            consumer,
            stream.topics,
            self.detecting,
            writing,
            Positions(consumer, cluster, reading, observer=told, say=self._say),
            executors=(detailing, counting),
            clock=clock,
            observer=told,
            say=self._say,
            pace=Pace(batch=stream.batch, linger=stream.linger),
            ends=signals.limit,
        )
        """Reads."""
        signals.call(self.loop.stop)

    def use(self, engine: Engine) -> None:
        """Have the next batch detected by another engine; may be called from any thread."""
        self.detecting.engine = engine

    def run(self) -> None:
        """Read until SIGTERM or SIGINT: see `Signals`.

        Raises:
            PipelineError: it cannot go on; nothing is committed that was not written.
        """
        self.loop.run()

    def _hear(self, error: KafkaError) -> None:
        """Say each kind of trouble once, until it is over.

        A fatal one ends the stream through the loop, which gets it in the place of a message; so
        does a secret that is not taken, since whoever starts the stream again may know a new one.
        """
        if error.code() not in self._said:
            self._said.add(error.code())
            self._say(f"Kafka: {escape(error.str())}")
        if error.code() == KafkaError._AUTHENTICATION:  # noqa: SLF001 - so it is named
            self.loop.fail(BrokerUnavailable(f"Kafka: {escape(error.str())}"))

    def _committed(self, error: KafkaError | None, partitions: list[TopicPartition]) -> None:
        """Hand on the answer to a commit."""
        self.loop.committed(error, partitions)

    def _measure(self, text: str) -> None:
        """Tell how far behind the group is, from what the client says of itself."""
        for topic, number, lag in lags(text):
            self._observer.lag(topic, number, lag)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close everything."""
        self._closing.close()


def lags(statistics: str) -> Iterator[tuple[str, int, int]]:
    """Read topic, partition and lag out of librdkafka's statistics (STATISTICS.md).

    >>> list(lags('{"topics":{"dns":{"partitions":{"0":{"consumer_lag":7},"-1":{}}}}}'))
    [('dns', 0, 7)]
    """
    for topic, about in json.loads(statistics).get("topics", {}).items():
        for number, state in about.get("partitions", {}).items():
            lag = state.get("consumer_lag", -1)
            if number != "-1" and lag >= 0:
                yield topic, int(number), lag


def _see_to_topics(cluster: Cluster, stream: StreamSettings, *, create: bool) -> None:
    """Make sure that every topic is there.

    Raises:
        UsageError: one is missing, or none is named.
        BrokerUnavailable: Kafka cannot be reached.
    """
    if not stream.topics:
        msg = "no topic is named: say --topics, or topics in [stream] of the configuration"
        raise UsageError(msg)
    if not stream.client.get("bootstrap.servers"):
        msg = "no broker is named: say --kafka HOST:PORT, or GLYPHWATCH_KAFKA=HOST:PORT"
        raise UsageError(msg)
    missing = cluster.missing([*stream.topics, stream.dead_letters])
    if missing and create:
        cluster.create(missing)
        missing = []
    if missing:
        names = ", ".join(map(escape, missing))
        msg = f"no such topic: {names}; --create-topics makes what is missing"
        raise UsageError(msg)


def _sinks(
    settings: Settings, stream: StreamSettings, observer: Observer
) -> tuple[dict[str, Sink], SummarySink, str]:
    """Open the sinks: those of details by name, the summary, and its name."""
    if stream.sqlite:
        from pipeline.store import Store

        return {}, Store(settings.store or DEFAULT_STORE), "sqlite"
    if not stream.postgres:
        msg = "no database is named: say --postgres, or --embedded to do without"
        raise UsageError(msg)
    from pipeline.dynamo import DynamoSink
    from pipeline.dynamo_client import DynamoPlace
    from pipeline.postgres import PostgresSink

    details = DynamoSink(
        DynamoPlace(stream.dynamodb),
        retention_days=stream.retention_days or None,
        observer=observer,
    )
    return {"dynamodb": details}, PostgresSink(stream.postgres, observer=observer), "postgres"

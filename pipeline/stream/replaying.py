"""Replaying: dead letters sent again as the messages that they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from confluent_kafka import KafkaException

from pipeline.display import escape
from pipeline.errors import BrokerUnavailable
from pipeline.stream.clients import make_producer
from pipeline.stream.dead_letters import REPLAYED

if TYPE_CHECKING:
    from confluent_kafka import KafkaError, Message

    from pipeline.stream.dead_letter_reading import Letter
    from pipeline.stream.settings import StreamSettings


class Replaying:
    """Sends letters."""

    def __init__(self, stream: StreamSettings) -> None:
        """Connect.

        Raises:
            UsageError: a setting cannot be used.
        """
        self._fault: KafkaError | None = None
        self._producer = make_producer(stream, said=lambda _error: None)

    def send(self, letter: Letter, topic: str) -> None:
        """Send one; `finish` waits until it is there.

        Raises:
            BrokerUnavailable: an earlier one was not taken.
        """
        mark = (REPLAYED, letter.about["coordinates"].encode())
        while True:
            try:
                self._producer.produce(
                    topic,
                    letter.value,
                    letter.key,
                    headers=[*letter.headers, mark],
                    on_delivery=self._delivered,
                )
            except BufferError:
                self._producer.poll(0.1)
            except KafkaException as error:
                self._fault = error.args[0]
                self._check()
            else:
                break
            self._check()

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        self._fault = self._fault or error

    def finish(self) -> None:
        """Wait until the broker has every one.

        Raises:
            BrokerUnavailable: it has not taken every one.
        """
        while self._producer.flush(1.0):
            self._check()
        self._check()

    def _check(self) -> None:
        if self._fault is not None:
            msg = f"Kafka did not take every letter: {escape(self._fault.str())}"
            raise BrokerUnavailable(msg)

    def close(self) -> None:
        """Let go of the connection."""
        self._producer.flush(1.0)

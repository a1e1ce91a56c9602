"""The alert topic: alerts out, each a message of which the lookalike domain is the key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from confluent_kafka import KafkaException

from pipeline.display import escape
from pipeline.errors import SinkUnavailable
from pipeline.stream.alerts import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from confluent_kafka import KafkaError, Producer

    from pipeline.stream.alerts import Message

DEADLINE: Final = 25.0
"""Seconds for the broker to take them all; more than the producer itself tries."""


class AlertTopic:
    """Sends alerts to a topic: see `pipeline.stream.alerts.Channel`."""

    name: Final = "topic"

    def __init__(self, make: Callable[[], Producer], topic: str) -> None:
        """Args: make: makes an idempotent producer, for this alone; topic: where to."""
        self._make = make
        self._topic = topic
        self._producer: Producer | None = None

    def send(self, messages: Sequence[Message]) -> Outcome:
        """See `Channel.send`; the broker has all that are accepted."""
        accepted: list[int] = []
        refused: dict[int, str] = {}
        failed: list[str] = []

        def reported(number: int, error: KafkaError | None, _message: Any) -> None:  # noqa: ANN401
            if error is None:
                accepted.append(number)
            else:
                failed.append(escape(error.str()))

        try:
            producer = self._producer = self._producer or self._make()
            for message in messages:
                producer.produce(
                    self._topic,
                    value=message.body,
                    key=message.key,
                    headers=[("glyphwatch.id", message.id.encode())],
                    on_delivery=partial(reported, message.number),
                )
            left = producer.flush(DEADLINE)
        except (KafkaException, BufferError) as error:
            left = len(messages)
            failed.append(escape(str(error)))
        if left and self._producer is not None:
            self._producer.purge()  # or else they would be sent again beside the next ones
            self._producer.flush(0)
        if len(accepted) == len(messages):
            return Outcome(accepted, refused, None)
        why = failed[0] if failed else "not acknowledged in time"
        return Outcome(
            accepted, refused, SinkUnavailable(f"topic {self._topic}: {why}", retry_after=0.5)
        )

    def close(self) -> None:
        """See `Channel.close`: what was accepted is the broker's already, and the rest can wait."""
        if (producer := self._producer) is not None:
            producer.purge(blocking=False)

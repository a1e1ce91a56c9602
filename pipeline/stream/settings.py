"""Settings of the stream: what its flags, environment and tables of the configuration file say.

``[stream]`` has what is ours (``group = "a"``, ``GLYPHWATCH_GROUP``, ``--group``). ``[kafka]`` has
any setting of librdkafka by its own name (``security.protocol = "SASL_SSL"``), which the
environment has too: ``GLYPHWATCH_KAFKA_SECURITY_PROTOCOL``. Secrets may stand in files of their
own, named by ``GLYPHWATCH_KAFKA_SASL_PASSWORD_FILE`` or ``sasl.password.file``; none is ever shown.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import UsageError
from pipeline.formats import ALIASES, MESSAGES
from pipeline.formats import FORMATS as ALL_FORMATS
from pipeline.settings import (
    PREFIX,
    merged,
    parse_choice,
    parse_flag,
    parse_number,
    parse_whole,
    read_toml,
)
from pipeline.stream.client_settings import (
    check_security,
    client_settings,
    content,
    passwords_in,
    secrets_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FORMATS = {name: ALL_FORMATS[name] for name in MESSAGES} | {
    "arrow": "an Arrow IPC stream of many records a message"
}
"""How the messages of a topic may be written, with a word on each."""


class StreamSettings(NamedTuple):
    """Everything that can be set of a stream, besides `pipeline.settings.Settings`."""

    topics: tuple[str, ...] = ()
    """What is read."""

    group: str = "glyphwatch"
    """Consumer group; with another one, everything is read and counted by itself."""

    reprocess: int = 0
    """Number of the run over the topics: with a higher one, all is read and counted anew."""

    start: str = "earliest"
    """Where a partition begins that the group has not read: ``earliest`` or ``latest``."""

    accept_new_topic: bool = False
    """Begin anew with a topic that was deleted and made again."""

    messages: str = "ndjson"
    """How messages are written: a key of `FORMATS`."""

    column: str | None = None
    """Column with the names, for Arrow; None to guess."""

    dead_letters: str = "glyphwatch.dead-letters"
    """Topic for messages that cannot be read."""

    batch: int = 10_000
    """Messages of a batch, at most."""

    linger: float = 0.25
    """Seconds for which a batch is gathered, at most."""

    sqlite: bool = False
    """Details and summary go into the SQLite store, and nowhere else."""

    postgres: str = ""
    """The summary's database, as libpq takes it: ``host=... dbname=...`` or a URL."""

    dynamodb: str = "glyphwatch-detections"
    """The details' table."""

    retention_days: int = 0
    """Days after which details may be removed; 0 for never."""

    insecure: bool = False
    """Let the broker's certificate go unchecked, if the client's settings say so."""

    kafka: tuple[tuple[str, str], ...] = ()
    """Settings of librdkafka, by its own names, with secrets among them: never to be printed."""

    @property
    def client(self) -> dict[str, str]:
        """Settings of librdkafka as it takes them."""
        return dict(self.kafka)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown, wherever it turns up."""
        return secrets_in(self.client) + passwords_in(self.postgres)

    @property
    def only_topic(self) -> str | None:
        """The one topic that messages are of, if that is known."""
        is_one = len(self.topics) == 1 and not self.topics[0].startswith("^")  # a pattern
        return self.topics[0] if is_one else None

    @property
    def group_id(self) -> str:
        """The group as Kafka knows it: each run has its own, so that its offsets are its own.

        >>> StreamSettings().group_id, StreamSettings(reprocess=2).group_id
        ('glyphwatch', 'glyphwatch.run-2')
        """
        return f"{self.group}.run-{self.reprocess}" if self.reprocess else self.group

    def __repr__(self) -> str:
        """Tell what is set, without anything that may be a secret."""
        names = ", ".join(name for name, _ in self.kafka)
        return f"StreamSettings(topics={self.topics}, group={self.group!r}, kafka: {names})"


def load_stream_settings(
    flags: Mapping[str, object],
    environment: Mapping[str, str] = os.environ,
    config: Path | None = None,
) -> StreamSettings:
    """Read the settings of the stream.

    Args:
        flags: what was said on the command line, by field name; ``kafka`` is the brokers'
            addresses.
        environment: the process's variables.
        config: a TOML file, if one was named.

    Raises:
        UsageError: something cannot be used; values that may be secret are not in its text.
    """
    said = {} if config is None else read_toml(config)
    if passwords_in(str(flags.get("postgres") or "")):
        msg = f"--postgres: everybody can see a password there; say it in {PREFIX}POSTGRES_FILE"
        raise UsageError(msg)
    values = merged(
        _PARSERS, flags, _with_files(environment), _table(said, "stream"), f"{config}: stream."
    )
    brokers = flags.get("kafka") or environment.get(f"{PREFIX}KAFKA")
    client = client_settings(
        _table(said, "kafka"), environment, None if brokers is None else str(brokers)
    )
    settings = StreamSettings(**values, kafka=tuple(sorted(client.items())))
    check_security(client, insecure=settings.insecure)
    return settings


def _table(said: Mapping[str, object], name: str) -> dict[str, object]:
    table = said.get(name, {})
    if not isinstance(table, dict):
        msg = f"{name} is not a table of the configuration file"
        raise UsageError(msg)
    return table


def _with_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Put the content of files in the place of ``GLYPHWATCH_POSTGRES_FILE``."""
    found = dict(environment)
    variable = f"{PREFIX}POSTGRES"
    if path := environment.get(f"{variable}_FILE"):
        found[variable] = content(path, f"{variable}_FILE")
    return found


def _topics(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        msg = "is not a list of topics"
        raise ValueError(msg)
    return tuple(value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        msg = "is not text"
        raise ValueError(msg)
    return value


def _count(least: int, most: int) -> Callable[[object], int]:
    def parse(value: object) -> int:
        text = str(value)
        if not (text.isascii() and text.isdigit() and least <= int(text[:12]) <= most):
            msg = f"is not a whole number from {least} to {most}"
            raise ValueError(msg)
        return int(text)

    return parse


def _format(value: object) -> str:
    return parse_choice(*FORMATS)(ALIASES.get(str(value), value))


_PARSERS: dict[str, Callable[[object], Any]] = {
    "topics": _topics,
    "group": _text,
    "reprocess": parse_whole,
    "start": parse_choice("earliest", "latest"),
    "accept_new_topic": parse_flag,
    "messages": _format,
    "column": _text,
    "dead_letters": _text,
    "batch": _count(1, 1_000_000),
    "linger": parse_number(0.001, 0.5),
    "sqlite": parse_flag,
    "postgres": _text,
    "dynamodb": _text,
    "retention_days": _count(0, 36_500),
    "insecure": parse_flag,
}

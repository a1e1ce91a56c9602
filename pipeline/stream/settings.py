"""Settings of the stream: what its flags, environment and tables of the configuration file say.

``[stream]`` has what is ours (``group = "a"``, ``GLYPHWATCH_GROUP``, ``--group``). ``[kafka]`` has
any setting of librdkafka by its own name (``security.protocol = "SASL_SSL"``), which the
environment has too: ``GLYPHWATCH_KAFKA_SECURITY_PROTOCOL``. Secrets may stand in files of their
own, named by ``GLYPHWATCH_KAFKA_SASL_PASSWORD_FILE`` or ``sasl.password.file``; none is ever shown.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import UsageError
from pipeline.settings import (
    PREFIX,
    merged,
    parse_choice,
    parse_flag,
    parse_number,
    parse_whole,
    read_toml,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

KAFKA = f"{PREFIX}KAFKA_"

FORMATS = {
    "ndjson": "COF or DNSDB, one JSON object a message",
    "names": "one name a message",
    "arrow": "an Arrow IPC stream of many records a message",
}
"""How the messages of a topic may be written, with a word on each."""

ALIASES = {"cof": "ndjson", "dnsdb": "ndjson"}
"""Other names for them."""

SECRETS = frozenset(
    {
        "sasl.username",
        "sasl.password",
        "sasl.oauthbearer.client.id",
        "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.config",
        "sasl.oauthbearer.assertion.private.key.passphrase",
        "sasl.oauthbearer.assertion.private.key.pem",
        "ssl.ca.pem",
        "ssl.certificate.pem",
        "ssl.key.password",
        "ssl.key.pem",
        "ssl.keystore.password",
    }
)
"""Settings of librdkafka that may stand in files of their own."""

_NAMES = frozenset({"sasl.username", "sasl.oauthbearer.client.id"})
"""Those of them that are no secret by themselves."""

_PASSWORD = re.compile(r"(?<=://)[^/@\s]*?:([^/@\s]+)@|\bpassword\s*=\s*'?([^'\s&]+)")

OURS = frozenset(
    {
        "auto.offset.reset",
        "enable.auto.commit",
        "enable.auto.offset.store",
        "enable.idempotence",
        "group.id",
    }
)
"""Settings of librdkafka on which the promise rests: they cannot be set."""


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
        client = (value for name, value in self.kafka if name in SECRETS - _NAMES)
        return (*client, *(a or b for a, b in _PASSWORD.findall(self.postgres)))

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
    if _has_password(str(flags.get("postgres") or "")):
        msg = f"--postgres: everybody can see a password there; say it in {PREFIX}POSTGRES_FILE"
        raise UsageError(msg)
    values = merged(
        _PARSERS, flags, _with_files(environment), _table(said, "stream"), f"{config}: stream."
    )
    client = dict(_flat(_table(said, "kafka")))
    client |= {
        name.removeprefix(KAFKA).lower().replace("_", "."): value
        for name, value in environment.items()
        if name.startswith(KAFKA) and value
    }
    brokers = flags.get("kafka") or environment.get(KAFKA.removesuffix("_"))
    if brokers:
        client["bootstrap.servers"] = str(brokers)
    settings = StreamSettings(**values, kafka=tuple(sorted(_client(client).items())))
    _check_security(settings)
    return settings


def _has_password(conninfo: str) -> bool:
    """Tell whether libpq's connection string or URL has a password.

    >>> _has_password("postgresql://me:hunter2@db/x"), _has_password("host=db user=me")
    (True, False)
    """
    return "password" in conninfo or ":" in conninfo.partition("://")[2].rpartition("@")[0]


def _table(said: Mapping[str, object], name: str) -> dict[str, object]:
    table = said.get(name, {})
    if not isinstance(table, dict):
        msg = f"{name} is not a table of the configuration file"
        raise UsageError(msg)
    return table


def _flat(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    """Write tables in tables, which is how TOML reads ``sasl.password``, by dotted names again."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        elif isinstance(value, bool):
            yield f"{before}{key}", str(value).lower()
        elif isinstance(value, str | int | float):
            yield f"{before}{key}", str(value)
        else:
            msg = f"kafka: {before}{key} is neither text, number nor truth value"
            raise UsageError(msg)


def _with_files(environment: Mapping[str, str]) -> dict[str, str]:
    """Put the content of files in the place of ``GLYPHWATCH_POSTGRES_FILE``."""
    found = dict(environment)
    variable = f"{PREFIX}POSTGRES"
    if path := environment.get(f"{variable}_FILE"):
        found[variable] = _content(path, f"{variable}_FILE")
    return found


def _content(path: str, place: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        msg = f"{place}: cannot be read: {reason}"
        raise UsageError(msg) from error


def _client(said: Mapping[str, str]) -> dict[str, str]:
    """Read what stands in files, and refuse what cannot be set."""
    client: dict[str, str] = {}
    for name, value in said.items():
        secret = name.removesuffix(".file")
        if name != secret and secret in SECRETS:
            client[secret] = _content(value, f"kafka: {name}")
        elif name in OURS:
            msg = f"kafka: {name} cannot be set: what was counted rests on it"
            raise UsageError(msg)
        elif name == "partition.assignment.strategy" and value != "cooperative-sticky":
            msg = f"kafka: {name} can only be cooperative-sticky"
            raise UsageError(msg)
        else:
            client.setdefault(name, value)
    return client


def _check_security(settings: StreamSettings) -> None:
    """Refuse a connection that anyone could answer, unless it is asked for."""
    client, no = settings.client, ("false", "0", "no", "none")
    loose = (
        client.get("enable.ssl.certificate.verification", "true").lower() in no
        or client.get("ssl.endpoint.identification.algorithm", "https").lower() in no
    )
    if loose and not settings.insecure:
        msg = "kafka: the broker's certificate would go unchecked; say --insecure if that is meant"
        raise UsageError(msg)


def is_plain(settings: StreamSettings) -> bool:
    """Tell whether names would travel unencrypted, other than inside this machine.

    >>> is_plain(StreamSettings(kafka=(("bootstrap.servers", "127.0.0.1:9092,localhost:9093"),)))
    False
    """
    client = settings.client
    if "SSL" in client.get("security.protocol", "plaintext").upper():
        return False
    brokers = client.get("bootstrap.servers", client.get("metadata.broker.list", ""))
    return any(
        not host.strip().rpartition("//")[2].startswith(("127.", "localhost:", "[::1]"))
        and host.strip() != "localhost"
        for host in brokers.split(",")
        if host.strip()
    )


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

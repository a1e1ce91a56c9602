"""Client settings: librdkafka's own, from a table and from the environment, secrets from files.

They are text as librdkafka takes it, by its own names. No value is ever part of a message.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.settings import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KAFKA = f"{PREFIX}KAFKA_"
"""What a variable begins with that is a setting of librdkafka."""

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


def client_settings(
    table: Mapping[str, object], environment: Mapping[str, str], brokers: str | None
) -> dict[str, str]:
    """Merge what is said of the client.

    Args:
        table: ``[kafka]`` of the configuration file.
        environment: the process's variables.
        brokers: addresses, where they are said for themselves.

    Raises:
        UsageError: something cannot be set, or a file cannot be read.
    """
    said = dict(_flat(table))
    said |= {
        name.removeprefix(KAFKA).lower().replace("_", "."): value
        for name, value in environment.items()
        if name.startswith(KAFKA) and value
    }
    if brokers:
        said["bootstrap.servers"] = brokers
    return _client(said)


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


def content(path: str, place: str) -> str:
    """Read what stands in a file, without the end of its last line.

    Args:
        path: the file.
        place: where it is named, for messages.

    Raises:
        UsageError: it cannot be read.
    """
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
            client[secret] = content(value, f"kafka: {name}")
        elif name in OURS:
            msg = f"kafka: {name} cannot be set: what was counted rests on it"
            raise UsageError(msg)
        elif name == "partition.assignment.strategy" and value != "cooperative-sticky":
            msg = f"kafka: {name} can only be cooperative-sticky"
            raise UsageError(msg)
        else:
            client.setdefault(name, value)
    return client


def check_security(client: Mapping[str, str], *, insecure: bool) -> None:
    """Refuse a connection that anyone could answer, unless it is asked for.

    Raises:
        UsageError: it is not asked for.
    """
    no = ("false", "0", "no", "none")
    loose = (
        client.get("enable.ssl.certificate.verification", "true").lower() in no
        or client.get("ssl.endpoint.identification.algorithm", "https").lower() in no
    )
    if loose and not insecure:
        msg = "kafka: the broker's certificate would go unchecked; say --insecure if that is meant"
        raise UsageError(msg)


def is_plain(client: Mapping[str, str]) -> bool:
    """Tell whether names would travel unencrypted, other than inside this machine.

    >>> is_plain({"bootstrap.servers": "127.0.0.1:9092,localhost:9093"})
    False
    """
    if "SSL" in client.get("security.protocol", "plaintext").upper():
        return False
    brokers = client.get("bootstrap.servers", client.get("metadata.broker.list", ""))
    return any(
        not host.strip().rpartition("//")[2].startswith(("127.", "localhost:", "[::1]"))
        and host.strip() != "localhost"
        for host in brokers.split(",")
        if host.strip()
    )


def secrets_in(client: Mapping[str, str]) -> tuple[str, ...]:
    """Give what of the client's settings must never be shown."""
    return tuple(value for name, value in client.items() if name in SECRETS - _NAMES)


def passwords_in(conninfo: str) -> tuple[str, ...]:
    """Give the passwords in libpq's connection string or URL.

    >>> passwords_in("postgresql://me:hunter2@db/x"), passwords_in("host=db password = 'a'")
    (('hunter2',), ('a',))
    """
    return tuple(a or b for a, b in _PASSWORD.findall(conninfo))

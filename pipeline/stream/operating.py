"""Operating: settings of what watches over a stream, ``[operate]`` in the configuration file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import UsageError
from pipeline.settings import SEVERITIES, merged, parse_choice, parse_number, read_toml
from pipeline.stream.health_server import Address
from pipeline.stream.logs import FORMATS, LEVELS
from pipeline.stream.webhook import Endpoint

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Mapping

TABLE = "operate"

DEFAULT_HEALTH = Address("127.0.0.1", 9600)


class OperateSettings(NamedTuple):
    """Everything that can be set of it."""

    health: Address | None = DEFAULT_HEALTH
    """Where ``/healthz``, ``/readyz`` and ``/metrics`` are; None for nowhere (``off``). If the
    default is taken, by a second stream on this machine, the stream does without."""

    log_format: str = "auto"
    """``json``, ``text``, or ``auto``: text on a terminal and JSON elsewhere."""

    log_level: str = "info"
    """The least that is logged."""

    reload_every: float = 5.0
    """Seconds between two looks whether a list has changed; 0 to wait for SIGHUP."""

    alert_topic: str = ""
    """Topic for alerts; empty for none."""

    alert_webhook: Endpoint | None = None
    """URL for alerts; None for none."""

    alert_secret_file: Path | None = None
    """File with the secret that signs what the webhook is sent."""

    alert_severity: str = "low"
    """Least severity that is alerted."""


def load_operate_settings(
    flags: Mapping[str, object],
    environment: Mapping[str, str] = os.environ,
    config: Path | None = None,
) -> OperateSettings:
    """Read the settings.

    Args:
        flags: what was said on the command line, by field name.
        environment: the process's variables.
        config: a TOML file, if one was named.

    Raises:
        UsageError: one of them cannot be used.
    """
    table = {} if config is None else read_toml(config).get(TABLE, {})
    if not isinstance(table, dict):
        msg = f"{TABLE} is not a table of the configuration file"
        raise UsageError(msg)
    values = merged(_PARSERS, flags, environment, table, f"{config}: {TABLE}.")
    settings = OperateSettings(**values)
    if settings.alert_secret_file is not None and settings.alert_webhook is None:
        msg = "alert_secret_file is said, but no alert_webhook that it could sign"
        raise UsageError(msg)
    return settings


def add_operating(parser: argparse.ArgumentParser) -> None:
    """Add the flags."""
    group = parser.add_argument_group("operation")
    group.add_argument(
        "--health",
        metavar="HOST:PORT",
        help="where /healthz, /readyz and /metrics are (127.0.0.1:9600); off for nowhere",
    )
    group.add_argument("--log-format", choices=FORMATS, help="auto: text on a terminal, else JSON")
    group.add_argument("--log-level", choices=LEVELS, help="the least that is logged (info)")
    group.add_argument(
        "--reload-every",
        metavar="SECONDS",
        help="how often to look whether a list has changed (5); 0: on SIGHUP alone",
    )
    group.add_argument("--alert-topic", metavar="TOPIC", help="tell of new lookalikes there")
    group.add_argument(
        "--alert-webhook", metavar="URL", help="tell of new lookalikes there: https, or loopback"
    )
    group.add_argument(
        "--alert-secret-file", metavar="FILE", help="secret that signs what the webhook is sent"
    )
    group.add_argument("--alert-severity", choices=SEVERITIES, help="alert from here on (low)")


def _address(value: object) -> Address | None:
    return None if str(value) == "off" else Address.parse(str(value))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        msg = "is not text"
        raise ValueError(msg)
    return value


_PARSERS: dict[str, Callable[[object], object]] = {
    "health": _address,
    "log_format": parse_choice(*FORMATS),
    "log_level": parse_choice(*LEVELS),
    "reload_every": parse_number(0, 86_400),
    "alert_topic": _text,
    "alert_webhook": lambda value: Endpoint.parse(_text(value)),
    "alert_secret_file": lambda value: Path(_text(value)),
    "alert_severity": parse_choice(*SEVERITIES),
}

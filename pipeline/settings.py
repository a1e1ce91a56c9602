"""Settings: what flags, environment and configuration file say, read in one place.

Flags win over environment (``GLYPHWATCH_JOBS``), environment over ``--config FILE`` (TOML:
``jobs = 2``), that over the defaults. An unknown key in the file is an error, since it is a typing
error; an unknown variable is not, since others name variables too (Kubernetes does).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

PREFIX = "GLYPHWATCH_"

SEVERITIES = ("info", "low", "medium", "high", "critical")
SCOPES = ("domain", "all")


class Settings(NamedTuple):
    """Everything that can be set outside a command line, too."""

    targets: Path | None = None
    """Target list; None for the bundled one."""

    map: Path | None = None
    """Confusable map; None for the packaged one."""

    known: tuple[Path, ...] = ()
    """Files of well-known domains, which are nobody's lookalike if they are ASCII."""

    allow: tuple[Path, ...] = ()
    """Files of names that are never reported, nor is anything under them."""

    scope: str = "domain"
    """``domain``: the registrable label, and other labels if they are IDNs; ``all``: every one."""

    embedded: bool = False
    """Look for lookalikes in parts of a label."""

    suffix_swap: bool = False
    """Report a target's own label under another suffix."""

    min_severity: str = "low"
    """Lowest severity that is reported."""

    min_score: float | None = None
    """Lowest score that is reported; None for the judge's own floor."""

    store: Path | None = None
    """The SQLite store; None for `DEFAULT_STORE`, if nothing else takes the detections."""

    jobs: int = 0
    """Threads of a scan; 0 for one a core."""

    max_ratio: float | None = None
    """Ratio of decompressed to compressed bytes at which an input is given up; None for none."""


DEFAULT_STORE = Path("glyphwatch.sqlite")

NAMES = Settings._fields

TABLES = ("stream", "kafka", "operate")
"""Tables of the file that are not read here: see `pipeline.stream.settings` and `operating`."""


def load_settings(
    flags: Mapping[str, object],
    environment: Mapping[str, str] = os.environ,
    config: Path | None = None,
) -> Settings:
    """Read the settings.

    Args:
        flags: what was said on the command line, by field name; other names are left alone.
        environment: the process's variables.
        config: a TOML file, if one was named.

    Raises:
        UsageError: the file cannot be read or has an unknown key; or a value cannot be used.
    """
    said = {} if config is None else read_toml(config)
    table = {key: value for key, value in said.items() if key not in TABLES}
    return Settings(**merged(_PARSERS, flags, environment, table, f"{config}: "))


def merged(
    parsers: Mapping[str, Callable[[object], object]],
    flags: Mapping[str, object],
    environment: Mapping[str, str],
    table: Mapping[str, object],
    place: str,
) -> dict[str, Any]:
    """Merge what is said of some settings; those of which nothing is said are left out.

    Args:
        parsers: what reads each setting's value, by name.
        flags: what was said on the command line, by name; other names are left alone.
        environment: the process's variables.
        table: what the file says.
        place: what stands before a key of the file in messages.

    Raises:
        UsageError: the file has an unknown key; or a value cannot be used.
    """
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in parsers:
            raise UsageError(_unknown(place, key, parsers))
        values[name] = _parse(parsers[name], value, f"{place}{key}")
    for name, parser in parsers.items():
        variable = PREFIX + name.upper()
        if environment.get(variable):
            values[name] = _parse(parser, environment[variable], variable)
        if flags.get(name) is not None:
            values[name] = _parse(parser, flags[name], f"--{name.replace('_', '-')}")
    return values


def read_toml(path: Path) -> dict[str, object]:
    """Read a configuration file.

    Raises:
        UsageError: it cannot be read, or is no TOML.
    """
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        msg = f"{path}: cannot be read as TOML: {reason}"
        raise UsageError(msg) from error


def _unknown(place: str, key: str, known: Iterable[str]) -> str:
    import difflib

    names = list(known)
    near = difflib.get_close_matches(key.replace("-", "_"), names, 1)
    hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(names)}"
    return f"{place}unknown key {key!a}{hint}"


def _parse(parser: Callable[[object], object], value: object, place: str) -> object:
    try:
        return parser(value)
    except (ValueError, TypeError) as error:
        msg = f"{place}: {error}"
        raise UsageError(msg) from error


def parse_path(value: object) -> Path:
    """Read a path."""
    if not isinstance(value, str | Path) or not str(value):
        msg = "is not a path"
        raise ValueError(msg)
    return Path(value)


def _store(value: object) -> Path:
    if value == "-":
        msg = "a store is a file; - for standard output goes with --output"
        raise ValueError(msg)
    return parse_path(value)


def _paths(value: object) -> tuple[Path, ...]:
    if isinstance(value, str):
        value = [part for part in value.split(os.pathsep) if part]
    if not isinstance(value, list | tuple):
        msg = "is not a list of paths"
        raise TypeError(msg)
    return tuple(map(parse_path, value))


def parse_flag(value: object) -> bool:
    """Read a truth value."""
    if isinstance(value, bool):
        return value
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return known[str(value).lower()]
    except KeyError:
        msg = "is neither true nor false"
        raise ValueError(msg) from None


def parse_choice(*known: str) -> Callable[[object], str]:
    """Make what reads one of some words."""

    def parse(value: object) -> str:
        if value not in known:
            msg = f"is none of {', '.join(known)}"
            raise ValueError(msg)
        return str(value)

    return parse


def parse_number(least: float, most: float) -> Callable[[object], float]:
    """Make what reads a number between two."""

    def parse(value: object) -> float:
        try:
            number = float(str(value))
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            msg = f"is not a number from {least:g}" + (f" to {most:g}" if most < 1e308 else " on")
            raise ValueError(msg)
        return number

    return parse


def parse_whole(value: object) -> int:
    """Read a whole number from 0 to 9999."""
    text = str(value)
    if not text.isdecimal() or len(text) > 4:
        msg = "is not a whole number from 0 to 9999"
        raise ValueError(msg)
    return int(text)


_PARSERS: dict[str, Callable[[object], object]] = {
    "targets": parse_path,
    "map": parse_path,
    "known": _paths,
    "allow": _paths,
    "scope": parse_choice(*SCOPES),
    "embedded": parse_flag,
    "suffix_swap": parse_flag,
    "min_severity": parse_choice(*SEVERITIES),
    "min_score": parse_number(0, 1),
    "store": _store,
    "jobs": parse_whole,
    "max_ratio": parse_number(1, float("inf")),
}

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
    from collections.abc import Callable, Mapping

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
    values: dict[str, Any] = {}
    if config is not None:
        for key, value in _read_toml(config).items():
            name = key.replace("-", "_")
            if name not in NAMES:
                raise UsageError(_unknown(config, key))
            values[name] = _parse(name, value, f"{config}: {key}")
    for name in NAMES:
        variable = PREFIX + name.upper()
        if environment.get(variable):
            values[name] = _parse(name, environment[variable], variable)
        if flags.get(name) is not None:
            values[name] = _parse(name, flags[name], f"--{name.replace('_', '-')}")
    return Settings(**values)


def _read_toml(path: Path) -> dict[str, object]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        msg = f"{path}: cannot be read as TOML: {reason}"
        raise UsageError(msg) from error


def _unknown(path: Path, key: str) -> str:
    import difflib

    near = difflib.get_close_matches(key.replace("-", "_"), NAMES, 1)
    hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(NAMES)}"
    return f"{path}: unknown key {key!a}{hint}"


def _parse(name: str, value: object, place: str) -> object:
    try:
        return _PARSERS[name](value)
    except (ValueError, TypeError) as error:
        msg = f"{place}: {error}"
        raise UsageError(msg) from error


def _path(value: object) -> Path:
    if not isinstance(value, str | Path) or not str(value):
        msg = "is not a path"
        raise ValueError(msg)
    return Path(value)


def _store(value: object) -> Path:
    if value == "-":
        msg = "a store is a file; - for standard output goes with --output"
        raise ValueError(msg)
    return _path(value)


def _paths(value: object) -> tuple[Path, ...]:
    if isinstance(value, str):
        value = [part for part in value.split(os.pathsep) if part]
    if not isinstance(value, list | tuple):
        msg = "is not a list of paths"
        raise TypeError(msg)
    return tuple(map(_path, value))


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return known[str(value).lower()]
    except KeyError:
        msg = "is neither true nor false"
        raise ValueError(msg) from None


def _choice(*known: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if value not in known:
            msg = f"is none of {', '.join(known)}"
            raise ValueError(msg)
        return str(value)

    return parse


def _number(least: float, most: float) -> Callable[[object], float]:
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


def _whole(value: object) -> int:
    text = str(value)
    if not text.isdecimal() or len(text) > 4:
        msg = "is not a whole number from 0 to 9999"
        raise ValueError(msg)
    return int(text)


_PARSERS: dict[str, Callable[[object], object]] = {
    "targets": _path,
    "map": _path,
    "known": _paths,
    "allow": _paths,
    "scope": _choice(*SCOPES),
    "embedded": _flag,
    "suffix_swap": _flag,
    "min_severity": _choice(*SEVERITIES),
    "min_score": _number(0, 1),
    "store": _store,
    "jobs": _whole,
    "max_ratio": _number(1, float("inf")),
}

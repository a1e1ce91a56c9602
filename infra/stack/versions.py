"""Versions: which release of each server is used, from ``versions.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent


def versions() -> dict[str, str]:
    """Release of each server by its name.

    >>> versions()["postgres"]
    '15'
    """
    return tomllib.loads((HERE / "versions.toml").read_text(encoding="utf-8"))

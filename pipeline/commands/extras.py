"""Extras: what a command needs beyond the base installation, and how to get it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import UsageError

_OURS = frozenset({"classifier", "detector", "glyphs", "pipeline"})


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Say how to install an extra if something of it is missing.

    Raises:
        UsageError: a module was not found; the message has the line that installs it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if not name or name in _OURS:
            raise
        msg = f"this needs {name}, which is not installed: pip install 'glyphwatch[{extra}]'"
        raise UsageError(msg) from error

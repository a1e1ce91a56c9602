"""Places: no file that a command writes is one that it reads, or one that it writes otherwise.

Known before anything is opened, since the first thing that an output does is to empty its file.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.allow_file import allow_paths
from pipeline.errors import UsageError
from pipeline.json_lines import STDOUT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.settings import Settings

Place = tuple[str, str]
"""What a file is to a command, in words or as its flag; its path, or ``-``."""


def read_by(settings: Settings) -> list[Place]:
    """Give the files that settings name to be read."""
    files = [("--targets", settings.targets), ("--map", settings.map)]
    files += [("--known", path) for path in settings.known]
    files += [("--allow", path) for path in allow_paths(settings)]
    return [(flag, str(path)) for flag, path in files if path is not None]


def hold_apart(outputs: Sequence[Place], inputs: Sequence[Place]) -> None:
    """See to it that every output is a file of its own.

    Pipes and devices are left alone: ``/dev/null`` may be named as often as one likes.

    Args:
        outputs: what is written; ``-`` is standard output.
        inputs: what is read; ``-`` is standard input.

    Raises:
        UsageError: an output is the same file as something else.
    """
    reads = [(what, path, _identity(path)) for what, path in inputs]
    for number, (flag, path) in enumerate(outputs):
        writes = [(what, other, _identity(other, STDOUT)) for what, other in outputs[:number]]
        own = _identity(path, STDOUT)
        for what, other, theirs in (*reads, *writes):
            if own is not None and own == theirs:
                msg = f"{flag} {path}: is the same file as {what} {other}"
                raise UsageError(msg)


def _identity(path: str, stream: str | None = None) -> object:
    """Give what two names of one file have in common; None for what is no file.

    Args:
        path: a file, which need not be there, or ``-``.
        stream: standard output if ``-`` means that; None if it means standard input.
    """
    if path == STDOUT and stream is not None:
        return stream
    try:
        status = os.fstat(0) if path == STDOUT else Path(path).stat()
    except FileNotFoundError:
        return str(Path(path).resolve())
    except (OSError, RuntimeError, ValueError):
        return None  # whoever opens it says why it cannot be
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None

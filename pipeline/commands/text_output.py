"""A command's text, to where it is asked for."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import SinkUnavailable
from pipeline.json_lines import STDOUT


def write_text(path: str | None, text: str) -> None:
    """Write a file, or standard output for ``-`` and None.

    Raises:
        SinkUnavailable: it cannot be written.
    """
    if path is None or path == STDOUT:
        print(text, end="")
        return
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror or error}"
        raise SinkUnavailable(msg) from error

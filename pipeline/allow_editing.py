"""Editing allow files: rows in, the file with them, or without them, out.

What people wrote stays as it is: a new row goes to the end, and of a rule that is taken out only
its own line goes. Several may edit one file at a time; who reads it always finds it whole.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.allow_file import AllowFiles, lines_with, written
from pipeline.errors import SinkUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import TextIO

    from pipeline.allow_file import Row

_HEADER = """\
# What is not reported, and why: a row each, or a name alone on its line.
# By `glyphwatch allow` and `glyphwatch silence`, or by hand.
#
# allow or silence ; name, *.suffix or * ; target or * ; added ; last day, or - ; why
"""


def add_rows(path: Path, rows: Sequence[Row]) -> list[Row]:
    """Add the rows whose rules a file has not yet, by one write; gives those.

    A rule that is there, but holds no more, is added again.

    Args:
        path: the file; made if it is not there.
        rows: what to add.

    Raises:
        UsageError: the file is no allow file.
        SinkUnavailable: it cannot be written.
    """
    with _held(path, create=True) as file:
        known = AllowFiles.read([path])
        there = {row.rule for row in known.rows if row.holds(known.today)}
        fresh = [row for row in dict.fromkeys(rows) if row.rule not in there]
        if not fresh:
            return []
        text = _text(path, file)
        begin = "" if not text or text.endswith("\n") else "\n"
        file.write((_HEADER if not text else begin) + "".join(f"{written(r)}\n" for r in fresh))
        file.flush()
        os.fsync(file.fileno())
        return fresh


def remove_rules(path: Path, keys: Sequence[str]) -> list[str]:
    """Take rules out of a file; gives their lines.

    Args:
        path: the file.
        keys: rules without their verb, as `Rule.key` writes them: ``paypa1.com=paypal.com``.

    Raises:
        UsageError: the file is no allow file.
        SinkUnavailable: it cannot be written.
    """
    with _held(path, create=False) as file:
        AllowFiles.read([path])
        text = _text(path, file)
        numbers = set(lines_with(text, keys))
        lines = text.split("\n")
        if numbers:
            rest = [line for number, line in enumerate(lines) if number not in numbers]
            partial = path.with_name(f"{path.name}.partial")
            partial.write_text("\n".join(rest), encoding="utf-8", newline="\n")
            partial.chmod(os.fstat(file.fileno()).st_mode & 0o777)
            partial.replace(path)
        return [lines[number].strip("\ufeff\r ") for number in sorted(numbers)]


def _text(path: Path, file: TextIO) -> str:
    try:
        file.seek(0)
        return file.read()
    except UnicodeDecodeError as error:
        msg = f"{path}: is no text that can be edited; unpack it first"
        raise UsageError(msg) from error


@contextmanager
def _held(path: Path, *, create: bool) -> Iterator[TextIO]:
    """Open a file that nobody else edits meanwhile; what is written goes to its end."""
    try:
        while True:
            if not create and not path.exists():
                msg = f"{path}: there is no allow list"
                raise UsageError(msg)
            with path.open("a+", encoding="utf-8", newline="\n") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                if _is_at(file, path):  # else somebody has put another in its place
                    yield file
                    return
    except OSError as error:
        msg = f"{path}: cannot be written: {error.strerror or error}"
        raise SinkUnavailable(msg) from error


def _is_at(file: TextIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False

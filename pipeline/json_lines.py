"""JSON lines: objects out, one a line, in ASCII, to a file that is whole or not there.

A file is written beside its place, as ``NAME.partial``, and takes its name when it is complete; a
pipe, a device and ``-`` (standard output) are written as they are. ASCII because what we write is
hostile by trade: no bidi control or line separator of a name reaches a terminal through us.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import SinkUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable

STDOUT = "-"


def partial_of(path: str) -> Path | None:
    """Give the name under which a file is written until it is complete.

    >>> partial_of("found.jsonl"), partial_of("-"), partial_of("/dev/null")
    (PosixPath('found.jsonl.partial'), None, None)
    """
    place = Path(path)
    try:
        in_place = path == STDOUT or (place.exists() and not place.is_file())
    except OSError:  # whoever opens it says why it cannot be
        in_place = False
    return None if in_place else Path(f"{path}.partial")


def dumps(value: Any) -> str:  # noqa: ANN401 - JSON is any
    """Write one value on one line, in ASCII."""
    return json.dumps(value)  # ASCII, and quickest, by default


class JsonLines:
    """A file of JSON objects that is being written."""

    def __init__(self, path: str) -> None:
        """Begin the file.

        Raises:
            SinkUnavailable: it cannot be written.
        """
        self.path = path
        self._partial = partial_of(path)
        if path == STDOUT:
            self._file = sys.stdout
            self.write(())  # fails now, not after an hour's scan, if it is closed
            return
        try:
            self._file = (self._partial or Path(path)).open("w", encoding="ascii", newline="\n")
        except OSError as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: OSError) -> SinkUnavailable:
        name = "standard output" if self.path == STDOUT else self.path
        return SinkUnavailable(f"{name}: cannot be written: {error.strerror or error}")

    def write(self, values: Iterable[Any]) -> None:
        """Write values, and hand them to the operating system before returning.

        Raises:
            SinkUnavailable: the disk is full, or the like.
            BrokenPipeError: nobody reads any more, which is no fault.
        """
        try:
            self._file.write("".join(f"{dumps(value)}\n" for value in values))
            self._file.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise self._unavailable(error) from error

    def finish(self) -> None:
        """Make the file durable and give it its name.

        Raises:
            SinkUnavailable: the disk is full, or the like.
        """
        if self.path == STDOUT:
            return
        try:
            if self._partial is not None:
                os.fsync(self._file.fileno())
            self._file.close()
            if self._partial is not None:
                self._partial.replace(self.path)
        except OSError as error:
            raise self._unavailable(error) from error

    def abandon(self) -> None:
        """Close the file as it is, under its partial name."""
        if self.path != STDOUT and not self._file.closed:
            try:
                self._file.close()
            except OSError as error:
                raise self._unavailable(error) from error

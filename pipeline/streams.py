"""Standard streams: what to write to when standard output or error is closed or broken.

A shell can start a command without them (``2>&-``). Python then has None for the stream, on which
``print`` silently does nothing, and the next file that is opened takes the number of the stream,
so that what a library writes to "standard error" would land in it.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


class ClosedOutput(io.TextIOBase):
    """Standard output that is closed: every write to it fails, as one to a full disk does."""

    def write(self, _text: str) -> int:
        """Fail.

        Raises:
            OSError: always.
        """
        raise OSError(errno.EBADF, "it is closed")


class Remarks(io.TextIOBase):
    """Standard error as far as it works: what it does not take is dropped.

    What is said there is not what was asked for, so that it cannot be said must not end a scan.
    """

    def __init__(self, stream: TextIO | None) -> None:
        """Args: stream: standard error; None if it is closed."""
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError):
            if self._stream is not None:
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """See `write`."""
        with suppress(OSError):
            if self._stream is not None:
                self._stream.flush()

    def isatty(self) -> bool:
        """Say whether a person looks on."""
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        """Give the number of the stream, for those that write to it by number."""
        return 2 if self._stream is None else self._stream.fileno()


def mend_streams() -> None:
    """Make standard output and error safe to use, whatever the shell made of them."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass  # takes the place of a stream that is closed, and keeps it
    os.close(number)
    if sys.stdout is None:
        sys.stdout = ClosedOutput()
    elif isinstance(sys.stdout, io.TextIOWrapper):  # a terminal without Cyrillic shows its escape
        sys.stdout.reconfigure(errors="backslashreplace")
    if not isinstance(sys.stderr, Remarks):
        sys.stderr = Remarks(sys.stderr)

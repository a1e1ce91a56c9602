"""Hashing: the digest of a file, made by a process beside this one while something else goes on.

A thread would wait for the interpreter twice a piece, and make whoever loads the targets wait as
often; both took longer than one after the other. If the process dies, its file is hashed here.
"""

from __future__ import annotations

import os
import signal
import warnings
from contextlib import suppress

import xxhash

PIECE = 1 << 18
"""Bytes that are hashed at a time: they stay near the processor."""


def file_digest(descriptor: int, size: int) -> str:
    """Give the XXH3 digest (128 bits, hex) of an open file's first `size` bytes, or of all it has.

    Where the file is read otherwise does not change.

    Raises:
        OSError: it cannot be read.
    """
    digest, held, place = xxhash.xxh3_128(), memoryview(bytearray(PIECE)), 0
    while place < size and (count := os.preadv(descriptor, [held[: size - place]], place)):
        digest.update(held[:count])
        place += count
    return digest.hexdigest()


class HashProcess:
    """A process that hashes one file."""

    def __init__(self, descriptor: int, size: int) -> None:
        """Fork it.

        Raises:
            OSError: there can be no more processes, or open files.
        """
        self._answer, answer = os.pipe()
        try:
            with warnings.catch_warnings():
                # Threads may be screening. The child touches nothing that they use.
                warnings.simplefilter("ignore", DeprecationWarning)
                self._child = os.fork()
        except OSError:
            os.close(self._answer)
            os.close(answer)
            raise
        if not self._child:
            _answer(descriptor, size, answer)
        os.close(answer)

    def result(self) -> str | None:
        """Wait for the digest; None if the process has failed."""
        parts = []
        while part := os.read(self._answer, 64):
            parts.append(part)
        self._end()
        return b"".join(parts).decode("ascii") or None

    def abandon(self) -> None:
        """End the process, whatever it has done."""
        with suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGKILL)
        self._end()

    def _end(self) -> None:
        os.close(self._answer)
        with suppress(ChildProcessError):
            os.waitpid(self._child, 0)


def _answer(descriptor: int, size: int, answer: int) -> None:
    """Hash and answer, in the child; never returns, and leaves what was open alone."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks decides when it is over
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.write(answer, file_digest(descriptor, size).encode())
    finally:
        os._exit(0)

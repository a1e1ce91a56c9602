"""Opening: inputs opened in order, and files hashed in a thread while something else goes on.

A file is known by its digest before its first record is read, so hashing would otherwise be a pass
of its own: about a second a gigabyte. The first file is hashed while the target list is loaded,
each further one while the one before it is scanned.
"""

from __future__ import annotations

from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.inputs import HASH_PIECE, HASH_PIECE_ASIDE, open_input

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.inputs import Input


class Opening:
    """One input that is being opened."""

    def __init__(self, label: str, *, aside: bool) -> None:
        self._label = label
        self._input: Input | None = None
        self._error: InputError | None = None
        self._thread: Thread | None = None
        if aside and Path(label).is_file():  # a pipe may have nothing to say for long
            self._thread = Thread(target=self._open, name="hash", daemon=True)
            self._thread.start()

    def _open(self) -> None:
        try:
            self._input = open_input(self._label)
            self._input.digest(HASH_PIECE if self._thread is None else HASH_PIECE_ASIDE)
        except InputError as error:
            self._error = error

    def abandon(self) -> None:
        """Close the file, unless it is hashed still: then the process is about to end."""
        if self._thread is not None:
            self._thread.join(timeout=0.1)
        if self._input is not None:
            self._input.close()

    def result(self) -> Input:
        """Wait for the input, hashed.

        Raises:
            InputError: it cannot be opened or read.
        """
        if self._thread is not None:
            self._thread.join()
        else:
            self._open()
        if self._error is not None:
            raise self._error
        if self._input is None:  # only if the thread died of something else
            msg = f"{self._label}: cannot be read"
            raise InputError(msg)
        return self._input


class Openings:
    """Inputs in order; while one is in use, the next is hashed."""

    def __init__(self, labels: Sequence[str], *, aside: bool) -> None:
        """Begin with the first.

        Args:
            labels: paths, or ``-``.
            aside: hash in a thread; False to do one thing after the other.
        """
        self._labels = list(labels)
        self._aside = aside
        self._next = self._begin(0)

    def _begin(self, place: int) -> Opening | None:
        if place == len(self._labels):
            return None
        return Opening(self._labels[place], aside=self._aside)

    def __iter__(self) -> Iterator[Input | InputError]:
        """Give each input, or why it cannot be read; whoever takes an input closes it."""
        place = 0
        while (current := self._next) is not None:
            try:
                opened: Input | InputError = current.result()
            except InputError as error:
                opened = error
            place += 1
            self._next = self._begin(place)
            yield opened

    def close(self) -> None:
        """Let go of the input that was begun and not taken."""
        if self._next is not None:
            self._next.abandon()
            self._next = None

"""Opening: inputs opened in order, each hashed while something else goes on.

A file is known by its digest before its first record is read, so hashing would otherwise be a pass
of its own. The first file is hashed while the target list is loaded, each further one while the one
before it is scanned.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import InputError
from pipeline.inputs import open_input

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.inputs import Input
    from pipeline.s3 import S3Object


class Openings:
    """Inputs in order; while one is in use, the next is hashed."""

    def __init__(self, labels: Sequence[str | S3Object], *, aside: bool) -> None:
        """Begin with the first.

        Args:
            labels: paths, ``-``, or objects.
            aside: hash beside other work; False to do one thing after the other.
        """
        self._labels = list(labels)
        self._aside = aside
        self._next = self._begin(0)

    def _begin(self, place: int) -> Input | InputError | None:
        """Open a file, and have it hashed; not a pipe, which may have nothing to say for long."""
        label = self._labels[place] if place < len(self._labels) else ""
        if not self._aside or not isinstance(label, str) or not Path(label).is_file():
            return None
        opened = _opened(label)
        if not isinstance(opened, InputError):
            opened.hash_aside()
        return opened

    def __iter__(self) -> Iterator[Input | InputError]:
        """Give each input, or why it cannot be read; whoever takes an input closes it."""
        for place, label in enumerate(self._labels):
            current, self._next = self._next, None
            opened = _hashed(_opened(label) if current is None else current)
            self._next = self._begin(place + 1)
            yield opened

    def close(self) -> None:
        """Let go of the input that was begun and not taken."""
        if self._next is not None and not isinstance(self._next, InputError):
            self._next.close()
        self._next = None


def _hashed(opened: Input | InputError) -> Input | InputError:
    if isinstance(opened, InputError):
        return opened
    try:
        opened.digest()
    except InputError as error:
        opened.close()
        return error
    return opened


def _opened(label: str | S3Object) -> Input | InputError:
    try:
        return open_input(label)
    except InputError as error:
        return error

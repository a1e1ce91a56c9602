"""Row stores: the targets' domains, brands and industries, and who has which domain.

A list may have a million rows, and is read whenever a command starts. So the compiled store
(`detector._kernel.Rows`) takes plain rows straight from the octets of the file, and the screen
reads its keys there; `ListRows` does the same in Python where nothing is compiled, or where every
row is to be looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from detector.punycode import ACE_PREFIX

if TYPE_CHECKING:
    from detector.suffixes import SuffixList

try:
    from detector._kernel import Rows
except ImportError:  # built where there was no C compiler
    Rows = None  # type: ignore[assignment, misc]


class RowStore(Protocol):
    """Rows in the order of their file; no domain is there twice.

    Once a screen was made of it, a compiled one cannot change: `odd` and `append` raise ValueError.
    """

    def read(
        self, data: bytes, start: int, line: int, width: int, columns: tuple[int, int, int, int], /
    ) -> None:
        """Begin to read a file.

        Args:
            data: its text in UTF-8, lines ended by line feeds.
            start: offset of the first row.
            line: its line.
            width: columns that there are.
            columns: those of domain, brand, industry and owned names, from 0; the last is -1 if
                there is none.
        """

    def odd(self) -> tuple[int, bytes] | None:
        """Take plain rows up to one that is not; give its line and octets, or None at the end."""

    def append(self, domain: str, brand: str, industry: str, line: int, /) -> None:
        """Add a row; its domain is new."""

    def place(self, domain: str, /) -> int:
        """Give the place of a domain, from 0, or -1."""

    def is_label(self, label: str, /) -> bool:
        """Say whether a label is that of a row's domain."""

    def row(self, place: int, /) -> tuple[str, str, str]:
        """Give domain, brand and industry.

        Raises:
            IndexError: there is no such place.
        """

    def line(self, place: int, /) -> int:
        """Give the line a row stood in."""

    def domains(self) -> Sequence[str]:
        """Give all domains."""

    def idns(self) -> list[int]:
        """Give the places of domains whose label is an A-label."""

    def __len__(self) -> int: ...


class ListRows:
    """A row store in lists; to it, every row is odd."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str]] = []
        self._lines: list[int] = []
        self._places: dict[str, int] = {}
        self._labels: frozenset[str] | None = None
        self._waiting: list[tuple[int, bytes]] = []

    def read(
        self,
        data: bytes,
        start: int,
        line: int,
        width: int,  # noqa: ARG002 - whoever looks at a row takes it apart
        columns: tuple[int, int, int, int],  # noqa: ARG002
        /,
    ) -> None:
        """See `RowStore.read`."""
        self._waiting = list(enumerate(data[start:].split(b"\n"), line))[::-1]

    def odd(self) -> tuple[int, bytes] | None:
        """See `RowStore.odd`."""
        return self._waiting.pop() if self._waiting else None

    def append(self, domain: str, brand: str, industry: str, line: int, /) -> None:
        """See `RowStore.append`."""
        self._places[domain] = len(self._rows)
        self._rows.append((domain, brand, industry))
        self._lines.append(line)
        self._labels = None

    def place(self, domain: str, /) -> int:
        """See `RowStore.place`."""
        return self._places.get(domain, -1)

    def is_label(self, label: str, /) -> bool:
        """See `RowStore.is_label`."""
        if self._labels is None:
            self._labels = frozenset([domain.partition(".")[0] for domain in self._places])
        return label in self._labels

    def row(self, place: int, /) -> tuple[str, str, str]:
        """See `RowStore.row`."""
        if place < 0:
            raise IndexError(place)
        return self._rows[place]

    def line(self, place: int, /) -> int:
        """See `RowStore.line`."""
        return self._lines[place]

    def domains(self) -> Sequence[str]:
        """See `RowStore.domains`."""
        return list(self._places)

    def idns(self) -> list[int]:
        """See `RowStore.idns`."""
        return [at for domain, at in self._places.items() if domain.startswith(ACE_PREFIX)]

    def __len__(self) -> int:
        return len(self._rows)


def make_rows(suffixes: SuffixList | None = None) -> RowStore:
    """Make an empty store: compiled where it can be; without suffixes, no row is plain to it."""
    return ListRows() if Rows is None else Rows(list(suffixes.rules()) if suffixes else [])

"""Targets: a file of domain, brand, industry and owned names in, the list to protect out.

The file is CSV with a header (see `detector.target_table`). Domains may be in Unicode or A-label
form, and must be registrable (see `detector.registrable`). What is wrong with a row is a `Problem`:
`check_targets` gives every one; loading keeps what the row still says, and leaves it out only if
its domain is of no use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple, overload

from detector import punycode
from detector.errors import InvalidData, InvalidTargets
from detector.row_store import RowStore
from detector.suffixes import SuffixList
from detector.target_rows import UNKNOWN, Rows, read_rows
from detector.target_table import Problem, escaped, read_table

_DATA = Path(__file__).with_name("data")

BUNDLED: Final = _DATA / "targets.csv"
"""Well-known brands of the world: what is protected if nobody says otherwise."""

INDUSTRIES: Final = _DATA / "industries.csv"
"""The industries of the bundled list: ``slug,label``, sorted by slug."""


class Target(NamedTuple):
    """A domain that is protected."""

    domain: str
    """The registrable domain in A-label form, ``paypal.com``."""

    brand: str
    """Whose it is, as its owner writes it: ``Citroën``. Any printable characters."""

    industry: str = UNKNOWN
    """What the brand is known for: a slug of `INDUSTRIES` in the bundled list, else any text."""

    owned: tuple[str, ...] = ()
    """Other names of the brand in A-label form, which are never reported as its lookalikes."""

    @property
    def label(self) -> str:
        """The registrable label in A-label form, ``paypal``."""
        return self.domain.partition(".")[0]

    @property
    def unicode_label(self) -> str:
        """The registrable label as a person would read it, ``citroën``."""
        return _to_unicode(self.label)

    @property
    def suffix(self) -> str:
        """The public suffix in A-label form, ``co.uk``: all that stands right of the label."""
        return self.domain.partition(".")[2]


class Statistics(NamedTuple):
    """What a target list holds, in numbers."""

    targets: int
    """Domains that are protected."""

    brands: int
    """Different brands among them."""

    names: int
    """Different names that are never reported: the targets' domains and what their brands own."""

    industries: tuple[tuple[str, int], ...]
    """Each industry and its targets, the most frequent first."""


class OwnNames(AbstractSet[str]):
    """The names that belong to a target's owner; a set that cannot change."""

    def __init__(self, store: RowStore, owned: frozenset[str]) -> None:
        self._store = store
        self.owned = owned
        """Those that are owned beside the targets' domains; some may be both."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (self._store.place(name) >= 0 or name in self.owned)

    def __iter__(self) -> Iterator[str]:
        yield from self._store.domains()
        yield from (name for name in self.owned if self._store.place(name) < 0)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class TargetList(Sequence[Target]):
    """Targets in the order of their file; immutable. No domain is in it twice."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.store = rows.store
        """Where the rows are kept: what the compiled screen reads."""
        self.own = OwnNames(rows.store, frozenset[str]().union(*rows.owned.values()))
        """Every target's domain and every owned name, in A-label form. What stands below one is
        its owner's too, except below a private suffix such as ``github.io``."""

    @classmethod
    def load(cls, path: Path | None = None, suffixes: SuffixList | None = None) -> TargetList:
        """Read a target file; without a path, the bundled list.

        Args:
            path: the file.
            suffixes: the public suffix list; loaded if not given.

        Raises:
            InvalidTargets: the file is no table of targets, or has no row that can be used.
        """
        path = path or BUNDLED
        rows = read_rows(read_table(path), suffixes or SuffixList.load())
        if not rows.store:
            problems = (*rows.problems, _NO_TARGET)
            msg = f"{escaped(str(path))}: {_NO_TARGET}; first: {problems[0]}"
            raise InvalidTargets(msg, problems)
        return cls(rows)

    @classmethod
    def of(cls, targets: Iterable[Target]) -> TargetList:
        """Make a list of targets that are known to be sound, and each there once."""
        rows = Rows()
        for place, target in enumerate(targets):
            rows.store.append(target.domain, target.brand, target.industry, place + 1)
            if target.owned:
                rows.owned[place] = target.owned
        return cls(rows)

    def __len__(self) -> int:
        return len(self.store)

    @overload
    def __getitem__(self, index: int) -> Target: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Target, ...]: ...
    def __getitem__(self, index: int | slice) -> Target | tuple[Target, ...]:
        if isinstance(index, slice):
            return tuple([self[place] for place in range(*index.indices(len(self)))])
        place = index if index >= 0 else index + len(self)
        return Target(*self.store.row(place), self._rows.owned.get(place, ()))

    @cached_property
    def domains(self) -> Sequence[str]:
        """Each target's domain in A-label form."""
        return self.store.domains()

    @cached_property
    def labels(self) -> Sequence[str]:
        """Each target's registrable label in A-label form."""
        return [domain.partition(".")[0] for domain in self.domains]

    def is_label(self, label: str) -> bool:
        """Say whether a label in A-label form is the registrable label of a target."""
        return self.store.is_label(label)

    def idn_labels(self) -> Iterator[tuple[int, str]]:
        """Give the place and the Unicode form of each label that is an IDN label."""
        for place in self.store.idns():
            yield place, _to_unicode(self.store.row(place)[0].partition(".")[0])

    @property
    def problems(self) -> Sequence[Problem]:
        """What was wrong in the file, by line: each was mended, or its row left out."""
        return self._rows.problems

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content in hexadecimal: lists that are the same to us have the same."""
        from hashlib import sha256  # 5 ms that a single check saves

        rows = self._rows
        places = range(len(self))
        lines = ["\t".join([*self.store.row(at), *rows.owned.get(at, ())]) for at in places]
        return sha256("\n".join(lines).encode()).hexdigest()

    def statistics(self) -> Statistics:
        """Count what the list holds."""
        rows = [self.store.row(place) for place in range(len(self))]
        industries = Counter([industry for _, _, industry in rows])
        return Statistics(
            targets=len(self),
            brands=len({brand for _, brand, _ in rows}),
            names=len(self.own),
            industries=tuple(sorted(industries.items(), key=lambda item: (-item[1], item[0]))),
        )


_NO_TARGET = Problem(0, "", "", "holds no target that can be used")


def check_targets(
    path: Path,
    industries: Collection[str] | None = None,
    suffixes: SuffixList | None = None,
) -> Iterator[Problem]:
    """Give everything that is wrong with a target file, by line; nothing if it is sound.

    Args:
        path: the file.
        industries: the only industries allowed, such as `load_industries` gives; None for any.
        suffixes: the public suffix list; loaded if not given.
    """
    try:
        table = read_table(path)
    except InvalidTargets as error:
        yield from (problem for problem in error.problems if isinstance(problem, Problem))
        return
    rows = read_rows(table, suffixes or SuffixList.load(), industries)
    yield from rows.problems
    if not rows.store:
        yield _NO_TARGET


def load_industries(path: Path = INDUSTRIES) -> dict[str, str]:
    """Read the fixed vocabulary of industries: slug to label, in the order of the file.

    Raises:
        InvalidData: a line is no slug and label, or a slug is there twice.
    """
    header, *lines = path.read_text("utf-8").splitlines()
    rows = [line.split(",") for line in lines]
    industries = {row[0]: row[-1] for row in rows}
    if header != "slug,label" or len(industries) < len(rows) or {*map(len, rows)} != {2}:
        msg = f"{path}: not a header 'slug,label' and lines of one new slug and its label"
        raise InvalidData(msg)
    return industries


def _to_unicode(label: str) -> str:
    if not label.startswith(punycode.ACE_PREFIX):
        return label
    return punycode.decode(label[len(punycode.ACE_PREFIX) :]) or label

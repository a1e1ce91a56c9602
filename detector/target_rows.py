"""Target rows: the lines of a target table in, what can be used of them and every problem out.

A list has up to millions of rows, nearly all of them plain: those the store takes by itself
(`detector.row_store`). What is unusual in any way comes here, is mended where it can be, and told.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from detector.registrable import Registrable
from detector.row_store import ListRows, RowStore, make_rows
from detector.suffixes import SuffixList
from detector.target_table import NEEDED, OWNED, Problem, Table, escaped, fields_of, is_row

UNKNOWN: Final = "unknown"
"""The industry of a target that names none."""

DOMAIN, BRAND, INDUSTRY = NEEDED


class Rows:
    """What a table holds."""

    def __init__(self, store: RowStore | None = None) -> None:
        """Begin with nothing but a store; an empty one if none is given."""
        self.store = make_rows() if store is None else store
        """Domain (in A-label form), brand and industry of each target."""
        self.owned: dict[int, tuple[str, ...]] = {}
        """Other names of the brand in A-label form, by place in the store; few rows have any."""
        self.problems: list[Problem] = []
        """What is wrong, by line."""


def read_rows(
    table: Table, suffixes: SuffixList, industries: Collection[str] | None = None
) -> Rows:
    """Read all rows of a table.

    Args:
        table: the table.
        suffixes: the public suffix list.
        industries: the only industries allowed; None for any.
    """
    reader = _Reader(table, suffixes, industries)
    reader.read()
    reader.compare_owners()
    reader.rows.problems.sort(key=lambda problem: problem.line)
    return reader.rows


class _Reader:
    """Reads the rows that are not plain, one by one, while the store takes all others."""

    def __init__(
        self, table: Table, suffixes: SuffixList, industries: Collection[str] | None
    ) -> None:
        self.rows = Rows(make_rows(suffixes) if industries is None else ListRows())
        self._store = self.rows.store
        self._table = table
        self._registrable = Registrable(suffixes)
        self._industries = industries

    def read(self) -> None:
        """Read every row."""
        table, columns = self._table, self._table.columns
        domain, brand, industry = (columns[column] for column in NEEDED)
        places = (domain, brand, industry, columns.get(OWNED, -1))
        self._store.read(table.data, table.start, table.first, table.width, places)
        while odd := self._store.odd():
            number, octets = odd
            row = self._mend(octets.decode(), number)
            if row:
                self._take(row, number)

    def _take(self, row: list[str], number: int) -> None:
        """Take a row whose domain is sound and new."""
        columns = self._table.columns
        domain, brand, industry = (row[columns[column]].strip() for column in NEEDED)
        if not brand or not brand.isprintable():
            brand = self._brand(brand, domain, number)
        odd = not industry or not industry.isprintable()
        if odd or (self._industries is not None and industry not in self._industries):
            industry = self._industry(industry, number)
        self._store.append(domain, brand, industry, number)
        owned = row[columns[OWNED]] if OWNED in columns else ""
        if owned:
            self._take_owned(owned, domain, number)

    def _problem(self, line: int, column: str, value: str, message: str) -> None:
        self.rows.problems.append(Problem(line, column, escaped(value), message))

    def _mend(self, line: str, number: int) -> list[str]:
        """Give the row's fields with its domain in A-label form; nothing if there is no target."""
        if not is_row(line):
            return []
        row = self._fields(line, number)
        at_domain = self._table.columns[DOMAIN]
        value = row[at_domain].strip()
        if not value:
            self._problem(number, DOMAIN, "", "is empty: write a domain, such as paypal.com")
            return []
        domain = value.lower()
        if not self._registrable.is_plain(domain):
            reading = self._registrable.read(value)
            domain = reading.domain
            if reading.fault:
                self._problem(number, DOMAIN, value, reading.fault)
        place = self._store.place(domain)
        if place >= 0:
            earlier = self._store.line(place)
            self._problem(number, DOMAIN, value, f"stands in line {earlier} already: drop one")
            return []
        row[at_domain] = domain
        return row if domain else []

    def _fields(self, line: str, number: int) -> list[str]:
        """Split a line into as many fields as the header has."""
        width = self._table.width
        try:
            row = fields_of(line)
        except ValueError as error:
            message = f"has quotes that do not match ({error}): close each, and double inner ones"
            self._problem(number, "", line, message)
            row = line.replace('"', "").split(",")
        needed = 1 + max(self._table.columns[column] for column in NEEDED)
        if len(row) > width:
            message = f"has {len(row)} columns, the header {width}: quote a value with a comma"
            self._problem(number, "", line, message)
        elif len(row) < needed:
            message = f"has {len(row)} columns, but needs {needed}: add what is missing"
            self._problem(number, "", line, message)
        return row[:width] + [""] * (width - len(row))

    def _brand(self, brand: str, domain: str, number: int) -> str:
        """Say what is wrong with a brand, and give the domain's label instead."""
        odd = next((char for char in brand if not char.isprintable()), "")
        message = f"holds U+{ord(odd):04X}, which cannot be printed: drop it" if odd else ""
        self._problem(number, BRAND, brand, message or "is empty: write the brand's name")
        return self._registrable.read(domain).unicode_label

    def _industry(self, industry: str, number: int) -> str:
        """Say what is wrong with an industry; one of no vocabulary is kept all the same."""
        message = "is not in the vocabulary: take one of its slugs, or extend it"
        if not industry:
            message = f"is empty: write one word, or {UNKNOWN!a}"
        elif not industry.isprintable():
            message = "holds a character that cannot be printed: drop it"
        self._problem(number, INDUSTRY, industry, message)
        return industry if industry.isprintable() and industry else UNKNOWN

    def _take_owned(self, value: str, domain: str, number: int) -> None:
        """Read the owned names of the row that was taken last."""
        names: list[str] = []
        for word in value.split():
            name = word
            if not self._registrable.is_plain(word):
                reading = self._registrable.read_host(word)
                if reading.fault:
                    self._problem(number, OWNED, word, reading.fault)
                name = reading.domain
            if name in names or name == domain:
                self._problem(number, OWNED, word, "stands in this row already: drop one")
            elif name:
                names.append(name)
        if names:
            self.rows.owned[len(self._store) - 1] = tuple(names)

    def compare_owners(self) -> None:
        """Find names that two brands claim, as domain or as owned; both rows are kept."""
        store = self._store
        owners: dict[str, int] = {}
        for place, names in self.rows.owned.items():
            for name in names:
                other = store.place(name)
                other = owners.setdefault(name, place) if other < 0 else other
                theirs, ours = store.row(other)[1], store.row(place)[1]
                if theirs != ours:
                    brand, line = escaped(theirs), store.line(other)
                    message = f"belongs to the brand '{brand}' of line {line}: leave it to one"
                    self._problem(store.line(place), OWNED, name, message)

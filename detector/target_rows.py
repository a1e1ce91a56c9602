"""Target rows: the lines of a target table in, what can be used of them and every problem out.

A list has up to millions of rows, nearly all of them plain, and is read whenever a command starts.
So a row costs three look-ups and no object of its own; only what is unusual is looked at closely.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from detector.registrable import Registrable
from detector.target_table import NEEDED, OWNED, Problem, Table, escaped, fields_of, is_row

UNKNOWN: Final = "unknown"
"""The industry of a target that names none."""

DOMAIN, BRAND, INDUSTRY = NEEDED


@dataclass(slots=True)
class Rows:
    """What a table holds; the first three lists are parallel."""

    domains: list[str] = field(default_factory=list)
    """Registrable domains in A-label form, each once."""

    brands: list[str] = field(default_factory=list)
    """Their brands."""

    industries: list[str] = field(default_factory=list)
    """Their industries."""

    owned: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Other names of the brand in A-label form, by place in the lists; few rows have any."""

    problems: list[Problem] = field(default_factory=list)
    """What is wrong, by line."""


def read_rows(
    table: Table, registrable: Registrable, industries: Collection[str] | None = None
) -> Rows:
    """Read all rows of a table.

    Args:
        table: the table.
        registrable: tells what is a registrable domain.
        industries: the only industries allowed; None for any.
    """
    reader = _Reader(table, registrable, industries)
    reader.read()
    reader.compare_owners()
    reader.rows.problems.sort(key=lambda problem: problem.line)
    return reader.rows


class _Reader:
    """Reads rows one by one, and remembers what later ones may not repeat."""

    def __init__(
        self, table: Table, registrable: Registrable, industries: Collection[str] | None
    ) -> None:
        self.rows = Rows()
        self._table = table
        self._registrable = registrable
        self._industries = industries
        self._places: dict[str, int] = {}  # domain -> its place in the lists
        self._numbers: list[int] = []  # its line, by place

    def read(self) -> None:
        """Read every row: plain ones here, all others in `_mend`."""
        width, columns, places = self._table.width, self._table.columns, self._places
        at_domain, at_brand, at_industry = (columns[column] for column in NEEDED)
        at_owned = columns.get(OWNED, -1)
        is_plain, industries = self._registrable.is_plain, self._industries
        domains, brands, kinds = self.rows.domains, self.rows.brands, self.rows.industries
        first = self._table.first
        for number, line in enumerate(self._table.lines[first:], first + 1):
            row = line.split(",")
            plain = len(row) == width and '"' not in line
            domain = row[at_domain] if plain else ""
            if not plain or not is_plain(domain) or domain in places:
                mended = self._mend(line, number)
                if not mended:
                    continue
                row, domain = mended, mended[at_domain]
            brand, industry = row[at_brand].strip(), row[at_industry].strip()
            if not brand or not brand.isprintable():
                brand = self._brand(brand, domain, number)
            odd = not industry or not industry.isprintable()
            if odd or (industries is not None and industry not in industries):
                industry = self._industry(industry, number)
            places[domain] = len(domains)
            self._numbers.append(number)
            domains.append(domain)
            brands.append(brand)
            kinds.append(industry)
            if at_owned >= 0 and row[at_owned]:
                self._take_owned(row[at_owned], number)

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
        if domain in self._places:
            earlier = self._numbers[self._places[domain]]
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

    def _take_owned(self, value: str, number: int) -> None:
        """Read the owned names of the row that was taken last."""
        names: list[str] = []
        for word in value.split():
            name = word
            if not self._registrable.is_plain(word):
                reading = self._registrable.read_host(word)
                if reading.fault:
                    self._problem(number, OWNED, word, reading.fault)
                name = reading.domain
            if name in names or name == self.rows.domains[-1]:
                self._problem(number, OWNED, word, "stands in this row already: drop one")
            elif name:
                names.append(name)
        if names:
            self.rows.owned[len(self.rows.domains) - 1] = tuple(names)

    def compare_owners(self) -> None:
        """Find names that two brands claim, as domain or as owned; both rows are kept."""
        rows = self.rows
        owners: dict[str, int] = {}
        for place, names in rows.owned.items():
            for name in names:
                other = self._places.get(name, owners.setdefault(name, place))
                if rows.brands[other] != rows.brands[place]:
                    brand, line = escaped(rows.brands[other]), self._numbers[other]
                    message = f"belongs to the brand '{brand}' of line {line}: leave it to one"
                    self._problem(self._numbers[place], OWNED, name, message)

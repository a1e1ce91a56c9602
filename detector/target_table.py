"""Target tables: the octets of a target file in, its columns and lines out, or why it is no table.

A target file is CSV in UTF-8: a header that names the columns, then one target a line. A quoted
field may hold commas and quotes but no line break, so that a quote which is never closed spoils
one line and not the rest of the file. Blank lines and lines that begin with ``#`` do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from detector.errors import InvalidTargets

NEEDED: Final = ("domain", "brand", "industry")
"""Columns that a target file must have, in any order; others are allowed."""

OWNED: Final = "owned"
"""A column that it may have: the brand's other names, divided by blanks."""

_SHOWN = 80
_MAGIC: Final = {
    b"\x1f\x8b": "is compressed by gzip: unpack it first",
    b"\x28\xb5\x2f\xfd": "is compressed by zstd: unpack it first",
    b"PK\x03\x04": "is a ZIP archive or a spreadsheet: save it as CSV first",
    b"\xff\xfe": "is text in UTF-16: save it as UTF-8",
    b"\xfe\xff": "is text in UTF-16: save it as UTF-8",
}


class Problem(NamedTuple):
    """One thing that is wrong with a target file."""

    line: int
    """Its line, from 1; 0 for the file as a whole."""

    column: str
    """The name of its column, or empty for the line as a whole."""

    value: str
    """The value there, escaped: it can be printed."""

    message: str
    """What is wrong, and how to mend it: one sentence whose subject is the value or the line."""

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        column = f"{self.column} " if self.column else ""
        value = f"'{self.value}' " if self.value else ""
        return f"{place}{column}{value}{self.message}"


class Table(NamedTuple):
    """A target file that can be read."""

    columns: Mapping[str, int]
    """Place of each of `NEEDED` in a row, and of `OWNED` if it is there; from 0."""

    width: int
    """Columns of the header."""

    data: bytes
    """The text of the file in UTF-8, lines ended by line feeds."""

    start: int
    """Offset of the first line after the header."""

    first: int
    """Its number, from 1."""


def read_table(path: Path) -> Table:
    """Read a target file.

    Raises:
        InvalidTargets: the file cannot be read, is no UTF-8 text, or has no header; with one
            `Problem` for each reason.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"{escaped(str(path))}: {error.strerror}"
        raise InvalidTargets(msg, (Problem(0, "", "", f"{error.strerror}"),)) from error
    return parse_table(data, escaped(str(path)))


def parse_table(data: bytes, name: str) -> Table:
    """Read the octets of a target file; `name` is what messages call it."""
    decoded = _text(data, name)
    if "\r" in decoded:
        decoded = decoded.replace("\r\n", "\n").replace("\r", "\n")
    text = decoded.encode()
    start, number = 0, 1
    while start < len(text):
        stop = text.find(b"\n", start)
        stop = len(text) if stop < 0 else stop
        line = text[start:stop].decode()
        start = stop + 1
        if is_row(line):
            return Table(*_with_header(line, number, name), text, start, number + 1)
        number += 1
    raise _invalid(name, Problem(0, "", "", "is empty: it needs a header and one target a line"))


def is_row(line: str) -> bool:
    """Say whether a line counts: not blank, no comment, not a row of empty fields."""
    return not line.startswith("#") and bool(line.strip(" \t,"))


def fields_of(line: str) -> list[str]:
    """Split a line at the commas outside quotes.

    >>> fields_of('brand.example,"Brand, ""the"" one",retail')
    ['brand.example', 'Brand, "the" one', 'retail']

    Raises:
        ValueError: a quote is never closed, or text follows a closing one.
    """
    if '"' not in line:
        return line.split(",")
    import csv  # seldom needed, and start-up counts

    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        raise ValueError(str(error)) from error


def escaped(value: str) -> str:
    r"""Give a value as printable ASCII, cut off after 80 characters.

    >>> escaped("rm\x1b[2Jé")
    'rm\\x1b[2J\\xe9'
    """
    text = ascii(value[:_SHOWN])[1:-1]
    return text + "..." if len(value) > _SHOWN else text


def _text(data: bytes, name: str) -> str:
    """Decode a file, or say what it is instead of UTF-8 text."""
    for magic, message in _MAGIC.items():
        if data.startswith(magic):
            raise _invalid(name, Problem(0, "", "", message))
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise _invalid(name, Problem(line, "", "", "holds a NUL octet: this is no text file"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    problems = []
    for number, octets in enumerate(data.split(b"\n"), 1):
        try:
            octets.decode()
        except UnicodeDecodeError as error:
            value = escaped(octets.decode("latin-1").strip())
            octet = f"holds octet 0x{octets[error.start]:02x}, which is not UTF-8: save as UTF-8"
            problems.append(Problem(number, "", value, octet))
    raise _invalid(name, *problems)


def _with_header(line: str, first: int, name: str) -> tuple[dict[str, int], int]:
    """Read the header in line `first`: the place of each column, and how many there are."""
    try:
        header = [field.strip().lower() for field in fields_of(line)]
    except ValueError:
        header = []
    known: tuple[str, ...] = (*NEEDED, OWNED)
    columns = {column: header.index(column) for column in known if column in header}
    missing = [column for column in NEEDED if column not in columns]
    if len(missing) == len(NEEDED):
        message = (
            "is no header: the first line must be 'domain,brand,industry' or"
            " 'domain,brand,industry,owned'; a list of top sites must be imported first"
        )
        if NEEDED[0] in line.lower():
            message = "is no header: divide the columns by commas"
        raise _invalid(name, Problem(first, "", escaped(line), message))
    problems = [
        Problem(first, column, "", "is missing from the header: add the column")
        for column in missing
    ]
    problems += [
        Problem(first, column, "", "stands in the header twice: keep one")
        for column in columns
        if header.count(column) > 1
    ]
    if problems:
        raise _invalid(name, *problems)
    return columns, len(header)


def _invalid(name: str, *problems: Problem) -> InvalidTargets:
    more = f" (and {len(problems) - 1} problems more)" if len(problems) > 1 else ""
    return InvalidTargets(f"{name}: {problems[0]}{more}", problems)

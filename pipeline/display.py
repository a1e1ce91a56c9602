r"""Display: hostile text in, text that a terminal can take out; tables of it.

Names are hostile by trade: terminal escapes, bidi controls that turn a line around, characters
without width. The rule: the A-label first, which is ASCII; the Unicode form only beside it, with
everything that is not plainly a letter, digit, mark or sign written as ``\u{202e}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import unicodedata2

from detector.characters import is_ignorable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_MARKS = frozenset({"Mn", "Me", "Mc"})
_ISOLATE, _POP = "\u2068", "\u2069"

MAX_MARKS = 2
"""Marks on one character that are shown; more would climb into the lines around."""

FORMULA = "=+-@\t\r\n＝＋－＠"
"""What a cell of a spreadsheet must not begin with: an ``export`` to CSV puts ``'`` before it."""


def escape(text: str) -> str:
    r"""Make text safe to print.

    >>> escape("pаypal\x1b[31m.com")
    'pаypal\\u{1b}[31m.com'
    >>> escape("moc.lapyap" + chr(0x202E))
    'moc.lapyap\\u{202e}'
    """
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    turned = False
    for place, char in enumerate(text):
        marks = marks + 1 if unicodedata2.category(char) in _MARKS else 0
        loose = marks > MAX_MARKS or (marks and not place)
        if loose or _is_hidden(char):
            shown.append(_code(char))
            continue
        shown.append(char)
        turned = turned or unicodedata2.bidirectional(char) in _RIGHT_TO_LEFT
    line = "".join(shown)
    return f"{_ISOLATE}{line}{_POP}" if turned else line


def _code(char: str) -> str:
    return f"\\u{{{ord(char):x}}}"


def _is_hidden(char: str) -> bool:
    """Controls, format characters, what is drawn as nothing or as a space, what has no meaning."""
    if char == " " or "!" <= char <= "~":
        return False
    category = unicodedata2.category(char)
    return category in _HIDDEN or category == "Zs" or is_ignorable(char)


def beside(ascii_form: str, unicode_form: str) -> str:
    """Give a name for people: as DNS has it, and what it looks like beside it.

    >>> beside("xn--80ak6aa92e.com", "аррӏе.com")
    'xn--80ak6aa92e.com (аррӏе.com)'
    """
    if ascii_form == unicode_form:
        return escape(ascii_form)
    return f"{escape(ascii_form)} ({escape(unicode_form)})"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, right: str = "") -> str:
    """Lay out a table in plain text; put what may be wider than it looks into the last column.

    >>> print(table(["name", "n"], [["paypal.com", "1"], ["a.com", "20"]], right="n"))
    name         n
    ----------  --
    paypal.com   1
    a.com       20

    Args:
        header: the columns' names.
        rows: the cells, escaped already.
        right: names of the columns that stand on the right, divided by spaces.
    """
    body = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *body, strict=True)]
    lines = [header, ["-" * width for width in widths], *body]
    aligned = right.split()
    return "\n".join(
        "  ".join(
            cell.rjust(width) if name in aligned else cell.ljust(width)
            for cell, width, name in zip(line, widths, header, strict=True)
        ).rstrip()
        for line in lines
    )

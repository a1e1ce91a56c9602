"""Label characters: every code point that can stand in a domain label, and its other case.

Two standards decide, and registries and browsers do not agree on which: IDNA2008 (RFC 5892: PVALID,
CONTEXTJ and CONTEXTO) and UTS #46 (valid or deviation), which lets symbols and emoji through that
IDNA2008 refuses. A code point that either allows is one an attacker can use. What UTS #46 maps to
something else (capitals, fullwidth and mathematical letters) is read as what it is mapped to, and
needs no row in the confusable map.

The tables are Unicode 18's, from the package ``idna``; the interpreter's own are older.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import unicodedata2

_VALID, _DEVIATION, _MAPPED = b"VDM"
_SURROGATES = range(0xD800, 0xE000)


def label_characters() -> Iterator[str]:
    """Give the non-ASCII code points that IDNA2008 or UTS #46 allows in a label, in order.

    >>> allowed = set(label_characters())
    >>> [char in allowed for char in "аß♥Аｇ"]  # Cyrillic a; sharp s; a heart; capital; fullwidth
    [True, True, True, False, False]
    """
    from idna.idnadata import codepoint_classes

    allowed: set[int] = set()
    for kind in ("PVALID", "CONTEXTJ", "CONTEXTO"):
        for packed in codepoint_classes[kind]:
            allowed.update(range(packed >> 32, packed & 0xFFFF_FFFF))
    for first, last, status, _ in _uts46_ranges():
        if status in (_VALID, _DEVIATION):
            allowed.update(range(first, last + 1))
    return (chr(number) for number in sorted(allowed) if number >= 0x80)


def capitals() -> dict[str, tuple[str, ...]]:
    """Map a letter to the capitals that UTS #46 maps to it: case from pinned data.

    Compatibility capitals (fullwidth, mathematical) are left out: they look like the plain one.

    >>> capitals()["к"]
    ('К',)
    """
    found: dict[str, list[str]] = defaultdict(list)
    for first, last, status, replacement in _uts46_ranges():
        if status != _MAPPED or len(replacement) != 1:
            continue
        for number in range(first, last + 1):
            char = chr(number)
            plain = unicodedata2.normalize("NFKC", char) == char
            if plain and unicodedata2.category(char) == "Lu":
                found[replacement].append(char)
    return {small: tuple(sorted(large)) for small, large in found.items()}


def deviation_foldings() -> dict[str, str]:
    """Map UTS #46's deviation characters to what IDNA2003 made of them: ``ß`` to ``ss``.

    >>> deviation_foldings()["ß"]
    'ss'
    """
    return {
        chr(first): replacement
        for first, _, status, replacement in _uts46_ranges()
        if status == _DEVIATION and replacement
    }


def _uts46_ranges() -> Iterator[tuple[int, int, int, str]]:
    """Give UTS #46's table as first and last code point, status letter, replacement."""
    from idna.uts46data import uts46_replacements, uts46_starts, uts46_statuses

    ends = [*uts46_starts[1:], 0x110000]
    for place, (first, end) in enumerate(zip(uts46_starts, ends, strict=True)):
        if first not in _SURROGATES:
            yield first, end - 1, uts46_statuses[place], uts46_replacements[place] or ""

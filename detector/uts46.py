"""UTS #46 mapping: a name that arrives as Unicode text, in the form that can be looked up.

Non-transitional (UTS #46, section 4, steps 1 and 2): characters are mapped, ignored ones dropped,
and the result put into Normalization Form C. ``ß``, ``ς``, ZWJ and ZWNJ stay, for they make other
domains. Disallowed characters stay too: whether a label is valid is a feature of it, never a reason
to lose it. The ideographic, fullwidth and halfwidth full stops become ``.``.

The table is Unicode 18's, from the package ``idna``, read when a first character is asked for: most
runs never need it. Nothing here knows about labels.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

import unicodedata2

_MAPPED, _IGNORED = b"MI"


@lru_cache(maxsize=4096)
def mapping(char: str) -> str:
    """Map one character; a valid, deviation or disallowed one to itself, an ignored one to ``""``.

    >>> mapping("ｇ"), mapping("ſ"), mapping("Ⅷ"), mapping("。"), mapping("İ")
    ('g', 's', 'viii', '.', 'i̇')
    >>> mapping("ß"), mapping("ı"), mapping(chr(0xAD))
    ('ß', 'ı', '')
    """
    from idna.uts46data import uts46_replacements, uts46_starts, uts46_statuses

    place = bisect_right(uts46_starts, ord(char)) - 1
    status = uts46_statuses[place]
    if status == _MAPPED:
        return uts46_replacements[place] or ""
    return "" if status == _IGNORED else char


def map_text(text: str) -> str:
    """Map a text, a whole name or one label, and normalize it to NFC.

    >>> map_text("Ｇoogle。com"), map_text("TEſLA"), map_text("Faß.de"), map_text("Mu\u0308nchen")
    ('google.com', 'tesla', 'faß.de', 'münchen')
    """
    mapped = "".join([mapping(char) for char in text])
    normalized: str = unicodedata2.normalize("NFC", mapped)
    return normalized

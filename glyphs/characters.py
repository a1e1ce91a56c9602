"""Characters: a code point in, whether anything of it can be drawn, and whether a name may hold it.

Unicode's own properties only, by `unicodedata2`; what a font has is `glyphs.render`'s business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

import unicodedata2

UNICODE: str = unicodedata2.unidata_version
"""The version of Unicode that says what is assigned, e.g. ``18.0.0``."""

_INVISIBLE = frozenset({"Cc", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
"""General categories without a shape of their own: controls, gaps, and what nobody has assigned."""

DEFAULT_IGNORABLE: tuple[range, ...] = (
    range(0x00AD, 0x00AE),
    range(0x034F, 0x0350),
    range(0x061C, 0x061D),
    range(0x115F, 0x1161),
    range(0x17B4, 0x17B6),
    range(0x180B, 0x1810),
    range(0x200B, 0x2010),
    range(0x202A, 0x202F),
    range(0x2060, 0x2070),
    range(0x3164, 0x3165),
    range(0xFE00, 0xFE10),
    range(0xFEFF, 0xFF00),
    range(0xFFA0, 0xFFA1),
    range(0xFFF0, 0xFFF9),
    range(0x1BCA0, 0x1BCA4),
    range(0x1D173, 0x1D17B),
    range(0xE0000, 0xE1000),
)
"""Default_Ignorable_Code_Point (UAX #44): not to be seen, though fonts may hold a picture of a
name. The property grows only inside ranges that are set aside already."""


@cache
def drawable() -> frozenset[int]:
    """Give every character that is assigned and has ink in running text.

    >>> [ord(char) in drawable() for char in "a\u0301\u200d\u3000\ue000"]
    [True, True, False, False, False]
    """
    category = unicodedata2.category
    visible = {each for each in range(0x11_0000) if category(chr(each)) not in _INVISIBLE}
    return frozenset(visible.difference(*DEFAULT_IGNORABLE))


@cache
def marks() -> frozenset[int]:
    """Give every character that is drawn on another (general category M).

    >>> 0x0301 in marks(), ord("e") in marks()
    (True, False)
    """
    return frozenset(each for each in drawable() if unicodedata2.category(chr(each))[0] == "M")


@cache
def pvalid() -> frozenset[int]:
    """Give every character that RFC 5892 lets into a label without a context: PVALID."""
    from idna.idnadata import codepoint_classes

    packed = codepoint_classes["PVALID"]
    return frozenset(
        code_point for each in packed for code_point in range(each >> 32, each & 0xFFFF_FFFF)
    )


def pvalid_first(code_points: Iterable[int]) -> Iterator[int]:
    """Give characters in the order in which they matter: PVALID ones, then others, each ascending.

    >>> "".join(map(chr, pvalid_first(map(ord, "Aöz!"))))
    'zö!A'
    """
    allowed = pvalid()
    return iter(sorted(set(code_points), key=lambda each: (each not in allowed, each)))

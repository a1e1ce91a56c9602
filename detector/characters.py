"""Characters: what Unicode 18 says of one code point, as far as a skeleton needs it.

The properties come from ``unicodedata2``, whose release is pinned with the map, and never from the
interpreter's own ``unicodedata``, which knows Unicode 14 on Python 3.11. Nothing here knows about
labels, confusables or targets.
"""

from __future__ import annotations

from bisect import bisect_right

import unicodedata2

UNICODE_VERSION: str = unicodedata2.unidata_version

# Default_Ignorable_Code_Point (DerivedCoreProperties.txt), as first, last; unicodedata2 lacks it.
_DEFAULT_IGNORABLE: tuple[tuple[int, int], ...] = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
_IGNORABLE_STARTS = [first for first, _ in _DEFAULT_IGNORABLE]

# How much of the letter's look survives a mark, by canonical combining class (UCD, field 3).
_MARK_KINDS: dict[int, str] = {
    1: "overlay",
    202: "below",
    214: "above",
    216: "above",
    218: "below",
    220: "below",
    222: "below",
    228: "above",
    230: "above",
    232: "above",
    233: "below",
    234: "above",
    240: "below",
}
MARK_CONFIDENCE: dict[str, float] = {"below": 0.93, "above": 0.88, "overlay": 0.80, "other": 0.85}
"""What a dropped mark leaves of the likeness: a dot below is missed more easily than an accent."""

SPACING_MARK_CONFIDENCE = 0.75
"""What a small mark beside a letter leaves of the likeness: it takes room, and so is seen."""

IGNORABLE_CONFIDENCE = 0.97
"""What a character that is not drawn at all leaves of the likeness."""


def code_point(char: str) -> str:
    """Write a character as Unicode does.

    >>> code_point("а")
    'U+0430'
    """
    return f"U+{ord(char):04X}"


def name(char: str) -> str:
    """Name a character, or say what it is where Unicode gives no name.

    >>> name("ӏ")
    'CYRILLIC SMALL LETTER PALOCHKA'
    >>> name(chr(0x202E)), name(chr(1)), name(chr(0xE000))
    ('RIGHT-TO-LEFT OVERRIDE', '<control>', '<private use>')
    """
    known: str = unicodedata2.name(char, "")
    if known:
        return known
    kinds = {"Cc": "<control>", "Co": "<private use>", "Cs": "<surrogate>", "Cn": "<unassigned>"}
    return kinds.get(unicodedata2.category(char), "<unnamed>")


def is_ignorable(char: str) -> bool:
    """Tell whether a character is drawn as nothing (Default_Ignorable_Code_Point).

    >>> is_ignorable(chr(0x200D)), is_ignorable(chr(0xE0067)), is_ignorable("a")
    (True, True, False)
    """
    number = ord(char)
    place = bisect_right(_IGNORABLE_STARTS, number) - 1
    return place >= 0 and number <= _DEFAULT_IGNORABLE[place][1]


def is_dropped_mark(char: str) -> bool:
    """Tell whether a character is a nonspacing or enclosing mark (gc Mn, Me).

    >>> is_dropped_mark(chr(0x0323)), is_dropped_mark("a")
    (True, False)
    """
    return unicodedata2.category(char) in ("Mn", "Me")


def is_spacing_mark(char: str) -> bool:
    """Tell whether a character is a small mark written beside a letter, such as an apostrophe.

    Unicode keeps those that modify the letter before them in two blocks, Spacing Modifier Letters
    and Modifier Tone Letters; what there is a letter in little has a UTS #46 mapping to it.

    >>> is_spacing_mark("ʼ"), is_spacing_mark("ˈ"), is_spacing_mark("'"), is_spacing_mark("ー")
    (True, True, False, False)
    """
    block = "\u02b0" <= char <= "\u02ff" or "\ua700" <= char <= "\ua721"
    return block and unicodedata2.category(char) in ("Lm", "Sk")


def mark_kind(char: str) -> str:
    """Where a combining mark sits: ``below``, ``above``, ``overlay`` or ``other``.

    >>> mark_kind(chr(0x0323)), mark_kind(chr(0x0301)), mark_kind(chr(0x0338))
    ('below', 'above', 'overlay')
    """
    return _MARK_KINDS.get(unicodedata2.combining(char), "other")


def decomposition(char: str) -> str:
    """Give the full canonical decomposition (never NFKC), or the character itself.

    >>> [code_point(c) for c in decomposition("ḉ")]
    ['U+0063', 'U+0327', 'U+0301']
    """
    decomposed: str = unicodedata2.normalize("NFD", char)
    return decomposed

"""Scripts: which script a character is of, as far as its Unicode name tells.

``unicodedata2`` has no Script property, and the interpreter's Unicode is too old. Names are stable
by Unicode's own policy and begin with the script: ``CYRILLIC SMALL LETTER A``. That is enough to
tell Latin from the rest, which is all that a verdict asks, and to tell a person the rest.
"""

from __future__ import annotations

from functools import lru_cache

import unicodedata2

from detector.characters import name

LATIN, COMMON, INHERITED, UNKNOWN = "Latin", "Common", "Inherited", "Unknown"

# Words of a name that come after the script's own, e.g. WARANG CITI|SMALL LETTER NGAA.
_KINDS = frozenset(
    [
        "ADDITIONAL",
        "ARCHAIC",
        "CAPITAL",
        "CONSONANT",
        "DIGIT",
        "FINAL",
        "FRACTION",
        "INDEPENDENT",
        "LETTER",
        "LIGATURE",
        "MARK",
        "MODIFIER",
        "NUMBER",
        "NUMERAL",
        "NUMERIC",
        "PUNCTUATION",
        "SIGN",
        "SMALL",
        "SUBJOINED",
        "SYLLABICS",
        "SYLLABLE",
        "SYMBOL",
        "TONE",
        "TURNED",
        "VOWEL",
    ]
)
_OTHERS = {
    "CANADIAN": "Canadian Aboriginal",
    "CJK": "Han",
    "COMBINING": INHERITED,
    "FEMININE": LATIN,
    "FULLWIDTH": LATIN,
    "IDEOGRAPHIC": "Han",
    "KELVIN": LATIN,
    "ANGSTROM": LATIN,
    "MASCULINE": LATIN,
    "MATHEMATICAL": COMMON,
    "MICRO": COMMON,
    "MODIFIER": LATIN,
    "SUBSCRIPT": LATIN,
    "SUPERSCRIPT": LATIN,
    "TAG": COMMON,
}
_TWO_WORDS = {"HALFWIDTH KATAKANA": "Katakana", "HALFWIDTH HANGUL": "Hangul"}


@lru_cache(maxsize=4096)
def script(char: str) -> str:
    """Name the script of a character; ``Common`` for what is no letter, ``Unknown`` if unnamed.

    >>> [script(char) for char in "aаαաאあ漢𑣁1"]
    ['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Hebrew', 'Hiragana', 'Han', 'Warang Citi', 'Common']
    """
    category = unicodedata2.category(char)
    if category in ("Mn", "Me"):
        return INHERITED
    if category in ("Cn", "Co", "Cs"):
        return UNKNOWN
    if category[0] not in "LMN" or category == "No" or (char.isascii() and char.isdigit()):
        return COMMON
    words = name(char).split()
    known = _TWO_WORDS.get(" ".join(words[:2])) or _OTHERS.get(words[0])
    if known:
        return known
    kind = next((place for place, word in enumerate(words) if word in _KINDS), 1)
    return " ".join(words[: max(kind, 1)]).title()


def scripts(text: str) -> tuple[str, ...]:
    """Name the scripts of a text, each once, without ``Common`` and ``Inherited``.

    >>> scripts("pаypal-1")
    ('Latin', 'Cyrillic')
    """
    found = dict.fromkeys(script(char) for char in text)
    return tuple([each for each in found if each not in (COMMON, INHERITED)])


def is_cross_script(char: str) -> bool:
    """Tell whether a character above ASCII is a letter or digit of another script than Latin.

    >>> is_cross_script("а"), is_cross_script("ä"), is_cross_script(chr(0x301))
    (True, False, False)
    """
    return not char.isascii() and script(char) not in (LATIN, COMMON, INHERITED)

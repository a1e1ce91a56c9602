"""IDNA validity: whether a label in Unicode may be registered, and if not, the first reason why.

The rules are IDNA2008's for one U-label: RFC 5891 section 4.2, RFC 5892 with its contextual rules,
RFC 5893 for right-to-left text. Code point classes, scripts and joining types are Unicode 18's,
from the package ``idna``; general category, direction and normalization from ``unicodedata2``.

An invalid label is still a label: registries and attackers break these rules, so this is a feature
of a detection and never a gate.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

import unicodedata2


class Fault(StrEnum):
    """The first rule that a label breaks, in the order in which they are tried."""

    NOT_NFC = "not_nfc"
    """Not in Normalization Form C (RFC 5891, 4.2.1)."""

    HYPHENS = "hyphens"
    """A hyphen at either end, or in both the third and fourth place (RFC 5891, 4.2.3.1)."""

    LEADING_MARK = "leading_mark"
    """Starts with a combining mark (RFC 5891, 4.2.3.2)."""

    UNASSIGNED = "unassigned"
    """Holds a code point that Unicode 18 does not know."""

    DISALLOWED = "disallowed"
    """Holds a code point no label may have: capitals, symbols, emoji, controls (RFC 5892, 2)."""

    CONTEXTJ = "contextj"
    """A joiner (ZWJ, ZWNJ) where it changes nothing (RFC 5892, A.1 and A.2)."""

    CONTEXTO = "contexto"
    """A character outside the context it needs, as ``·`` not between l's (RFC 5892, A.3 to A.9)."""

    BIDI = "bidi"
    """Right-to-left text that breaks the Bidi rule (RFC 5893, 2)."""


_VIRAMA = 9
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_ARABIC_INDIC = frozenset(map(chr, range(0x0660, 0x066A)))
_EXTENDED_ARABIC_INDIC = frozenset(map(chr, range(0x06F0, 0x06FA)))

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_NEUTRAL = frozenset({"EN", "ES", "CS", "ET", "ON", "BN", "NSM"})


def first_fault(label: str) -> Fault | None:
    """Give the first IDNA2008 rule that a label in Unicode breaks, or None if it is valid.

    Args:
        label: one label in Unicode, not empty, at most 63 code points.

    >>> first_fault("münchen"), first_fault("аррӏе"), first_fault("a\u0338pple")
    (None, None, None)
    >>> [str(first_fault(label)) for label in ("Аpple", "♥", "pay\u200dpal", "אpple", "-ä")]
    ['disallowed', 'disallowed', 'contextj', 'bidi', 'hyphens']
    """
    if unicodedata2.normalize("NFC", label) != label:
        return Fault.NOT_NFC
    if label[2:4] == "--" or label[:1] == "-" or label[-1:] == "-":
        return Fault.HYPHENS
    if unicodedata2.category(label[0])[0] == "M":
        return Fault.LEADING_MARK
    for position, char in enumerate(label):
        fault = _class_fault(char)
        if fault is None or (
            fault in (Fault.CONTEXTJ, Fault.CONTEXTO) and _in_context(label, position)
        ):
            continue
        return fault
    return None if _bidi_holds(label) else Fault.BIDI


@lru_cache(maxsize=4096)
def _class_fault(char: str) -> Fault | None:
    """The fault of a character by its RFC 5892 class alone: None if PVALID."""
    from idna.idnadata import codepoint_classes
    from idna.intranges import intranges_contain

    number = ord(char)
    if intranges_contain(number, codepoint_classes["PVALID"]):
        return None
    if intranges_contain(number, codepoint_classes["CONTEXTJ"]):
        return Fault.CONTEXTJ
    if intranges_contain(number, codepoint_classes["CONTEXTO"]):
        return Fault.CONTEXTO
    noncharacter = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
    if unicodedata2.category(char) == "Cn" and not noncharacter:
        return Fault.UNASSIGNED
    return Fault.DISALLOWED


def _in_context(label: str, position: int) -> bool:
    """Apply the contextual rule of the character at `position` (RFC 5892, appendix A)."""
    char = label[position]
    before, after = label[position - 1 : position], label[position + 1 : position + 2]
    if char in (_ZWNJ, _ZWJ):
        virama = bool(before) and unicodedata2.combining(before) == _VIRAMA
        return virama or (char == _ZWNJ and _joins(label, position))
    if char == "·":
        return before == after == "l"
    if char == "\u0375":
        return bool(after) and _in_script(after, "Greek")
    if char in "\u05f3\u05f4":
        return bool(before) and _in_script(before, "Hebrew")
    if char == "・":
        return any(_in_script(other, "Hiragana", "Katakana", "Han") for other in label)
    other_digits = _EXTENDED_ARABIC_INDIC if char in _ARABIC_INDIC else _ARABIC_INDIC
    return other_digits.isdisjoint(label)


def _in_script(char: str, *scripts: str) -> bool:
    from idna.idnadata import scripts as ranges
    from idna.intranges import intranges_contain

    return any(intranges_contain(ord(char), ranges[script]) for script in scripts)


def _joins(label: str, position: int) -> bool:
    """Whether a ZWNJ breaks a cursive join: ``(L|D) T* ZWNJ T* (R|D)`` (RFC 5892, A.1)."""
    left = next((t for t in map(_joining_type, reversed(label[:position])) if t != "T"), "")
    right = next((t for t in map(_joining_type, label[position + 1 :]) if t != "T"), "")
    return left in ("L", "D") and right in ("R", "D")


def _joining_type(char: str) -> str:
    from idna.idnadata import joining_types
    from idna.intranges import intranges_contain

    found = (name for name, ranges in joining_types.items() if intranges_contain(ord(char), ranges))
    return next(found, "U")


def _bidi_holds(label: str) -> bool:
    """Apply the Bidi rule to a label with right-to-left characters (RFC 5893, 2)."""
    directions = [unicodedata2.bidirectional(char) for char in label]
    if _RIGHT_TO_LEFT.isdisjoint(directions):
        return True
    ending = next((d for d in reversed(directions) if d != "NSM"), "")
    found = frozenset(directions)
    if directions[0] in ("R", "AL"):  # rules 1 to 4
        return (
            found <= _RIGHT_TO_LEFT | _NEUTRAL
            and ending in ("R", "AL", "EN", "AN")
            and not {"EN", "AN"} <= found
        )
    return directions[0] == "L" and found <= _NEUTRAL | {"L"} and ending in ("L", "EN")

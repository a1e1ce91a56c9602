"""Brakes: reasons why a label that reads as a target is not reported, or only when asked for.

One function, one reason. Four suppress; ``native_spelling`` and ``plain_letters`` lower to
``info``. `explain` names each that fires, and the judge counts it.
"""

from __future__ import annotations

from collections.abc import Container
from enum import StrEnum

from detector.confusables import tier_of
from detector.labels import Kind, Name
from detector.match import Match
from detector.native import NativeSpelling
from detector.scripts import is_cross_script
from detector.substitution import Substitution, Technique

TINY_TARGET = 2
"""Up to so many characters, a target's label is met by chance all the time (``td``, ``x``)."""

SHORT_TARGET = 4
"""Up to so many, often (``ebay`` and its neighbours)."""

PLAIN_TARGET = 3
"""Up to so many characters of label or target, letters for letters are met by chance under one
suffix, too (``aia.org`` and ``ala.org``)."""

PLAIN_LENGTH, PLAIN_SCORE = 6, 0.78
"""Characters of a target, and score, from which letters for letters count under any suffix."""

EXACT = 0.95
"""Confidence from which a reading counts as exact: no accent, no stroke, no pair leaves as much."""

FAINT_SHARE = 1 / 3
"""Share of a target's letters that may rest on readings of tier B: the rest has to match without.
It is two of paypal's six, and one of a target's five or less."""


class Brake(StrEnum):
    """The names under which brakes are counted."""

    DIGITS_ONLY = "digits_only"
    """A digit was read as a letter in a label of digits, or a letter as the target's digit."""

    SHORT_TARGET = "short_target"
    """The target's label is too short for a likeness of this kind to mean anything."""

    FAINT = "faint"
    """Too much of the label reads as the target only by a network that is not sure (tier B)."""

    POPULAR = "popular"
    """The name is itself well known."""

    NATIVE_SPELLING = "native_spelling"
    """The label is a word of the language of its own suffix; lowers, does not suppress."""

    PLAIN_LETTERS = "plain_letters"
    """Letters were read as other letters of ASCII, too freely; lowers, does not suppress."""


_MADE_OF = frozenset({"ascii"})  # sources of a fold, which a reading may go through as well

LOWERING = frozenset({Brake.NATIVE_SPELLING, Brake.PLAIN_LETTERS})
"""Brakes that lower the severity to ``info``; the others suppress."""


def digits_only(match: Match) -> bool:
    """Say whether digits and letters of ASCII were exchanged where that proves nothing.

    ``1001`` is not ``lool``, and ``b0`` is not ``80``: a digit may stand for a letter in a label
    that has one letter at least; an ASCII letter never stands for a digit.
    """
    swaps = [each for each in match.substitutions if each.technique is Technique.ASCII]
    from_digits = [each for each in swaps if each.source.isdigit()]
    if any(each.reading.isdigit() for each in swaps if each not in from_digits):
        return True
    text = _text(match)
    return bool(from_digits) and not any(char.isalpha() for char in text)


def _text(match: Match) -> str:
    """Give the text that was read: the label, or an A-label's own text after its prefix."""
    label = match.place.label
    if any(each.technique is Technique.PUNYCODE_TEXT for each in match.substitutions):
        return label.text[4:]
    return label.unicode


def short_target(match: Match) -> bool:
    """Say whether the target is too short for this match.

    Up to 2 characters, only characters above ASCII that read exactly, under the target's own
    suffix, count; of 3 or 4 characters, the target's own suffix or a character of another script.
    A swapped suffix is what was asked for, so only targets of up to 2 characters are left out.
    """
    length = len(match.target.unicode_label)
    if length > SHORT_TARGET:
        return False
    if length <= TINY_TARGET:
        return not (match.same_suffix and all(map(_is_exact, match.substitutions)))
    if match.same_suffix or Technique.SUFFIX_SWAP in match.techniques:
        return False
    return not any(is_cross_script(char) for each in match.substitutions for char in each.source)


def _is_exact(found: Substitution) -> bool:
    seen = bool(found.reading) and found.technique is Technique.IDN
    return seen and found.confidence >= EXACT


def faint(match: Match) -> bool:
    """Say whether readings of tier B make up more of the target than they may, or one is of tier C.

    A word in a script that no font draws like Latin letters has some faint reading for each of its
    letters, and so meets a target by chance; an attacker replaces a letter or two. A character that
    is like a letter at a glance only (tier C) is no chance where all around it is the target.
    """
    tiers = [(_tier(each), each) for each in match.substitutions if each.technique is Technique.IDN]
    if len(match.substitutions) > 1 and any(tier == "C" for tier, _ in tiers):
        return True
    letters = sum(max(1, len(each.reading)) for tier, each in tiers if tier != "A")
    return letters > max(1, int(len(match.target.unicode_label) * FAINT_SHARE))


def _tier(found: Substitution) -> str:
    sources = [each for each in found.evidence if not each.startswith("fonts:")]
    return tier_of(set(sources) - _MADE_OF, found.confidence)


def popular(match: Match, name: Name, known: Container[str]) -> bool:
    """Say whether the name is ASCII throughout, and under a domain that is itself well known."""
    return match.place.domain in known and all(each.kind is Kind.ASCII for each in name.labels)


def native_spelling(match: Match, native: NativeSpelling | None) -> bool:
    """Say whether the label is a word of the language of its suffix, which is not the target's.

    ``über.de`` may read as ``uber.com``, but it is a German word in Germany. ``amäzon.de`` is no
    word, and has the suffix of the target ``amazon.de``.
    """
    if native is None or match.same_suffix:
        return False
    return native.language(match.place.label.unicode, match.place.suffix) is not None


def plain_letters(match: Match) -> bool:
    """Say whether nothing but letters of ASCII stand for letters, where real names do so by chance.

    Two words that differ by an i and an l, or by rn and m, may well both be real: of the pairs met
    in lists of well-known sites, nearly all had different suffixes (``deita.ru``, ``stihl.de``) or
    three letters (``uni.edu``). A digit in a word (``g00gle``) is no such accident, nor are two
    letters that make one well (``rn`` as m, ``cl`` as d).
    """
    allowed = (Technique.ASCII, Technique.MULTI_LETTER)
    for each in match.substitutions:
        if each.technique not in allowed or any(char.isdigit() for char in each.source):
            return False
        if len(each.source) > len(each.reading) and each.confidence >= PLAIN_SCORE:
            return False
    length = min(len(match.target.unicode_label), len(match.place.label.unicode))
    if length <= PLAIN_TARGET:
        return True
    return not match.same_suffix and (length < PLAIN_LENGTH or match.score < PLAIN_SCORE)


def fired(
    match: Match, name: Name, known: Container[str], native: NativeSpelling | None
) -> Brake | None:
    """Give the one brake that decides about a match, or None if it goes through.

    A native word is not held against the length of the target as well: ``über.de`` is short beside
    ``uber.com``, but what there is to say about it is that it is German.
    """
    if digits_only(match):
        return Brake.DIGITS_ONLY
    if popular(match, name, known):
        return Brake.POPULAR
    if native_spelling(match, native):
        return Brake.NATIVE_SPELLING
    if short_target(match):
        return Brake.SHORT_TARGET
    if faint(match):
        return Brake.FAINT
    return Brake.PLAIN_LETTERS if plain_letters(match) else None


SENTENCES: dict[Brake, str] = {
    Brake.DIGITS_ONLY: "digits and letters were exchanged where that proves nothing",
    Brake.SHORT_TARGET: "the target's label is too short for a likeness of this kind",
    Brake.FAINT: "too much of it reads as the target only by likenesses that are not sure",
    Brake.POPULAR: "the name is itself well known",
    Brake.NATIVE_SPELLING: "the label is a word of the language of its own suffix",
    Brake.PLAIN_LETTERS: "letters for other letters of ASCII are met by chance in such names",
}
"""What each brake says when it fires, for `explain`."""

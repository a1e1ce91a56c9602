"""IDNA validity: examples from the RFCs, and the `idna` package as oracle."""

from __future__ import annotations

import unicodedata

import idna
import pytest
import unicodedata2
from hypothesis import example, given
from hypothesis import strategies as st
from idna import idnadata

from detector.idna_validity import Fault, first_fault


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("münchen", "plain"),
        ("аррӏе", "whole-script Cyrillic is valid; that is the trouble"),
        ("faß", "deviation, valid in IDNA2008"),
        ("a\u0338pple", "an overlay on a is valid"),
        ("google", "ASCII"),
        ("l·l", "A.3: between l's"),
        ("\u0375α", "A.4: keraia before Greek"),
        ("א\u05f3", "A.5: geresh after Hebrew"),
        ("א\u05f4ב", "A.6: gershayim after Hebrew"),
        ("ア・", "A.7: a Katakana letter somewhere"),
        ("・漢", "A.7: a Han letter somewhere"),
        ("ا٠١", "A.8: Arabic-Indic digits alone"),
        ("ا۰۱", "A.9: extended ones alone"),
        ("نامه\u200cای", "A.1: ZWNJ breaks a join, as Persian spelling wants"),
        ("क्\u200cष", "A.1: ZWNJ after virama"),
        ("ශ්\u200dරී", "A.2: ZWJ after virama, Sri Lanka"),
        ("אבג", "all right-to-left"),
        ("א1", "ends with a European number"),
        ("א\u05b0", "ends with a mark"),
        ("中国", "no direction to break"),
    ],
)
def test_valid(label: str, why: str) -> None:
    assert first_fault(label) is None, why


@pytest.mark.parametrize(
    ("label", "fault"),
    [
        ("mu\u0308nchen", Fault.NOT_NFC),
        ("-ä", Fault.HYPHENS),
        ("ä-", Fault.HYPHENS),
        ("xn--ä", Fault.HYPHENS),
        ("\u0301a", Fault.LEADING_MARK),
        ("\u0903क", Fault.LEADING_MARK),
        ("a\u0378", Fault.UNASSIGNED),
        ("Аpple", Fault.DISALLOWED),
        ("münChen", Fault.DISALLOWED),
        ("💩", Fault.DISALLOWED),
        ("≠", Fault.DISALLOWED),
        ("ｇoogle", Fault.DISALLOWED),
        ("goo\u00adgle", Fault.DISALLOWED),
        ("a\u202eb", Fault.DISALLOWED),
        ("\x80", Fault.DISALLOWED),
        ("a\U000e0067", Fault.DISALLOWED),
        ("a\ufdd0", Fault.DISALLOWED),
        ("a\U0010ffff", Fault.DISALLOWED),
        ("\ue000", Fault.DISALLOWED),
        ("pay\u200dpal", Fault.CONTEXTJ),
        ("pay\u200cpal", Fault.CONTEXTJ),
        ("\u200dä", Fault.CONTEXTJ),
        ("ا\u200cب", Fault.CONTEXTJ),
        ("a·b", Fault.CONTEXTO),
        ("·", Fault.CONTEXTO),
        ("\u0375a", Fault.CONTEXTO),
        ("a\u05f3", Fault.CONTEXTO),
        ("a・b", Fault.CONTEXTO),
        ("ا٠۰", Fault.CONTEXTO),
        ("אpple", Fault.BIDI),
        ("abcאבג", Fault.BIDI),
        ("1אבג", Fault.BIDI),
        ("א1٠", Fault.BIDI),
        ("אa", Fault.BIDI),
    ],
)
def test_invalid(label: str, fault: Fault) -> None:
    assert first_fault(label) is fault


def test_the_tables_are_of_the_pinned_unicode() -> None:
    assert idnadata.__version__ == unicodedata2.unidata_version == "18.0.0"


# The oracle asks the interpreter for categories, directions and joiners' neighbours; so only code
# points on which the interpreter and Unicode 18 agree can be compared.
_AGREED = [
    chr(number)
    for number in (*range(1, 0xD800), *range(0xE000, 0x30000))
    if unicodedata.category(chr(number)) == unicodedata2.category(chr(number)) != "Cn"
    and unicodedata.bidirectional(chr(number)) == unicodedata2.bidirectional(chr(number))
]
_VALID = [char for char in _AGREED if char.islower() or unicodedata.category(char)[0] in "LMN"]
_TELLING = [*"-al1", *"·\u0375α\u05f3\u05f4אב・アあ漢٠١۰۱اب\u200c\u200d\u094dक\u0301\u0300é\u0640"]
_ORACLE = {
    "hyphen_3_4": Fault.HYPHENS,
    "hyphen_start_end": Fault.HYPHENS,
    "leading_combiner": Fault.LEADING_MARK,
    "disallowed_codepoint": Fault.DISALLOWED,
}


@given(
    st.text(st.sampled_from(_TELLING), min_size=1, max_size=8)
    | st.text(st.sampled_from(_VALID) | st.sampled_from(_TELLING), min_size=1, max_size=12)
    | st.text(st.sampled_from(_AGREED), min_size=1, max_size=12)
)
@example("ا\u0301\u200c\u0301ب")
def test_agrees_with_the_idna_package(label: str) -> None:
    expected: str | None = None
    try:
        idna.check_label(label)
    except idna.IDNAError as error:
        code = error.code or ""
        expected = "bidi" if code.startswith("bidi") else _ORACLE.get(code, code)
    assert first_fault(label) == expected


@given(st.text(min_size=1, max_size=63))
def test_never_raises(label: str) -> None:
    assert first_fault(label) in (None, *Fault)

"""Expected values from the Unicode Character Database, 18.0."""

import pytest
import unicodedata2

from detector.characters import (
    MARK_CONFIDENCE,
    UNICODE_VERSION,
    code_point,
    decomposition,
    is_dropped_mark,
    is_ignorable,
    mark_kind,
    name,
)


def test_the_properties_are_of_unicode_18_or_later() -> None:
    assert int(UNICODE_VERSION.split(".")[0]) >= 18
    assert unicodedata2.category(chr(0x1DF90)) == "Ll"  # new in 18.0; Python 3.11 knows 14.0


# DerivedCoreProperties.txt, Default_Ignorable_Code_Point: first and last of every range.
IGNORABLE = (
    0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180F, 0x200B, 0x200F,
    0x202A, 0x202E, 0x2060, 0x2065, 0x206F, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0,
    0xFFF8, 0x1BCA0, 0x1BCA3, 0x1D173, 0x1D17A, 0xE0000, 0xE0001, 0xE007F, 0xE0100, 0xE01EF,
    0xE0FFF,
)  # fmt: skip
DRAWN = (
    0x0020, 0x0061, 0x00AC, 0x00AE, 0x034E, 0x0350, 0x0600, 0x115E, 0x1161, 0x17B3, 0x17B6,
    0x180A, 0x1810, 0x200A, 0x2010, 0x2029, 0x202F, 0x205F, 0x2070, 0x3163, 0x3165, 0xFDFF,
    0xFE10, 0xFFFD, 0xFFF9, 0x1BCA4, 0x1D172, 0x1D17B, 0xDFFFF, 0xE1000, 0x10FFFF,
)  # fmt: skip


@pytest.mark.parametrize("number", IGNORABLE)
def test_default_ignorable_characters_are_not_drawn(number: int) -> None:
    assert is_ignorable(chr(number))


@pytest.mark.parametrize("number", DRAWN)
def test_their_neighbours_are_drawn(number: int) -> None:
    assert not is_ignorable(chr(number))


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (0x0301, "above"),  # acute, ccc 230
        (0x0308, "above"),  # diaeresis
        (0x031B, "above"),  # horn, ccc 216
        (0x0323, "below"),  # dot below, ccc 220
        (0x0327, "below"),  # cedilla, ccc 202
        (0x0328, "below"),  # ogonek, ccc 202
        (0x0345, "below"),  # iota subscript, ccc 240
        (0x0335, "overlay"),  # short stroke, ccc 1
        (0x0338, "overlay"),  # long solidus
        (0x094D, "other"),  # virama, ccc 9
    ],
)
def test_marks_sit_where_their_combining_class_says(number: int, kind: str) -> None:
    assert is_dropped_mark(chr(number))
    assert mark_kind(chr(number)) == kind
    assert kind in MARK_CONFIDENCE


def test_enclosing_marks_are_dropped_and_spacing_marks_are_not() -> None:
    assert is_dropped_mark(chr(0x20DD))  # combining enclosing circle, Me
    assert not is_dropped_mark(chr(0x0903))  # Devanagari visarga, Mc: it takes room
    assert not is_dropped_mark("ø")


def test_what_is_noticed_least_keeps_most_of_the_likeness() -> None:
    assert MARK_CONFIDENCE["below"] > MARK_CONFIDENCE["above"] > MARK_CONFIDENCE["overlay"] > 0.5


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("ä", "a\u0308"),
        ("ṩ", "s\u0323\u0307"),
        ("ё", "е\u0308"),
        ("ǆ", "ǆ"),  # a compatibility decomposition only
        ("ø", "ø"),  # the stroke is no mark
        ("각", "\u1100\u1161\u11a8"),
    ],
)
def test_decomposition_is_canonical_and_full(char: str, expected: str) -> None:
    assert decomposition(char) == expected


def test_names_say_what_has_no_name() -> None:
    assert name("а") == "CYRILLIC SMALL LETTER A"
    assert name("一") == "CJK UNIFIED IDEOGRAPH-4E00"
    assert name(chr(0x1B)) == "<control>"
    assert name(chr(0xD800)) == "<surrogate>"
    assert name(chr(0x10FFFF)) == "<unassigned>"
    assert name(chr(0xF0000)) == "<private use>"


def test_code_points_have_four_digits_or_more() -> None:
    assert [code_point(char) for char in ("a", "а", "𝐚")] == ["U+0061", "U+0430", "U+1D41A"]

"""Expected values are of Unicode's Scripts.txt."""

from __future__ import annotations

import pytest

from detector.scripts import is_cross_script, script, scripts


@pytest.mark.parametrize(
    ("char", "expected"),
    [
        ("a", "Latin"),
        ("ɑ", "Latin"),
        ("ẹ", "Latin"),
        ("ﬁ", "Latin"),
        ("ａ", "Latin"),
        ("ª", "Latin"),
        ("а", "Cyrillic"),
        ("ӏ", "Cyrillic"),
        ("α", "Greek"),
        ("ά", "Greek"),
        ("օ", "Armenian"),
        ("ס", "Hebrew"),
        ("ا", "Arabic"),
        ("०", "Devanagari"),
        ("๐", "Thai"),
        ("ꓲ", "Lisu"),
        ("ᎪᎪ"[0], "Cherokee"),
        ("ᐯ", "Canadian Aboriginal"),
        ("漢", "Han"),
        ("か", "Hiragana"),
        ("カ", "Katakana"),
        ("한", "Hangul"),
        ("ⲟ", "Coptic"),
        ("𐌀", "Old Italic"),
        ("𑣁", "Warang Citi"),
        ("\u0323", "Inherited"),
        ("-", "Common"),
        ("1", "Common"),
        ("²", "Common"),
        ("\U0001f600", "Common"),
        ("\ue000", "Unknown"),
        ("\u0378", "Unknown"),
    ],
)
def test_scripts_of_characters(char: str, expected: str) -> None:
    assert script(char) == expected


def test_scripts_of_a_label() -> None:
    assert scripts("раypal-1") == ("Cyrillic", "Latin")
    assert scripts("123") == ()


def test_cross_script_is_another_script_than_latin() -> None:
    assert [char for char in "aаäα1ı\u0301漢ł²" if is_cross_script(char)] == ["а", "α", "漢"]

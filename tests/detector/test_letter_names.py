"""Names as they stand in UnicodeData.txt; what they say of the shape."""

import pytest
import unicodedata2

from detector.letter_names import name_observations

BY_NAME = {unicodedata2.name(chr(number), ""): chr(number) for number in range(0x61, 0x530)}


def seen(char: str) -> dict[tuple[str, str], float]:
    """Give (parts joined, source) -> weight."""
    return {
        ("".join(found.parts), "+".join(found.sources)): found.weight
        for found in name_observations(char, BY_NAME)
    }


@pytest.mark.parametrize(
    ("char", "part", "source"),
    [
        ("ⱨ", "h", "name"),  # H WITH DESCENDER
        ("ƈ", "c", "name"),  # C WITH HOOK
        ("ҏ", "р", "name"),  # CYRILLIC SMALL LETTER ER WITH TICK: what er reads as
        ("ϼ", "ρ", "name"),  # GREEK RHO WITH STROKE SYMBOL
        ("ł", "l", "name"),
        ("ʉ", "u", "name"),  # U BAR
        ("ɡ", "g", "name"),  # SCRIPT G
        ("ȷ", "j", "name"),  # DOTLESS J
        ("ɵ", "o", "name"),  # BARRED O
        ("ɛ", "e", "name"),  # OPEN E
        ("ү", "у", "name"),  # CYRILLIC SMALL LETTER STRAIGHT U
        ("ᴛ", "t", "smallcap"),
        ("ɢ", "g", "smallcap"),
        ("ᵻ", "i", "smallcap"),  # LATIN SMALL CAPITAL LETTER I WITH STROKE
        ("ǝ", "e", "name"),  # TURNED E
        ("ȸ", "db", "name"),  # DB DIGRAPH
        ("ҥ", "нг", "name"),  # LIGATURE EN GHE
        ("ҥ", "н", "name"),
        ("ҡ", "к", "kin"),  # BASHKIR KA
        ("ԃ", "ԁ", "kin"),  # KOMI DJE
        ("ԏ", "т", "kin"),  # KOMI TJE
        ("ѡ", "ω", "sister"),  # CYRILLIC and GREEK SMALL LETTER OMEGA
        ("🅰", "a", "enclosed"),
        ("🇬", "g", "enclosed"),
    ],
)
def test_what_a_name_tells(char: str, part: str, source: str) -> None:
    weights = seen(char)
    assert (part, source) in weights
    assert 0 < weights[part, source] < 1


@pytest.mark.parametrize("char", ["ß", "þ", "и", "э", "ж", "一", "م", "न", "а", "ς", "a"])
def test_names_of_sounds_tell_nothing(char: str) -> None:
    assert seen(char) == {}


def test_a_bar_makes_another_letter_of_some() -> None:
    (struck,) = (found for found in name_observations("ł", BY_NAME) if found.becomes)
    assert struck.becomes is not None
    assert struck.becomes["l"] == "t"
    assert not any(found.becomes for found in name_observations("ɗ", BY_NAME))


def test_more_additions_leave_less() -> None:
    assert seen("ⱦ")["t", "name"] == seen("ŧ")["t", "name"] > seen("ȶ")["t", "name"] - 0.2
    assert seen("ӻ")["г", "name"] < seen("ғ")["г", "name"]  # GHE WITH STROKE AND HOOK

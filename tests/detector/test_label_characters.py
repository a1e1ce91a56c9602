"""Expected values from RFC 5892 and UTS #46."""

import pytest

from detector.label_characters import capitals, deviation_foldings, label_characters


@pytest.fixture(scope="module")
def allowed() -> frozenset[str]:
    return frozenset(label_characters())


@pytest.mark.parametrize("char", ["ä", "а", "ß", "ς", "ı", "ӏ", "一", "๒", "·", "・", "\u0338"])
def test_what_idna2008_allows(allowed: frozenset[str], char: str) -> None:
    assert char in allowed


@pytest.mark.parametrize("char", ["♥", "💩", "∂", "🅰", "©"])
def test_symbols_that_uts46_alone_allows(allowed: frozenset[str], char: str) -> None:
    assert char in allowed


@pytest.mark.parametrize(
    "char", ["a", "-", "А", "ｇ", "𝐚", "ſ", "\xad", "\u202e", "\ud800", "\ue000"]
)
def test_what_is_ascii_mapped_or_refused(allowed: frozenset[str], char: str) -> None:
    assert char not in allowed


def test_they_come_in_order_and_once() -> None:
    chars = list(label_characters())
    assert chars == sorted(set(chars))


def test_capitals_are_cased_letters_and_not_their_styles() -> None:
    known = capitals()
    assert known["к"] == ("К",)
    assert known["α"] == ("Α",)  # and no mathematical alpha
    assert "ı" not in known  # U+0131 is the small form of no capital of its own
    assert known["ß"] == ("ẞ",)


def test_only_sharp_s_and_final_sigma_were_folded() -> None:
    assert deviation_foldings() == {"ß": "ss", "ς": "σ"}

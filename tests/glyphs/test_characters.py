"""Characters, held against what Unicode and RFC 5892 say of a few."""

import pytest

from glyphs.characters import UNICODE, drawable, marks, pvalid, pvalid_first


@pytest.mark.parametrize(
    "char", ["a", "é", "а", "丫", "가", "\u0301", "\u20dd", "\u0600", "\u06dd", "😀", "€"]
)
def test_what_has_ink_is_drawn(char: str) -> None:
    assert ord(char) in drawable()


@pytest.mark.parametrize(
    "char",
    [" ", "\u00a0", "\u3000", "\n", "\u007f", "\u2028", "\ue000", "\U0010ffff", "\ufdd0", "\u0378",
     "\u00ad", "\u034f", "\u115f", "\u3164", "\u200b", "\u200d", "\ufe0f", "\ufeff", "\U000e0100"],
)  # fmt: skip
def test_what_has_none_is_not(char: str) -> None:
    assert ord(char) not in drawable()


def test_surrogates_are_no_characters() -> None:
    assert drawable().isdisjoint(range(0xD800, 0xE000))


def test_names_may_hold_what_rfc_5892_derives() -> None:
    ascii_ones = {code for code in pvalid() if code < 0x80}
    assert ascii_ones == set(map(ord, "abcdefghijklmnopqrstuvwxyz0123456789-"))
    assert {0xDF, 0x3C2, 0x6FD} <= pvalid()  # exceptions, section 2.6
    assert pvalid().isdisjoint({0xB7, 0x200D, 0x30FB, 0x640, 0x41})
    assert 0x18000 in pvalid() | drawable()


def test_marks_are_drawn_on_others() -> None:
    assert {0x301, 0x903, 0x20DD} <= marks()
    assert marks().isdisjoint(map(ord, "a´^"))


def test_the_order_is_names_first() -> None:
    assert list(pvalid_first([0x41, 0x7A, 0x21, 0x61, 0x61])) == [0x61, 0x7A, 0x21, 0x41]


def test_the_version_is_unicode_18_or_later() -> None:
    assert int(UNICODE.partition(".")[0]) >= 18

"""Which reuse of a drawing is a fault: small families whose drawings are counted out."""

import numpy as np
import pytest

from glyphs.reuse import ACCENT, ALIKE, BOX, Fault, Votes, find_faults, is_with, script_of

Drawing = dict[str, int]
"""Character -> which of the 28 columns are black, as bits."""


def votes(*families: Drawing) -> Votes:
    """Make families that draw columns, four pixels high."""
    code_points, pictures = [], []
    for drawn in families:
        images = np.zeros((len(drawn), 28, 28), np.uint8)
        for row, columns in enumerate(drawn.values()):
            for column in range(28):
                images[row, :4, column] = 255 * (columns >> column & 1)
        code_points.append(np.array([ord(char) for char in drawn], np.int32))
        pictures.append(images)
    return Votes(code_points, pictures)


def faults(group: str, *families: Drawing) -> list[Fault]:
    """Judge what the first family draws alike."""
    return find_faults([ord(char) for char in group], 0, votes(*families))


OTHERS: tuple[Drawing, ...] = ({"н": 0b0110, "ы": 0b1001},) * 3


def test_a_lost_accent_is_known_without_votes() -> None:
    assert faults("eé", {"e": 1, "é": 1}) == [Fault(ord("é"), ACCENT, ord("e"))]
    assert faults("кқҝ", {"к": 1, "қ": 1, "ҝ": 1}) == [
        Fault(ord("қ"), ACCENT, ord("к")),
        Fault(ord("ҝ"), ACCENT, ord("к")),
    ]


@pytest.mark.parametrize(
    ("whole", "bare", "expected"),
    [
        ("ǖ", "ü", True),
        ("ǖ", "u", True),
        ("ø", "o", True),
        ("ң", "н", True),
        ("é", "è", False),
        ("e", "é", False),
        ("ǻ", "á", True),
        ("К", "K", False),  # Cyrillic and Latin
        ("\u212b", "\u00c5", False),  # the angstrom sign is Å, canonically
        ("i", "ı", False),
    ],
)
def test_letters_with_something(whole: str, bare: str, expected: bool) -> None:
    assert is_with(ord(whole), ord(bare)) is expected


def test_what_others_draw_differently_is_a_fault_of_the_stranger() -> None:
    assert faults("ны", {"н": 0b0110, "ы": 0b0110}, *OTHERS) == [Fault(ord("ы"), ALIKE, ord("н"))]
    assert faults("ны", {"н": 0b1001, "ы": 0b1001}, *OTHERS) == [Fault(ord("н"), ALIKE, ord("ы"))]


def test_what_others_draw_alike_is_no_fault() -> None:
    alike: Drawing = {"н": 0b0110, "ы": 0b0110}
    assert faults("ны", alike, alike, *OTHERS) == []


def test_two_voters_are_not_enough() -> None:
    assert faults("ны", {"н": 0b0110, "ы": 0b0110}, *OTHERS[:2]) == []


def test_a_drawing_between_two_is_left_to_both() -> None:
    assert faults("ны", {"н": 0b1111 << 9, "ы": 0b1111 << 9}, *OTHERS) == []


def test_across_scripts_nobody_votes() -> None:
    others = [{"п": 0b0110 << shift, "n": 0b1001 << shift} for shift in range(3)]
    assert faults("пn", {"п": 0b1001, "n": 0b1001}, *others) == []


def test_ascii_letters_are_right_by_definition() -> None:
    others: list[Drawing] = [
        {"I": 0b0110, "l": 0b1001, "Í": 0b10110, "ĺ": 0b11001, "Ɩ": 0b0011} for _ in range(3)
    ]
    own: Drawing = {"I": 0b0110, "l": 0b0110, "Í": 0b10110, "ĺ": 0b10110, "Ɩ": 0b0110}
    assert faults("Il", own, *others) == []
    assert faults("Íĺ", own, *others) == []
    assert faults("IlƖ", own, *others) == [Fault(ord("Ɩ"), ALIKE, ord("I"))]


def test_one_box_for_many_letters() -> None:
    runes = "ᚠᚢᚦᚨᚱ"
    others: list[Drawing] = [
        {rune: 3 << 2 * place for place, rune in enumerate(runes)} for _ in range(3)
    ]
    own: Drawing = dict.fromkeys(runes, 0xFF << 16)
    found = faults(runes, own, *others)
    assert [fault.code_point for fault in found] == [ord(rune) for rune in runes]
    assert {fault.kind for fault in found} == {BOX}


def test_the_owner_of_a_drawing_keeps_it() -> None:
    runes = "ᚠᚢᚦᚨᚱ"
    others: list[Drawing] = [
        {rune: 3 << 2 * place for place, rune in enumerate(runes)} for _ in range(3)
    ]
    found = faults(runes, dict.fromkeys(runes, 3), *others)
    assert [fault.code_point for fault in found] == [ord(rune) for rune in runes[1:]]


def test_signs_that_stand_for_a_letter_in_any_shape_do_not_count() -> None:
    others: list[Drawing] = [{"𝖼": 0b0110, "ᴄ": 0b1001} for _ in range(3)]
    assert faults("𝖼ᴄ", {"𝖼": 0b0110, "ᴄ": 0b0110}, *others) == []


def test_the_same_letter_in_another_form_is_no_fault() -> None:
    others: list[Drawing] = [{"ﺎ": 0b0110, "ا": 0b1001} for _ in range(3)]
    assert faults("ﺎا", {"ﺎ": 1, "ا": 1}, *others) == []


def test_script_of_presentation_forms() -> None:
    assert [script_of(ord(char)) for char in "ﺍ𝛼Ⅻ["] == ["ARABIC", "GREEK", "ROMAN", ""]

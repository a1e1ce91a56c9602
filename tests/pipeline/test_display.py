"""What is printed does nothing to a terminal (RELIABILITY 4.1, cases 81 to 88)."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.display import FORMULA, beside, escape, table
from pipeline.json_lines import dumps


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("paypal.com", "paypal.com"),
        ("pаypal.com", "pаypal.com"),
        ("\x1b]52;c;aGk=\x07", r"\u{1b}]52;c;aGk=\u{7}"),
        ("\x1b[31m", r"\u{1b}[31m"),
        ("a\x9b31m", r"a\u{9b}31m"),
        ("a\r\nb\tc\x00", r"a\u{d}\u{a}b\u{9}c\u{0}"),
        ("a\u2028b\u2029c\x85d", r"a\u{2028}b\u{2029}c\u{85}d"),
        ("moc.\u202elapyap\u202c", r"moc.\u{202e}lapyap\u{202c}"),
        ("\u2066a\u2069\u200e\u061c", r"\u{2066}a\u{2069}\u{200e}\u{61c}"),
        ("pay\u200bpal\u200d\u2060\ufeff", r"pay\u{200b}pal\u{200d}\u{2060}\u{feff}"),
        ("pay\u00adpal", r"pay\u{ad}pal"),
        ("\U000e0067\U000e007f", r"\u{e0067}\u{e007f}"),
        ("a\ufe0f\U000e0100", r"a\u{fe0f}\u{e0100}"),
        ("\ue000\U0010fffd", r"\u{e000}\u{10fffd}"),
        ("\ud800", r"\u{d800}"),
        ("\u0378", r"\u{378}"),
        ("\u3164\u115f", r"\u{3164}\u{115f}"),
        ("a\u00a0b\u3000c", r"a\u{a0}b\u{3000}c"),
        ("\u0301a", r"\u{301}a"),
        ("a" + "\u0301" * 4, "a\u0301\u0301" + r"\u{301}\u{301}"),
        ("[red]x[/red].com", "[red]x[/red].com"),
        ("%s%n{}", "%s%n{}"),
    ],
)
def test_cases_83_84_and_88(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_what_runs_from_right_to_left_is_isolated() -> None:
    assert escape("חדשות.org") == "\u2068חדשות.org\u2069"
    assert escape("أخبار") == "\u2068أخبار\u2069"


@given(st.text(st.characters(codec=None)))
def test_nothing_dangerous_is_left(text: str) -> None:
    shown = escape(text)
    inner = shown[1:-1] if shown.startswith("\u2068") else shown
    assert "\u2068" not in inner
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", inner)
    kinds = {unicodedata.category(char) for char in inner}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    shown.encode()  # no lone surrogate


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert escape(text) == text


def test_the_a_label_comes_first() -> None:
    assert beside("paypal.com", "paypal.com") == "paypal.com"
    assert beside("xn--pypal-4ve.com", "pаypal.com") == "xn--pypal-4ve.com (pаypal.com)"


def test_case_81_what_begins_a_formula_is_known() -> None:
    assert all(char in FORMULA for char in "=+-@\t\r\n＝＋－＠")


@given(st.text(st.characters(codec=None)))
def test_case_87_a_json_line_is_one_line_of_ascii(text: str) -> None:
    line = dumps({"name": text})
    assert line.isascii()
    assert len(line.splitlines()) == 1


def test_tables_line_up() -> None:
    text = table(["a", "count"], [["x", "1"], ["longer", "1,000"]], right="count")
    assert text.splitlines() == ["a       count", "------  -----", "x           1", "longer  1,000"]
    assert table(["a"], []) == "a\n-"

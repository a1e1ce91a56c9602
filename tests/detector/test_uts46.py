"""UTS #46 mapping against the `idna` package's own, and the command that runs Unicode's vectors."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING, cast

import idna
import pytest
import unicodedata2
from hypothesis import given
from hypothesis import strategies as st
from idna import uts46data

from detector.uts46 import map_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "idna_conformance.py"

# As in IdnaTestV2.txt 17.0.0, which is too large to keep here: source; toUnicode; status; toASCII.
ROWS = r"""
fass.de; ; ; ; ; ;  # fass.de
Faß.de; faß.de; ; xn--fa-hia.de; ; fass.de;  # faß.de
xn--fa-hia.de; faß.de; ; xn--fa-hia.de; ; ;  # faß.de
à\u05D0; ; [B5, B6]; xn--0ca24w; ; ;  # àא
A\u0300.\u05D0\u0308; à.\u05D0\u0308; ; xn--0ca.xn--ssa73l; ; ;  # à.א̈
A.b．c。D｡; a.b.c.d.; ; ; [A4_2]; ;  # a.b.c.d.
🕼．\uFFA0; 🕼.; ; xn--my8h.; [A4_2]; ;  # 🕼.
8<\u0338.; 8≮.; ; xn--8-ngo.; [A4_2]; ;  # 8≮.
LONG; ; ; xn--12345678901234567890123456789012345678901234567890123456-fxe; [A4_2]; ;  # too long
""; ; [X4_2]; ; [A4_1, A4_2]; ;  #
a..c; ; [X4_2]; ; [A4_2]; ;  # a..c
\uD900z; ; [V7]; ; [V7, A3]; ;  # a surrogate
""".replace("LONG", "1234567890ä1234567890123456789012345678901234567890123456")


@pytest.mark.parametrize(
    ("text", "mapped", "why"),
    [
        ("ｇoogle.com", "google.com", "fullwidth"),
        ("teſla.com", "tesla.com", "long s"),
        ("ⓖoogle.com", "google.com", "circled"),
        ("goo\u00adgle.com", "google.com", "soft hyphen"),
        ("faß.de", "faß.de", "deviation, kept"),
        ("βόλος.com", "βόλος.com", "final sigma, kept"),
        ("a\u200cb\u200dc", "a\u200cb\u200dc", "joiners, kept"),
        ("FAẞ.de", "faß.de", "capital sharp s, mapped to ß since UTS #46 15.1"),
        ("İstanbul", "i\u0307stanbul", "dotted capital I: by Unicode, not by a locale"),
        ("ısparta", "ısparta", "dotless i is a letter of its own"),
        ("a。b．c｡d", "a.b.c.d", "full stops"),
        ("Mu\u0308nchen", "münchen", "normalized"),
        ("_dmarc.a_b.*.É", "_dmarc.a_b.*.é", "no STD3 rules: these are names"),
        ("a\u202eb", "a\u202eb", "disallowed, kept"),
        ("a…b", "a…b", "disallowed, kept"),
    ],
)
def test_mapping_of_names(text: str, mapped: str, why: str) -> None:
    assert map_text(text) == mapped, why


def test_the_table_is_of_the_pinned_unicode() -> None:
    assert uts46data.__version__ == unicodedata2.unidata_version == "18.0.0"


@pytest.mark.parametrize(
    "code_points",
    [
        range(0x3400),
        range(0xA000, 0xAC00),
        range(0xE000, 0x20000),
        range(0x2F800, 0x2FA20),
        range(0xE0000, 0xE0200),
    ],
)
def test_every_code_point_maps_as_the_idna_package_says(code_points: range) -> None:
    for char in map(chr, code_points):
        try:
            expected = idna.uts46_remap(char, std3_rules=False)
        except idna.InvalidCodepoint:
            expected = char
        assert map_text(char) == unicodedata2.normalize("NFC", expected), f"U+{ord(char):04X}"


@given(st.text())
def test_mapping_twice_changes_nothing(text: str) -> None:
    assert map_text(map_text(text)) == map_text(text)


def conformance() -> Callable[[Sequence[str]], int]:
    return cast("Callable[[Sequence[str]], int]", runpy.run_path(str(BENCHMARK))["main"])


def test_conformance_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vectors = tmp_path / "IdnaTestV2.txt"
    vectors.write_text(ROWS, encoding="utf-8")
    assert conformance()([str(vectors)]) == 0
    lines = [line.rsplit(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    counts = {words.strip(): figure for words, figure in lines}
    assert counts["rows"] == "12"
    assert counts["crashes"] == "0"
    assert counts["without error"] == counts["equal"] == "8"
    assert counts["equal before the limits"] == "1"


def test_conformance_command_notices_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vectors = tmp_path / "IdnaTestV2.txt"
    vectors.write_text("faß.de; fass.de; ; ; ; ;  # transitional\n", encoding="utf-8")
    assert conformance()([str(vectors)]) == 1
    assert "line 1" in capsys.readouterr().out

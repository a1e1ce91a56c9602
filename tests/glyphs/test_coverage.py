"""Coverage, held against counts that Unicode's charts give."""

from pathlib import Path

import pytest

from glyphs.coverage import (
    EVERYTHING,
    block_of,
    count_families,
    measure_coverage,
    missing,
    tabulate,
)
from glyphs.store import render_store
from tests.glyphs.small_fonts import LETTERS, family, write_font


@pytest.mark.parametrize(
    ("code_point", "block"),
    [
        (0x7F, "Basic Latin"),
        (0x80, "Latin-1 Supplement"),
        (0x52F, "Cyrillic Supplement"),
        (0x530, "Armenian"),
        (0x4E00, "CJK Unified Ideographs"),
        (0x2FE0, "No_Block"),
        (0x10FFFF, "Supplementary Private Use Area-B"),
    ],
)
def test_blocks_end_where_unicode_says(code_point: int, block: str) -> None:
    assert block_of(code_point) == block


def test_characters_are_counted_per_block() -> None:
    counted = measure_coverage({ord("a"): 5, ord("A"): 9, ord("-"): 3, ord("b"): 1, ord("c"): 0})
    blocks = {each.block: each for each in counted}
    latin = blocks["Basic Latin"]
    assert (latin.first, latin.assigned, latin.pvalid) == (0, 94, 37)  # U+0021..U+007E; LDH
    assert (latin.covered, latin.pvalid_covered) == (4, 3)
    assert (latin.pvalid_in_three, latin.pvalid_in_five) == (2, 1)
    assert blocks["Arrows"].assigned == 112
    assert blocks["Arrows"].pvalid == 0
    assert blocks["Hangul Syllables"].pvalid == 11172
    assert counted[-1].block == EVERYTHING
    assert counted[-1].covered == 4
    assert counted[-1].pvalid == sum(each.pvalid for each in counted[:-1])
    assert [each.first for each in counted[:-1]] == sorted(each.first for each in counted[:-1])
    assert not any("Private Use" in each.block or "Surrogates" in each.block for each in counted)


def test_what_is_missing_is_told_names_first() -> None:
    lost = missing(dict.fromkeys(range(0x61, 0x110000), 1))
    assert "".join(map(chr, lost)) == "-0123456789!\"#$%&'()*+,./:;<=>?@" + "".join(
        map(chr, range(0x41, 0x61))
    )


def test_a_store_is_counted(tmp_path: Path) -> None:
    fonts = [
        family(write_font(tmp_path / "one.ttf"), name="One"),
        family(write_font(tmp_path / "two.ttf", {**LETTERS, "w": LETTERS["o"]}), name="Two"),
    ]
    counts = count_families(render_store(fonts, tmp_path / "store", jobs=1))
    assert (counts[ord("o")], counts[ord("w")], counts.get(ord("x"))) == (2, 1, None)


def test_the_table_is_in_columns() -> None:
    lines = tabulate(measure_coverage({ord("a"): 5})).splitlines()
    assert lines[0].startswith("block ")
    assert lines[0].endswith("pvalid  pvalid covered  pvalid in three  pvalid in five")
    assert lines[1].split() == ["Basic", "Latin", "94", "1", "37", "1", "1", "1"]
    assert lines[-1].startswith(EVERYTHING)
    assert len({len(line) for line in lines}) == 1

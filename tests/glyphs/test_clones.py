"""Clones: pictures counted out by hand, and fonts whose kinship is known."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphs.clones import (
    LETTERS,
    LISTED,
    SAME,
    Pair,
    draw_letters,
    group_kin,
    load_pairs,
    measure_pairs,
    render_pairs,
)
from glyphs.errors import BadManifest, BrokenFont
from glyphs.fonts import FoundFamily
from glyphs.manifest import Family, FontFile
from tests.glyphs.small_fonts import family, write_font

NAMES = "abcdef"


def test_distance_is_counted_in_black_pixels_a_letter() -> None:
    letters = np.zeros((3, len(LETTERS), 28, 28), np.uint8)
    letters[1, :, 0, :5] = 255  # five black pixels in every letter
    letters[2, 0, 0, :18] = 102  # 18 pixels at 2/5 in one of 36 letters
    pairs = measure_pairs("abc", letters)
    assert [pair.family + pair.other for pair in pairs] == ["ac", "ab", "bc"]
    expected = [0.2, 5, (35 * 5 + 5 * 0.6 + 13 * 0.4) / 36]
    assert [pair.distance for pair in pairs] == pytest.approx(expected)


PAIRS = st.builds(
    Pair, st.sampled_from(NAMES), st.sampled_from(NAMES), st.floats(0, 28, allow_nan=False)
)


@given(pairs=st.lists(PAIRS, max_size=8), seed=st.randoms())
def test_kin_share_a_group_whatever_the_order(pairs: list[Pair], seed: object) -> None:
    groups = group_kin(NAMES, pairs)
    for pair in pairs:
        if pair.distance < 14:
            assert groups[NAMES.index(pair.family)] == groups[NAMES.index(pair.other)]
    assert all(group <= place and groups[group] == group for place, group in enumerate(groups))
    turned = [Pair(pair.other, pair.family, pair.distance) for pair in reversed(pairs)]
    assert group_kin(NAMES, turned) == groups


def test_pairs_of_other_families_do_not_count() -> None:
    assert group_kin("ab", [Pair("a", "z", 0.0), Pair("b", "z", 0.0)]) == (0, 1)


def test_a_table_that_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "clones.csv"
    pairs = (Pair("A", "B", 1.5), Pair("A", "C, D", 2.125))
    path.write_text(render_pairs(pairs))
    assert load_pairs(path) == pairs


@pytest.mark.parametrize("distance", ["near", "nan", "-1", "inf"])
def test_a_distance_that_is_none(tmp_path: Path, distance: str) -> None:
    path = tmp_path / "clones.csv"
    path.write_text(f"family,other,distance\nA,B,{distance}\n")
    with pytest.raises(BadManifest, match=rf"line 2: '{distance}' is no distance"):
        load_pairs(path)


def test_a_family_without_all_letters_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenFont, match="Small: lacks 0 1 2 "):
        draw_letters([family(write_font(tmp_path / "small.ttf"))])


def test_the_packaged_table_is_what_the_fonts_say(installed: tuple[FoundFamily, ...]) -> None:
    names = [found.family.name for found in installed]
    pairs = measure_pairs(names, draw_letters(installed))
    assert pairs[0].distance >= SAME
    near = [pair for pair in pairs if pair.distance < LISTED]
    assert [(pair.family, pair.other) for pair in near] == [
        (pair.family, pair.other) for pair in load_pairs()
    ]
    assert [pair.distance for pair in near] == pytest.approx(
        [pair.distance for pair in load_pairs()], abs=0.001
    )
    # A prototype with another renderer found a median of 34 between 141 designs.
    assert 30 < pairs[len(pairs) // 2].distance < 38


@pytest.mark.parametrize(
    ("one", "other", "most"),
    [
        ("Tinos-Regular.ttf", "LiberationSerif-Regular.ttf", 0.1),
        ("Arimo-Regular.ttf", "LiberationSans-Regular.ttf", 0.1),
        ("Cousine-Regular.ttf", "LiberationMono-Regular.ttf", 1.0),
    ],
)
def test_known_clones_are_found(
    by_name: Mapping[str, FoundFamily], one: str, other: str, most: float
) -> None:
    # Liberation is made of the fonts of Chrome OS (Liberation Fonts 2.00.0, release notes).
    folders = [by_name[name].paths[0].parent for name in ("Tinos", "Liberation Mono")]
    paths = [
        next(folder for folder in folders if (folder / name).exists()) / name
        for name in (one, other)
    ]
    found = [
        FoundFamily(
            Family(path.name, "sans", (FontFile("-", path.name, 0, "", "OFL-1.1"),), 0), (path,)
        )
        for path in paths
    ]
    (pair,) = measure_pairs([one, other], draw_letters(found))
    assert pair.distance <= most < SAME

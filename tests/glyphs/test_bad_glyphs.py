"""Bad glyphs: fonts broken on purpose, and what is known of real ones."""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from glyphs.bad_glyphs import (
    BadGlyph,
    draw_everything,
    find_bad_glyphs,
    load_bad_glyphs,
    read_bad_glyphs,
    render_bad_glyphs,
)
from glyphs.errors import BadManifest
from glyphs.fonts import FoundFamily
from glyphs.manifest import load_manifest
from tests.glyphs.small_fonts import LETTERS, NOTDEF, Box, family, write_font

BOX: Box = (90, 0, 540, 450)


def test_blanks_boxes_and_lost_accents_are_found(tmp_path: Path) -> None:
    letters: Mapping[str, tuple[Box, ...]] = {
        "ò": ((0, 0, 450, 450), (90, 540, 180, 630)),
        "ж": (BOX,),
        "җ": (BOX, (540, -90, 630, 0)),
        "□": (NOTDEF,),
        "я": ((0, 0, 450, 630),),
    }
    broken: Mapping[str, tuple[Box, ...]] = {
        "ò": ((0, 0, 450, 450),),
        "ж": (BOX,),
        "җ": (BOX,),
        "□": (NOTDEF,),
        "я": (NOTDEF,),
        "ю": (),
    }
    whole = write_font(tmp_path / "whole.ttf", {**LETTERS, **letters, "ю": (BOX,)})
    bad = write_font(tmp_path / "bad.ttf", {**LETTERS, **broken})
    drawn = [draw_everything(family(path)) for path in (whole, bad)]
    assert find_bad_glyphs(["Whole", "Bad"], drawn) == (
        BadGlyph("Bad", ord("ò"), "accent", ord("o")),
        BadGlyph("Bad", ord("ю"), "blank", None),
        BadGlyph("Bad", ord("я"), "tofu", None),
        BadGlyph("Bad", ord("җ"), "accent", ord("ж")),
    )


def test_what_nobody_draws_may_be_white(tmp_path: Path) -> None:
    path = write_font(tmp_path / "small.ttf", {**LETTERS, "ю": ()})
    assert find_bad_glyphs(["Small"], [draw_everything(family(path))]) == ()


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    bad = (BadGlyph("A", 0x51A, "accent", 0x51), BadGlyph("B", 0x16A0, "blank", None))
    path.write_text(render_bad_glyphs(bad), encoding="utf-8")
    assert read_bad_glyphs(path) == bad
    assert load_bad_glyphs(path) == {"A": {0x51A}, "B": {0x16A0}}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("A,U+0041,ugly,-,LATIN CAPITAL LETTER A", "kind 'ugly' is none of blank, tofu"),
        ("A,0041,blank,-,LATIN CAPITAL LETTER A", "'0041' is no code point as in U+0041"),
        ("A,U+110000,blank,-,-", "'U+110000' is no code point"),
        ("A,U+0041,alike,U+XYZ,-", "'U+XYZ' is no code point"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(f"family,character,kind,like,name\n{line}\n")
    with pytest.raises(BadManifest) as raised:
        load_bad_glyphs(path)
    assert str(raised.value).startswith(f"{path}: line 2: ")
    assert message in str(raised.value)


def in_table(family_name: str, kind: str) -> set[int]:
    return {
        glyph.code_point
        for glyph in read_bad_glyphs()
        if glyph.family == family_name and glyph.kind == kind
    }


def test_faults_that_were_seen_by_eye_are_in_the_packaged_table() -> None:
    names = [unicodedata.name(chr(each)) for each in in_table("Cardo", "box")]
    scripts = Counter(name.partition(" ")[0] for name in names)
    assert scripts["RUNIC"] >= 64
    assert scripts["GOTHIC"] >= 25
    assert len([c for c in in_table("Alfios", "box") if 0x3E2 <= c <= 0x3EF]) >= 9
    assert set(map(ord, "ĒḘẸ")) <= in_table("Linux Libertine Mono", "accent")
    tuffy = in_table("Tuffy", "accent") | in_table("Tuffy", "alike")
    assert set(map(ord, "қҝҟҡ")) <= tuffy
    assert set(map(ord, "()[]{}")) <= in_table("GNU Typewriter", "box")


def test_what_is_drawn_rightly_is_not_in_the_packaged_table() -> None:
    bad = load_bad_glyphs()
    assert set(bad) <= {each.name for each in load_manifest()}
    for code_points in bad.values():
        assert not [c for c in code_points if chr(c).isascii() and chr(c).isalnum()]
    for name in ("Roboto Condensed", "Inter", "FreeSerif"):  # I Ι І Ӏ ӏ are one stroke
        assert bad.get(name, frozenset()).isdisjoint(map(ord, "IΙІӀӏ"))
    for code_points in bad.values():  # a cursive п is drawn like n, and that is a find
        assert code_points.isdisjoint(map(ord, "αοχατпнеросух"))


@pytest.mark.slow
def test_the_packaged_table_is_what_the_fonts_say(installed: tuple[FoundFamily, ...]) -> None:
    drawn = [draw_everything(found) for found in installed]
    assert find_bad_glyphs([found.family.name for found in installed], drawn) == read_bad_glyphs()

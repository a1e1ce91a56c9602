"""Folders of fonts that nobody has described: real ones, small ones, broken ones."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from fontTools.ttLib import TTFont

from glyphs.font_folder import describe_folder, measure_class
from glyphs.fonts import FoundFamily, find_fonts
from glyphs.manifest import load_manifest, render_manifest
from tests.glyphs.small_fonts import LETTERS, Box, write_font

STEM: Sequence[Box] = ((90, 0, 180, 450),)
M: Sequence[Box] = ((0, 0, 90, 450), (180, 0, 270, 450), (360, 0, 450, 450))
FEET: Sequence[Box] = ((90, 30, 180, 450), (0, 0, 270, 30))
SANS = {**LETTERS, "i": STEM, "m": M, "n": M, "r": STEM, "h": STEM}
SERIF = {**SANS, "r": FEET, "h": FEET, "n": FEET}


def named(path: Path, family: str, style: str = "Regular") -> Path:
    """Give a font file another name inside."""
    font = TTFont(path)
    names = font["name"]
    for number, text in ((1, family), (2, style), (16, family), (17, style)):
        names.setName(text, number, 3, 1, 0x409)
    font.save(path)
    return path


def test_families_are_named_and_their_class_is_measured(tmp_path: Path) -> None:
    named(write_font(tmp_path / "a.ttf", SERIF), "Zeta Serif")
    named(write_font(tmp_path / "b.otf", SANS, cff=True), "alpha Sans")
    described = describe_folder([tmp_path])
    assert described.left_out == ()
    assert [(family.name, family.kind) for family in described.families] == [
        ("alpha Sans", "sans"),
        ("Zeta Serif", "serif"),
    ]
    (file,) = described.families[1].files
    assert (file.package, file.file, file.face) == ("-", "a.ttf", 0)
    assert file.sha256 == hashlib.sha256((tmp_path / "a.ttf").read_bytes()).hexdigest()


def test_what_is_written_can_be_used(tmp_path: Path) -> None:
    named(write_font(tmp_path / "a.ttf", SANS), "Comma, Inc. \x1b[2J Sans")
    manifest = tmp_path / "mine.csv"
    manifest.write_text(render_manifest(describe_folder([tmp_path]).families), encoding="utf-8")
    families = load_manifest(manifest)
    assert [family.name for family in families] == ["Comma, Inc. ?[2J Sans"]
    (found,) = find_fonts(families, [tmp_path])
    assert found.paths == (tmp_path / "a.ttf",)


def test_a_name_that_is_not_latin_is_not_lost(tmp_path: Path) -> None:
    for file, name in (("one.ttf", "文泉驛正黑"), ("two.ttf", "思源黑體")):
        named(write_font(tmp_path / file, SANS), name)
    assert [family.name for family in describe_folder([tmp_path]).families] == ["one", "two"]


def test_the_regular_face_is_taken(tmp_path: Path) -> None:
    for file, style in (("a.ttf", "Bold"), ("b.ttf", "Regular"), ("c.ttf", "Italic")):
        named(write_font(tmp_path / file, SANS), "Test", style)
    described = describe_folder([tmp_path])
    assert [family.files[0].file for family in described.families] == ["b.ttf"]
    assert described.left_out == (
        "a.ttf#0: 'Test' is drawn with 'b.ttf'",
        "c.ttf#0: 'Test' is drawn with 'b.ttf'",
    )


def test_what_is_broken_is_left_out_and_said(tmp_path: Path) -> None:
    whole = write_font(tmp_path / "whole.ttf", SANS).read_bytes()
    (tmp_path / "cut.ttf").write_bytes(whole[:90])
    (tmp_path / "empty.ttf").touch()
    (tmp_path / "page.ttf").write_bytes(b"<html>")
    (tmp_path / "loop.ttf").symlink_to("loop.ttf")
    named(write_font(tmp_path / "greek.ttf", {"α": STEM}), "Greek")
    described = describe_folder([tmp_path])
    assert [family.files[0].file for family in described.families] == ["whole.ttf"]
    reasons = dict(line.split(": ", 1) for line in described.left_out)
    assert set(reasons) == {"cut.ttf", "empty.ttf", "page.ttf", "loop.ttf", "greek.ttf"}
    assert reasons["cut.ttf"].startswith("cannot be opened as a font")
    assert reasons["empty.ttf"] == "is empty"
    assert reasons["page.ttf"] == "is no font file"
    assert reasons["loop.ttf"] == "Too many levels of symbolic links"
    assert reasons["greek.ttf"].startswith("has no 'b'")


def test_classes_measured_are_those_that_people_gave(installed: tuple[FoundFamily, ...]) -> None:
    wrong = [each.family.name for each in installed if measure_class(each) != each.family.kind]
    # Han fonts whose Latin letters are half as wide as a Han character, all of them.
    assert wrong == ["BabelStone Han", "HanaMin"]

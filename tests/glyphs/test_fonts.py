"""Finding fonts: the right ones by name and digest, and every wrong one named."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from glyphs.errors import BrokenFont, FontError, MissingFonts, WrongDigest
from glyphs.fonts import FoundFamily, default_folders, find_fonts, walk
from glyphs.manifest import Family
from tests.glyphs.small_fonts import LETTERS, family, write_font


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with two fonts, one of them deep inside."""
    (tmp_path / "deep" / "er").mkdir(parents=True)
    write_font(tmp_path / "one.ttf")
    write_font(tmp_path / "deep" / "er" / "two.otf", {**LETTERS, "x": ()}, cff=True)
    return tmp_path


@pytest.fixture
def families(folder: Path) -> list[Family]:
    paths = [folder / "one.ttf", folder / "deep" / "er" / "two.otf"]
    found = [family(path, name=path.stem).family for path in paths]
    return [
        replace(each, files=(replace(each.files[0], package=f"fonts-{each.name}"),))
        for each in found
    ]


def test_files_are_found_at_any_depth(folder: Path, families: list[Family]) -> None:
    one, two = find_fonts(families, [folder])
    assert one == FoundFamily(families[0], (folder / "one.ttf",))
    assert two.paths == (folder / "deep" / "er" / "two.otf",)


def test_of_several_files_of_one_name_the_digest_chooses(
    folder: Path, families: list[Family]
) -> None:
    (folder / "another").mkdir()
    (folder / "another" / "one.ttf").write_bytes((folder / "one.ttf").read_bytes() + b"\0")
    assert find_fonts(families, [folder / "another", folder])[0].paths == (folder / "one.ttf",)


def break_file(path: Path, how: str) -> None:
    """Break a font file in one of the ways of the world."""
    whole = path.read_bytes()
    path.unlink()
    match how:
        case "cut short":
            path.write_bytes(whole[: len(whole) // 2])
        case "empty":
            path.touch()
        case "another build":
            path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        case "no font":
            path.write_bytes(b"<html>404 Not Found</html>")
        case "link to itself":
            path.symlink_to(path.name)
        case "link to nothing":
            path.symlink_to("gone.ttf")
        case "pipe":
            os.mkfifo(path)


@pytest.mark.parametrize(
    ("how", "kind", "reason"),
    [
        ("gone", MissingFonts, "not found"),
        ("cut short", WrongDigest, "is another build, or damaged: its sha256 is "),
        ("another build", WrongDigest, "is another build, or damaged: its sha256 is "),
        ("empty", BrokenFont, "one.ttf is empty"),
        ("no font", BrokenFont, "one.ttf is no font file"),
        ("link to itself", BrokenFont, "cannot be read: Too many levels of symbolic links"),
        ("link to nothing", BrokenFont, "cannot be read: No such file"),
        ("pipe", BrokenFont, "one.ttf is no file"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_package(
    folder: Path, families: list[Family], how: str, kind: type[FontError], reason: str
) -> None:
    break_file(folder / "one.ttf", how)
    with pytest.raises(FontError) as raised:
        find_fonts(families, [folder])
    assert raised.type is kind
    (problem,) = raised.value.problems
    assert problem.startswith("one.ttf (package fonts-one -): ")
    assert reason in problem
    assert str(raised.value).startswith("1 of 2 font files cannot be used: 1 ")


def test_all_problems_are_told_and_the_gravest_gives_the_name(
    folder: Path, families: list[Family]
) -> None:
    break_file(folder / "one.ttf", "another build")
    (folder / "deep" / "er" / "two.otf").unlink()
    with pytest.raises(MissingFonts) as raised:
        find_fonts(families, [folder])
    assert [problem.partition(" ")[0] for problem in raised.value.problems] == [
        "one.ttf",
        "two.otf",
    ]
    assert "1 missing, 1 not the right build" in str(raised.value)


def test_a_folder_that_is_none_is_named(folder: Path, families: list[Family]) -> None:
    with pytest.raises(MissingFonts, match=r"no folder of fonts: .*gone"):
        find_fonts(families, [folder, folder / "gone"])
    (folder / "loop").symlink_to("loop")
    with pytest.raises(MissingFonts, match=r"no folder of fonts: .*loop"):
        find_fonts(families, [folder / "loop"])


def test_folders_that_link_to_each_other_end(folder: Path, families: list[Family]) -> None:
    (folder / "deep" / "up").symlink_to("..")
    (folder / "elsewhere").symlink_to("deep")
    found = list(walk([folder, folder]))
    assert [path.name for path in found] == ["one.ttf", "two.otf"]
    assert len(find_fonts(families, [folder])) == 2


def test_a_name_that_cannot_be_printed_is_escaped(folder: Path, families: list[Family]) -> None:
    (folder / "deep").rename(folder / "d\x1b[2J\udcff")
    two = folder / "d\x1b[2J\udcff" / "er" / "two.otf"
    two.write_bytes(b"")
    with pytest.raises(BrokenFont) as raised:
        find_fonts(families, [folder])
    assert r"d\x1b[2J\udcff" in str(raised.value)
    assert str(raised.value).replace("\n", "").isprintable()


def test_the_users_fonts_are_where_the_desktop_keeps_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/home/x/data")
    assert default_folders()[-1] == Path("/home/x/data/fonts")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/x")
    assert default_folders()[-1] == Path("/home/x/.local/share/fonts")


def test_the_packaged_manifest_is_found_whole(installed: tuple[FoundFamily, ...]) -> None:
    assert len(installed) >= 65
    for found in installed:
        assert [path.name for path in found.paths] == [file.file for file in found.family.files]

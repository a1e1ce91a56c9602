"""``glyphwatch glyphs``, in a process of its own: fonts of the tests', then the packaged ones."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from glyphs.errors import FontError
from glyphs.fonts import find_fonts
from glyphs.manifest import load_manifest
from pipeline.cli import main
from pipeline.errors import Exit
from tests.glyphs.small_fonts import Box, write_font
from tests.pipeline.conftest import Run


def letters(width: int) -> dict[str, tuple[Box, ...]]:
    """Make a-z and 0-9 of boxes, and a few more, all `width` units wider."""
    found: dict[str, tuple[Box, ...]] = {
        char: ((0, 0, 90 + width + 9 * place, 450),)
        for place, char in enumerate("acefimnorstuvwxz0123456789")
    }
    found |= dict.fromkeys("bdhkl", ((0, 0, 90 + width, 720),))
    found |= dict.fromkeys("gjpqy", ((0, -180, 270 + width, 450),))
    return found | {"а": found["a"], "é": found["e"]}


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    """Make a folder of two fonts, and the manifest that describes them."""
    folder = tmp_path / "fonts"
    folder.mkdir()
    for name, width in (("One", 0), ("Two", 180)):
        path = write_font(folder / f"{name}.ttf", letters(width))
        rename(path, name)
    return folder


def rename(path: Path, name: str) -> None:
    from fontTools.ttLib import TTFont

    font = TTFont(path)
    font["name"].setName(name, 1, 3, 1, 0x409)
    font.save(path)


@pytest.fixture
def sources(run: Run, fonts: Path, tmp_path: Path) -> tuple[str, ...]:
    done = run("glyphs", "fonts", "describe", str(fonts), "--output", "mine.csv")
    assert done.returncode == Exit.DONE, done.stderr
    assert "2 families" in done.stderr
    return ("--manifest", "mine.csv", "--fonts", str(fonts))


def test_fonts_of_ones_own_from_folder_to_export(
    run: Run, sources: tuple[str, ...], tmp_path: Path
) -> None:
    done = run("glyphs", "fonts", "check", *sources)
    assert (done.returncode, done.stderr) == (Exit.DONE, "")
    assert done.stdout.startswith("all fonts are there: 2 families")

    done = run("glyphs", "fonts", "clones", *sources, "--output", "clones.csv")
    assert done.returncode == Exit.DONE, done.stderr
    assert (tmp_path / "clones.csv").read_text().startswith("family,other,distance\n")

    done = run("glyphs", "fonts", "bad", *sources)
    assert done.returncode == Exit.DONE, done.stderr
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert [(row["family"], row["character"], row["kind"], row["like"]) for row in rows] == [
        ("One", "U+00E9", "accent", "U+0065"),
        ("Two", "U+00E9", "accent", "U+0065"),
    ]

    done = run("glyphs", "render", *sources, "--output", "store", "--jobs", "1")
    assert done.returncode == Exit.DONE, done.stderr
    assert "76 pictures of 38 characters in 2 families" in done.stderr

    for source in (["--store", "store"], sources):
        done = run("glyphs", "coverage", *source)
        assert done.returncode == Exit.DONE, done.stderr
        assert re.search(r"^Cyrillic +\d+ +1 +\d+ +1 +0 +0$", done.stdout, re.MULTILINE)
        assert "PVALID, all: 38 of " in done.stdout
    done = run("glyphs", "coverage", "--store", "store", "--missing")
    assert done.stdout.startswith("U+002D HYPHEN-MINUS\nU+00DF LATIN SMALL LETTER SHARP S\n")
    assert "U+0430" not in done.stdout

    done = run("glyphs", "sheet", "U+0430", "é", *sources, "--pixels")
    assert done.returncode == Exit.DONE, done.stderr
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")

    done = run("glyphs", "export", "store", "--output", "mnist")
    assert done.returncode == Exit.DONE, done.stderr
    written = sorted(path.name for path in (tmp_path / "mnist").iterdir())
    assert done.stdout.splitlines() == [f"mnist/{name}" for name in written]


def test_every_font_that_is_missing_or_wrong_is_named(
    run: Run, sources: tuple[str, ...], fonts: Path, tmp_path: Path
) -> None:
    (fonts / "One.ttf").unlink()
    whole = (fonts / "Two.ttf").read_bytes()
    (fonts / "Two.ttf").write_bytes(whole[:-100])
    done = run("glyphs", "fonts", "check", *sources)
    assert done.returncode == Exit.INPUT
    one, two = done.stdout.splitlines()
    assert one == "One.ttf (package - -): not found"
    assert two.startswith("Two.ttf (package - -): ")
    assert "is another build, or damaged" in two
    done = run("glyphs", "render", *sources, "--output", "store")
    assert done.returncode == Exit.INPUT
    assert done.stderr.startswith("glyphwatch: 2 of 2 font files cannot be used: 1 missing, 1 not")
    assert not (tmp_path / "store").exists()


def test_without_any_font_the_packages_are_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("glyphs", "fonts", "check", "--fonts", "empty")
    assert done.returncode == Exit.INPUT
    assert "DejaVuSans.ttf (package fonts-dejavu-core 2.37-6): not found" in done.stdout
    assert "glyphs fonts install" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["fonts", "check", "--manifest", "gone.csv"], Exit.USAGE, "gone.csv: No such file"),
        (["fonts", "check", "--fonts", "gone"], Exit.INPUT, "no folder of fonts: gone"),
        (["fonts", "describe", "gone"], Exit.INPUT, "no folder of fonts: gone"),
        (["fonts", "describe", "."], Exit.INPUT, "no font with ASCII letters in ."),
        (["coverage", "--store", "gone"], Exit.INPUT, "gone: is no glyph store"),
        (["export", "gone", "--output", "out"], Exit.INPUT, "gone: is no glyph store"),
        (["render", "--output", "out", "--jobs", "0"], Exit.USAGE, "--jobs 0"),
        (["sheet", "U+XYZ"], Exit.USAGE, "'U+XYZ' is no code point"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    run: Run, arguments: list[str], code: Exit, message: str
) -> None:
    done = run("glyphs", *arguments)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert done.stderr.startswith("glyphwatch: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_full_disk_leaves_nothing_behind(run: Run, sources: tuple[str, ...]) -> None:
    done = run("glyphs", "fonts", "bad", *sources, "--output", "/dev/full")
    assert done.returncode == Exit.SINK
    assert "/dev/full: cannot be written: No space left" in done.stderr


def test_without_the_extra_the_line_that_installs_it_is_said(
    run: Run, sources: tuple[str, ...], tmp_path: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    for module in ("freetype", "fontTools", "uharfbuzz", "numpy", "PIL"):
        (blocked / f"{module}.py").write_text(
            f"raise ModuleNotFoundError('No module named {module}', name='{module}')\n"
        )
    path = f"{blocked}:{Path(__file__).parents[2]}"
    done = run("glyphs", "fonts", "check", *sources, PYTHONPATH=path)
    assert done.returncode == Exit.DONE, done.stderr
    for action in (["fonts", "clones"], ["sheet", "a"], ["coverage"]):
        done = run("glyphs", *action, *sources, PYTHONPATH=path)
        assert done.returncode == Exit.USAGE
        assert done.stderr.endswith("is not installed: pip install 'glyphwatch[train]'\n")


def test_installing_says_what_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("glyphs.fonts.default_folders", lambda: (tmp_path,))
    assert main(["glyphs", "fonts", "install", "--dry-run"]) == Exit.DONE
    line = capsys.readouterr().out
    assert line.startswith("apt-get install --yes --no-install-recommends fonts-3270 ")
    packages = {file.package for family in load_manifest() for file in family.files}
    assert set(line.split()[4:]) == packages
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert main(["glyphs", "fonts", "install"]) == Exit.USAGE
    assert "only root may install packages. Run:\n  sudo apt-get" in capsys.readouterr().err


@pytest.fixture(scope="module")
def _installed() -> None:
    try:
        find_fonts(load_manifest())
    except FontError as error:
        pytest.skip(f"glyphwatch glyphs fonts install: {str(error).splitlines()[0]}")


@pytest.mark.usefixtures("_installed")
def test_nothing_is_installed_if_all_is_there(run: Run) -> None:
    done = run("glyphs", "fonts", "install")
    assert (done.returncode, done.stdout) == (Exit.DONE, "")
    assert "all fonts are there: 96 families" in done.stderr


@pytest.mark.usefixtures("_installed")
def test_the_packaged_fonts_cover_what_names_may_hold(run: Run) -> None:
    done = run("glyphs", "coverage")
    assert done.returncode == Exit.DONE, done.stderr
    drawn = re.findall(r"^PVALID, .*: ([\d,]+) of", done.stdout, re.MULTILINE)
    everything, small = (int(number.replace(",", "")) for number in drawn)
    assert everything >= 128_000
    assert small >= 17_000

"""Installing by apt, with an apt of the tests' own."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from glyphs.errors import InstallFailed, MissingFonts
from glyphs.fonts import Problem
from glyphs.installation import install, install_command, installed_versions, packages_of, pin
from glyphs.manifest import FontFile
from tests.glyphs.small_fonts import LETTERS, family, write_font

COMMAND = install_command(["fonts-a", "fonts-b"])


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder that holds all programs that there are."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return folder


def write_program(path: Path, *lines: str) -> None:
    path.write_text("\n".join(("#!/bin/sh", *lines)) + "\n")
    path.chmod(0o755)


def test_packages_are_named_once() -> None:
    files = [FontFile(package, "x.ttf", 0, "", "") for package in ("fonts-b", "fonts-a", "fonts-b")]
    problems = [Problem(MissingFonts, file, "not found") for file in files]
    own = Problem(MissingFonts, FontFile("-", "x.ttf", 0, "", ""), "not found")
    assert packages_of([*problems, own]) == ("fonts-a", "fonts-b")


def test_apt_is_told_what_to_install_and_asks_nothing(
    programs: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_program(programs / "apt-get", 'echo "$DEBIAN_FRONTEND $*"')
    install(COMMAND)
    out, err = capfd.readouterr()
    assert out == ""
    assert err == "noninteractive install --yes --no-install-recommends fonts-a fonts-b\n"


def test_apt_fails(programs: Path) -> None:
    write_program(programs / "apt-get", "exit 100")
    with pytest.raises(InstallFailed, match="exit code 100") as raised:
        install(COMMAND)
    assert "sudo apt-get update" in str(raised.value)


def test_who_is_not_root_gets_the_line_to_run(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_program(programs / "apt-get", "echo run >&2; exit 1")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(InstallFailed) as raised:
        install(COMMAND)
    assert str(raised.value).splitlines()[1] == (
        "sudo apt-get install --yes --no-install-recommends fonts-a fonts-b"
    )


@pytest.mark.usefixtures("programs")
def test_there_is_no_apt() -> None:
    with pytest.raises(InstallFailed, match=r"not Debian.* --fonts"):
        install(COMMAND)
    with pytest.raises(InstallFailed, match=r"dpkg-query: .*not Debian"):
        installed_versions(["fonts-a"])


def test_versions_of_what_is_installed(programs: Path) -> None:
    write_program(
        programs / "dpkg-query",
        "echo 'fonts-a 1:2.0-1'",
        "echo 'fonts-b '",
        "echo 'dpkg-query: no packages found matching fonts-c' >&2",
        "exit 1",
    )
    assert installed_versions(["fonts-a", "fonts-b", "fonts-c"]) == {"fonts-a": "1:2.0-1"}


def test_the_builds_that_are_there_are_taken_over(programs: Path, tmp_path: Path) -> None:
    write_program(programs / "dpkg-query", "echo 'fonts-a 2.0-1'")
    (tmp_path / "fonts" / "variants").mkdir(parents=True)
    old = write_font(tmp_path / "fonts" / "variants" / "x.ttf")
    found = family(old).family
    files = (replace(found.files[0], package="fonts-a", version="1.0-1"),)
    families = [replace(found, files=files)]
    (same,) = pin(families, [tmp_path / "fonts"])
    assert same.files == (replace(files[0], version="2.0-1"),)
    new = write_font(tmp_path / "fonts" / "x.ttf", {**LETTERS, "x": ()})
    assert pin(families, [tmp_path / "fonts"])[0].files[0].sha256 == files[0].sha256
    old.unlink()
    (pinned,) = pin(families, [tmp_path / "fonts"])
    assert pinned.files[0].sha256 == family(new).family.files[0].sha256


def test_what_is_not_there_cannot_be_taken_over(programs: Path, tmp_path: Path) -> None:
    write_program(programs / "dpkg-query", "exit 1")
    families = [family(write_font(tmp_path / "x.ttf")).family]
    (tmp_path / "x.ttf").write_bytes(b"")
    with pytest.raises(InstallFailed, match=r"x\.ttf \(package - -\): not found, or no font"):
        pin(families, [tmp_path])

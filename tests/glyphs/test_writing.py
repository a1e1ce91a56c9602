"""Files and folders are written whole, or what was there stays."""

from pathlib import Path

import pytest

from glyphs.errors import NotWritten
from glyphs.writing import escaped, written_file, written_whole


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail(place: Path, error: BaseException) -> None:
    place.write_text("half")
    raise error


def test_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder"
    with written_whole(target) as place:
        (place / "file").write_text("text")
        assert not target.exists()
    assert names(target) == ["file"]
    assert names(tmp_path / "new") == ["folder"]


def test_an_empty_folder_is_free(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with written_whole(tmp_path / "folder") as place:
        (place / "file").touch()
    assert names(tmp_path / "folder") == ["file"]


def test_what_is_there_is_replaced_only_if_it_may_be(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(NotWritten, match="is there already"), written_whole(target):
        pytest.fail("was let in")
    with written_whole(target, lambda path: names(path) == ["old"]) as place:
        (place / "new").touch()
    assert names(target) == ["new"]
    assert names(tmp_path) == ["folder"]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_file_or_a_link_is_no_place_for_a_folder(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target"
    if kind == "file":
        target.touch()
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(NotWritten), written_whole(target, lambda _: True):
        pytest.fail("was let in")
    assert names(tmp_path) == ["target"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_run_that_fails_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    expected = NotWritten if isinstance(error, OSError) else KeyboardInterrupt
    (tmp_path / "file").write_text("before")
    with pytest.raises(expected), written_whole(tmp_path / "folder") as place:
        fail(place / "half", error)
    with pytest.raises(expected), written_file(tmp_path / "file") as place:
        fail(place, error)
    assert names(tmp_path) == ["file"]
    assert (tmp_path / "file").read_text() == "before"


def test_a_file_is_replaced(tmp_path: Path) -> None:
    for text in ("one", "two"):
        with written_file(tmp_path / "deep" / "file") as place:
            place.write_text(text)
    assert (tmp_path / "deep" / "file").read_text() == "two"
    assert names(tmp_path / "deep") == ["file"]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(NotWritten, match="cannot be written"),
        written_whole(tmp_path / "file" / "folder"),
    ):
        pytest.fail("was let in")


def test_names_are_escaped() -> None:
    assert escaped(Path("a\x1b[2J/а")) == r"a\x1b[2J/\u0430"

from pathlib import Path

import pytest

from detector.confusables import ConfusableMap, Reading, render_map
from detector.errors import InvalidMap
from detector.merging import CNN_MOST, Sources, build_merged, merge_characters
from tests.detector.test_uts39 import DRAWN, SMALL


def written(path: Path, rows: dict[str, tuple[Reading, ...]]) -> Path:
    text = render_map(rows, made_by="a test", unicode="18.0.0", sources=[])
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> Sources:
    confusables, drawn = tmp_path / "confusables.txt", tmp_path / "drawn.txt"
    confusables.write_text(SMALL, encoding="utf-8")
    drawn.write_text(DRAWN, encoding="utf-8")
    cnn: dict[str, tuple[Reading, ...]] = {
        "а": (Reading("a", 0.99, ("cnn",), "60/61"),),
        "ä": (Reading("a", 0.99, ("cnn",), "90/90"),),
        "щ": (Reading("w", 0.97, ("cnn",), "50/52"),),
        "ม": (Reading("u", 0.7, ("cnn",), "4/8"),),
        "rn": (Reading("m", 0.76, ("cnn",), "79/96"),),
        "uv": (Reading("w", 0.7, ("cnn",), "78/96"),),
    }
    return Sources(confusables, written(tmp_path / "cnn.txt", cnn), drawn=drawn)


def merged(files: Sources, tmp_path: Path) -> ConfusableMap:
    path = tmp_path / "merged.txt"
    path.write_text(build_merged(files), encoding="utf-8")
    return ConfusableMap.load(path)


def test_who_says_so_stays_visible(files: Sources, tmp_path: Path) -> None:
    rows = merged(files, tmp_path).characters
    assert rows["а"] == (Reading("a", 0.998, ("uts39", "cnn"), "60/61"),)
    assert rows["ø"][0].sources == ("uts39", "mark:overlay")
    assert rows["щ"] == (Reading("w", CNN_MOST, ("cnn",), "50/52"),)


def test_a_network_does_not_make_an_accent_vanish(files: Sources, tmp_path: Path) -> None:
    reading = merged(files, tmp_path).characters["ä"][0]
    assert reading.confidence == 0.88
    assert "cnn" in reading.sources


def test_tiers(files: Sources, tmp_path: Path) -> None:
    rows = merged(files, tmp_path).characters
    assert [rows[char][0].tier for char in "аäщม"] == ["A", "A", "A", "B"]


def test_pairs_are_seconded_and_none_is_added(files: Sources, tmp_path: Path) -> None:
    pairs = merged(files, tmp_path).pairs
    assert pairs["rn"] == (Reading("m", 0.885, ("pair", "cnn"), "79/96"),)
    assert "uv" not in pairs


def test_a_reading_far_below_the_best_is_not_added() -> None:
    told = {"е": (Reading("e", 0.998, ("uts39",)),)}
    seen = {"е": (Reading("e", 0.99, ("cnn",), "9/9"), Reading("c", 0.6, ("cnn",), "0/9"))}
    assert [reading.letters for reading in merge_characters(told, seen)["е"]] == ["e"]


def test_the_operator_has_the_last_word(files: Sources, tmp_path: Path) -> None:
    rows: dict[str, tuple[Reading, ...]] = {
        "щ": (Reading("m", 0.8, ("ours",)),),
        "ä": (Reading("a", 0.99, ("ours",)),),
    }
    operator = written(tmp_path / "operator.txt", rows)
    found = merged(Sources(files.confusables, files.cnn, operator, files.drawn), tmp_path)
    assert found.characters["щ"] == (Reading("m", 0.8, ("operator", "ours")),)
    assert found.characters["ä"] == (Reading("a", 0.99, ("operator", "ours")),)
    assert any(line.startswith("# Operator: sha256:") for line in found.header)


def test_the_same_files_give_the_same_bytes(files: Sources) -> None:
    assert build_merged(files) == build_merged(files)


def test_a_broken_map_is_refused(files: Sources, tmp_path: Path) -> None:
    path = tmp_path / "broken.txt"
    path.write_text("not a map\n", encoding="utf-8")
    with pytest.raises(InvalidMap, match=r"broken\.txt"):
        build_merged(Sources(files.confusables, path))

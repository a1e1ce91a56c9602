"""What a map finds and costs: by names whose answer is known beforehand."""

from pathlib import Path

import pytest

from detector.confusables import ConfusableMap, Reading, render_map
from detector.map_value import beside, value
from detector.suffixes import SuffixList
from detector.targets import TargetList

HOMOGRAPHS = [("аррӏе", "apple"), ("щalmart", "walmart")]


@pytest.fixture
def blind(tmp_path: Path) -> ConfusableMap:
    """A map that knows one letter alone."""
    path = tmp_path / "map.txt"
    rows = {"щ": (Reading("w", 0.97, ("cnn",), "50/52"),)}
    path.write_text(render_map(rows, made_by="t", unicode="18.0.0", sources=[]), encoding="utf-8")
    return ConfusableMap.load(path)


def test_what_reads_as_a_brand_counts_and_nothing_else(blind: ConfusableMap) -> None:
    targets, suffixes = TargetList.load(), SuffixList.load()
    words = ["аррӏе", "strasse", "щalmart"]  # two brands by the packaged map, and no brand
    packaged = value(ConfusableMap.load(), HOMOGRAPHS, words, targets, suffixes)
    least = value(blind, HOMOGRAPHS, words, targets, suffixes)
    assert (packaged.words, least.words) == (2, 1)
    assert least.homographs.missed == (("аррӏе", "apple"),)
    assert (least.counts.pvalid, least.counts.tier_a) == (1, 1)


def test_maps_stand_side_by_side(blind: ConfusableMap) -> None:
    lines = list(beside({"packaged": ConfusableMap.load(), "blind": blind}, HOMOGRAPHS))
    assert lines[0] == "| | packaged | blind |"
    cells = {row[1].strip(): row[2:4] for row in (line.split("|") for line in lines[2:])}
    assert [cell.strip() for cell in cells["homographs found, of 2"]] == ["1.000", "0.500"]
    assert cells["of tier A"][1].strip() == "1"
    said = cells["words reported, of 21,186"]
    assert int(said[0].replace(",", "")) > 1000 > int(said[1])

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from detector.confusables import ConfusableMap, Reading
from detector.errors import InvalidData
from detector.map_difference import difference
from detector.map_formats import COLUMNS, export_map
from detector.map_gates import INTENDED, Gate, map_gates
from detector.map_report import count, counts_lines, read_homographs, recall
from detector.prototypes import Confusables

A = Reading("a", 0.998, ("uts39", "cnn"), "60/61")
FAINT = Reading("u", 0.7, ("cnn",), "4/8")
ODD = Reading("u", 0.6, ("cnn",), "3/8")


def made(characters: dict[str, tuple[Reading, ...]], version: str = "new") -> ConfusableMap:
    pairs = {"rn": (Reading("m", 0.9, ("pair",)),)}
    classes = {"0": Reading("o", 0.9, ("ascii",))}
    return ConfusableMap("18.0.0", version, ("# a map",), characters, classes, pairs)


OLD = made({"а": (A,), "ж": (FAINT,), "ม": (FAINT,)}, "old")
NEW = made({"а": (A,), "ж": (Reading("x", 0.92, ("cnn",), "9/9"),), "щ": (FAINT,)})


def test_a_difference_says_what_a_reader_would_see() -> None:
    found = difference(OLD, NEW)
    kinds = {change.source: change.kind for change in found.changes}
    assert kinds == {"ж": "letters", "ม": "removed", "щ": "added"}
    assert found.same == 3
    assert list(found.of_kind("letters")[0].lines()) == [
        "- 0436 ; u 0.700 cnn 4/8 # CYRILLIC SMALL LETTER ZHE",
        "+ 0436 ; x 0.920 cnn 9/9 # CYRILLIC SMALL LETTER ZHE",
    ]
    surer = made({"а": (Reading("a", 0.9, ("uts39",)),)})
    assert [change.kind for change in difference(made({"а": (A,)}), surer).changes] == ["details"]
    assert not difference(NEW, NEW).changes


def test_an_export_for_uts39_is_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "confusables.txt"
    text = export_map(ConfusableMap.load(), "uts39")
    title = "# confusables.txt\n# Unicode Security Mechanisms for UTS #39\n"
    path.write_text(title + text, encoding="utf-8")
    found = Confusables.load(path)
    assert found.prototypes["а"].text == "a"
    rows = ConfusableMap.load().characters.values()
    assert len(found.prototypes) == sum(each[0].tier != "C" for each in rows) < len(rows)


def test_an_export_to_csv_has_a_line_a_reading() -> None:
    rows = list(csv.DictReader(StringIO(export_map(NEW, "csv"))))
    assert tuple(rows[0]) == COLUMNS
    found = {row["sequence"]: row for row in rows}
    assert set(found) == {"0430", "0436", "0449", "0030", "0072 006E"}
    assert (found["0430"]["fonts_agree"], found["0430"]["fonts"]) == ("60", "61")
    assert [found[each]["tier"] for each in ("0430", "0436", "0449")] == ["A", "A", "B"]


def test_an_export_to_json_has_everything() -> None:
    told = json.loads(export_map(NEW, "json"))
    assert told["unicode"] == "18.0.0"
    assert told["rows"]["щ"] == [
        {"letters": "u", "confidence": 0.7, "tier": "B", "sources": ["cnn"],
         "fonts_agree": 4, "fonts": 8},
    ]  # fmt: skip
    assert told["rows"]["0"][0]["fonts"] is None
    with pytest.raises(ValueError, match="xml"):
        export_map(NEW, "xml")


def test_rows_are_counted_by_tier() -> None:
    counts = count(NEW)
    assert (counts.rows, counts.characters, counts.classes, counts.pairs) == (5, 3, 1, 1)
    assert (counts.pvalid, counts.tier_a, counts.tier_a_new, counts.tier_b) == (3, 2, 1, 1)
    odd = count(made({"щ": (FAINT,), "ม": (ODD,)}))
    assert (odd.tier_a, odd.tier_b, odd.tier_c) == (0, 1, 1)
    assert any("neither UTS #39 nor a decomposition" in line for line in counts_lines(NEW))


def test_recall_counts_what_meets_its_target(tmp_path: Path) -> None:
    path = tmp_path / "homographs.csv"
    path.write_text("homograph,target,kind\nаpple,apple,x\norange,apple,x\n", encoding="utf-8")
    found = recall(NEW, read_homographs(path))
    assert (found.share, found.missed) == (0.5, (("orange", "apple"),))
    for text in ("homograph\nx\n", "homograph,target\nx,\n"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InvalidData, match=r"homographs\.csv"):
            read_homographs(path)


def test_gates_name_what_fails() -> None:
    gates = {gate.name: gate for gate in map_gates(NEW, OLD, [("аpple", "apple")])}
    failed = [name for name, gate in gates.items() if not gate.passed]
    assert failed == ["PVALID characters of tier A", "of them new"]
    poorer = map_gates(made({"ж": (FAINT,)}), OLD, [("аpple", "apple")])
    lost = [gate.name for gate in poorer if not gate.passed]
    assert "share of the last map's tier A that is lost" in lost
    assert "share of homographs found" in lost


def test_a_map_that_makes_letters_one_is_not_published() -> None:
    merged = ConfusableMap("18", "x", (), {}, {"b": Reading("d", 0.9, ("cnn",))}, {})
    gate = next(g for g in map_gates(merged, OLD) if "share a key" in g.name)
    assert (gate.value, gate.passed) == (1, False)
    assert len(INTENDED) == 4


def test_no_number_passes_no_gate() -> None:
    nothing = float("nan")
    assert not Gate("x", nothing, 0.5).passed
    assert not Gate("x", nothing, 0.5, most=True).passed
    assert str(Gate("x", 0.25, 0.5)) == "FAILED  x: 0.25 >= 0.5"

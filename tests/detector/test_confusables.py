import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.characters import name
from detector.confusables import (
    FORMAT_LINE,
    LETTERS,
    MAX_READINGS,
    ConfusableMap,
    Reading,
    parse_row,
    render_map,
    render_row,
    rows_digest,
)
from detector.errors import InvalidMap

HEADER = f"{FORMAT_LINE}\n# Unicode: 18.0.0\n"


def write(folder: Path, rows: str, header: str = HEADER) -> Path:
    path = folder / "map.txt"
    path.write_text(header + rows, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def packaged() -> ConfusableMap:
    return ConfusableMap.load()


def test_a_map_is_read_row_by_row(tmp_path: Path) -> None:
    rows = (
        "0031 ; l 0.900 ascii - # DIGIT ONE\n"
        "0072 006E ; m 0.920 pair - # LATIN SMALL LETTER R, LATIN SMALL LETTER N\n"
        "0142 ; l 0.800 uts39+mark:overlay - | t 0.650 struck 9/65 # LATIN SMALL LETTER L...\n"
    )
    loaded = ConfusableMap.load(write(tmp_path, rows))
    assert loaded.unicode == "18.0.0"
    assert loaded.classes == {"1": Reading("l", 0.9, ("ascii",))}
    assert loaded.pairs == {"rn": (Reading("m", 0.92, ("pair",)),)}
    assert loaded.characters["ł"] == (
        Reading("l", 0.8, ("uts39", "mark:overlay")),
        Reading("t", 0.65, ("struck",), "9/65"),
    )
    assert loaded.version == rows_digest(rows.splitlines())[:12]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("0430", "a row is 'sequence ; readings # NAME'"),
        ("0430 ; a", "does not have letters, confidence, sources and fonts"),
        ("0430 ; a 0.9 uts39", "does not have letters, confidence, sources and fonts"),
        ("0430 ; # nothing", "does not have letters, confidence, sources and fonts"),
        ("043z ; a 0.9 uts39 -", "invalid literal"),
        ("110000 ; a 0.9 uts39 -", "range"),
        ("0430 ; a high uts39 -", "could not convert"),
        ("0430 ; а 0.9 uts39 -", "is not 1 to 4 of a-z, 0-9"),  # not flat: a Cyrillic reading
        ("0430 ; A 0.9 uts39 -", "is not 1 to 4 of a-z, 0-9"),
        ("0430 ; aaaaa 0.9 uts39 -", "is not 1 to 4 of a-z, 0-9"),
        ("0430 ; a 0 uts39 -", "is not above 0 and up to 1"),
        ("0430 ; a 1.01 uts39 -", "is not above 0 and up to 1"),
        ("0430 ; a nan uts39 -", "is not above 0 and up to 1"),
        ("0430 ; a 0.5 x - | b 0.6 x -", "do not stand best first"),
        ("0430 ; a 0.6 x - | a 0.5 x -", "one reading is given twice"),
        ("0430 ; a 0.9 x - | b 0.8 x - | c 0.7 x - | d 0.6 x -", "1 to 3 readings, not 4"),
        ("0030 ; oo 0.9 ascii -", "reads as one letter"),
        ("0041 ; a 0.9 ascii -", "one or two of a-z, 0-9"),
        ("0430 0431 ; a 0.9 uts39 -", "one or two of a-z, 0-9"),
        ("0030 ; o 0.9 ascii - | q 0.5 ascii -", "a class row has one reading"),
        ("0072 006E 006E ; m 0.9 pair -", "a pair has two letters"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, row: str, fault: str) -> None:
    path = write(tmp_path, f"0061 0062 ; d 0.9 pair - # fine\n{row}\n")
    with pytest.raises(InvalidMap, match=re.escape(fault)) as raised:
        ConfusableMap.load(path)
    assert str(raised.value).startswith(f"{path}:4: ")


def test_a_second_row_for_one_character_is_a_fault(tmp_path: Path) -> None:
    row = "0430 ; a 0.998 uts39 - # CYRILLIC SMALL LETTER A\n"
    with pytest.raises(InvalidMap, match=":4: a second row for CYRILLIC SMALL LETTER A"):
        ConfusableMap.load(write(tmp_path, row * 2))


def test_a_class_that_leads_on_is_not_flat(tmp_path: Path) -> None:
    rows = "0031 ; i 0.9 ascii - # ONE\n0069 ; l 0.9 ascii - # I\n"
    with pytest.raises(InvalidMap, match="not flat: '1' reads as 'i'"):
        ConfusableMap.load(write(tmp_path, rows))


def test_a_file_that_is_no_map_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidMap, match=":1: a confusable map begins with"):
        ConfusableMap.load(write(tmp_path, "", header="<html>\n"))
    with pytest.raises(InvalidMap, match="cannot be read"):
        ConfusableMap.load(tmp_path / "missing.txt")
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"\x1f\x8b\xff\xfe")
    with pytest.raises(InvalidMap, match="cannot be read"):
        ConfusableMap.load(binary)


def test_rows_changed_by_hand_are_noticed(tmp_path: Path) -> None:
    text = render_map(
        {"а": (Reading("a", 0.998, ("uts39",)),)}, made_by="test", unicode="18.0.0", sources=[]
    )
    assert ConfusableMap.load(write(tmp_path, text, header="")).characters["а"][0].letters == "a"
    with pytest.raises(InvalidMap, match="changed by hand"):
        ConfusableMap.load(write(tmp_path, text.replace("; a 0.998", "; o 0.998"), header=""))


readings = st.lists(
    st.builds(
        Reading,
        letters=st.text(st.sampled_from(sorted(LETTERS)), min_size=1, max_size=4),
        confidence=st.integers(1, 1000).map(lambda thousandths: thousandths / 1000),
        sources=st.lists(st.sampled_from(["uts39", "cnn", "mark:below"]), min_size=1).map(tuple),
        fonts=st.sampled_from(["-", "61/65"]),
    ),
    min_size=1,
    max_size=MAX_READINGS,
    unique_by=lambda reading: reading.letters,
).map(lambda found: tuple(sorted(found, key=lambda reading: -reading.confidence)))


@given(st.characters(min_codepoint=0x80, exclude_categories=["Cs"]), readings)
def test_a_row_is_read_as_it_was_written(char: str, written: tuple[Reading, ...]) -> None:
    assert parse_row(render_row(char, written)) == (char, written)


# The packaged map


def test_the_packaged_map_is_text_in_order_and_true_to_its_header(packaged: ConfusableMap) -> None:
    path = Path(__file__).parents[2] / "detector" / "data" / "confusables.txt"
    content = path.read_bytes()
    assert content.isascii()
    assert b"\r" not in content
    rows = [line for line in content.decode().splitlines() if not line.startswith("#")]
    numbers = [[int(code, 16) for code in row.partition(";")[0].split()] for row in rows]
    assert numbers == sorted(numbers)
    assert f"# Rows: {len(rows)}" in packaged.header
    assert len(packaged.characters) + len(packaged.classes) + len(packaged.pairs) == len(rows)
    assert packaged.version == rows_digest(rows)[:12]


def test_no_row_is_about_a_mark_alone_or_about_nothing_drawn(packaged: ConfusableMap) -> None:
    for char in packaged.characters:
        assert "COMBINING" not in name(char)
        assert "VARIATION SELECTOR" not in name(char)


def test_the_classes_are_zero_and_one(packaged: ConfusableMap) -> None:
    folds = {char: reading.letters for char, reading in packaged.classes.items()}
    assert folds == {"0": "o", "1": "l", "i": "l"}
    assert packaged.classes["1"].confidence > packaged.classes["i"].confidence  # its dot shows


def test_the_pairs_are_those_that_fonts_bear_out(packaged: ConfusableMap) -> None:
    pairs = {pair: found[0].letters for pair, found in packaged.pairs.items()}
    assert pairs == {
        "rn": "m", "vv": "w", "nn": "m", "ni": "m", "cl": "d",
        "li": "h", "ri": "n", "lc": "k", "uu": "w",
    }  # fmt: skip
    by_confidence = sorted(packaged.pairs, key=lambda pair: -packaged.pairs[pair][0].confidence)
    assert set(by_confidence[:3]) == {"rn", "vv", "cl"}

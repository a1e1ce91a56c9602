"""Verdicts: what is read is what was written, and slips are told with their line."""

from pathlib import Path

import pytest

from classifier.errors import InvalidVerdicts
from classifier.verdicts import (
    COLUMNS,
    VERDICTS,
    Verdict,
    letters_upheld,
    load_verdicts,
    refuted,
    render_verdicts,
    upheld,
)

HEADER = ",".join(COLUMNS) + "\n"
ROW = "043F,CYRILLIC SMALL LETTER PE,n,right,recommended 0.9-1.0,1,A1\n"
SAID = (
    Verdict(0x43F, "n", "right", "recommended 0.9-1.0", 1, "A1"),
    Verdict(0x436, "x", "wrong", "recommended 0.4-0.6", 1, "A2"),
    Verdict(0x436, "k", "wrong", "recommended 0.4-0.6", 2, "A1"),
    Verdict(0x15D0, "x", "unsure", "recommended 0.4-0.6", 2, "A2"),
    Verdict(0x15D0, "n", "wrong", "other, 0.4-0.6", 2, "A3"),
    Verdict(0x118C1, "s", "wrong", "other, 0.9-1.0", 3, "A1"),
    Verdict(0x118C1, "5", "right", "other, 0.9-1.0", 3, "A2"),
)


def write(folder: Path, text: str) -> Path:
    path = folder / "verdicts.csv"
    path.write_bytes(text.encode())
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    text = render_verdicts(SAID)
    assert text.startswith(HEADER + ROW)
    assert load_verdicts(write(tmp_path, text)) == SAID
    assert render_verdicts(load_verdicts(write(tmp_path, text))) == text


def test_wrong_alone_refutes_and_one_right_upholds() -> None:
    assert refuted(SAID) == {0x436}
    assert upheld(SAID) == {0x43F, 0x118C1}


def test_the_packaged_table_can_be_read() -> None:
    assert VERDICTS.read_text("utf-8") == render_verdicts(load_verdicts())


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (ROW.replace("043F", "43F"), "'43F' is no code point"),
        (ROW.replace("043F", "043f"), "'043f' is no code point"),
        (ROW.replace("043F", "110000"), "'110000' is no code point"),
        (ROW.replace("043F", "0430"), "U.0430 is not named 'CYRILLIC SMALL LETTER PE'"),
        (ROW.replace("043F,CYRILLIC SMALL LETTER PE", "E000,"), "U.E000 is not named ''"),
        (ROW.replace(",n,", ",N,"), "'N' is none of the letters"),
        (ROW.replace(",n,", ",ni,"), "'ni' is none of the letters"),
        (ROW.replace(",n,", ",,"), "'' is none of the letters"),
        (ROW.replace("right", "yes"), "'yes' is none of right, wrong, unsure"),
        (ROW.replace("recommended 0.9-1.0", ""), "stratum '' is empty"),
        (
            ROW.replace("recommended", "\x1b[31m"),
            r"stratum '\\x1b\[31m 0.9-1.0' is empty or cannot",
        ),
        (ROW.replace(",1,", ",one,"), "sheet 'one' is no number"),
        (ROW.replace("A1", "A 1"), "place 'A 1' is not letters and digits"),
        (ROW.replace(",A1", ""), "it has 6 fields and not 7"),
        (ROW + ROW, "a second verdict on A1 of sheet 1"),
    ],
)
def test_a_broken_row_is_told_with_its_line(tmp_path: Path, row: str, fault: str) -> None:
    line = 1 + row.count("\n")
    with pytest.raises(InvalidVerdicts, match=rf"verdicts\.csv:{line}: .*{fault}"):
        load_verdicts(write(tmp_path, HEADER + row))


@pytest.mark.parametrize("text", ["", "code_point,letter\n", ROW])
def test_another_table_is_told_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidVerdicts, match=r":1: its columns are not code_point,name,"):
        load_verdicts(write(tmp_path, text))


def test_an_unreadable_table_is_told_with_its_cause(tmp_path: Path) -> None:
    with pytest.raises(InvalidVerdicts, match="No such file"):
        load_verdicts(tmp_path / "missing.csv")
    for text in (HEADER + '"043F,', HEADER + '"043F"x,'):
        with pytest.raises(InvalidVerdicts, match="cannot be read as a table"):
            load_verdicts(write(tmp_path, text))
    path = tmp_path / "latin.csv"
    path.write_bytes(HEADER.encode() + b"\xff")
    with pytest.raises(InvalidVerdicts, match="cannot be read as a table"):
        load_verdicts(path)


def test_a_letter_is_upheld_if_all_say_so() -> None:
    def said(letter: str, answer: str, sheet: int) -> Verdict:
        return Verdict(0x2C99, letter, answer, "sample", sheet, "A1")

    right, again, wrong = said("m", "right", 1), said("m", "right", 2), said("m", "wrong", 3)
    assert letters_upheld([right, again]) == {0x2C99: "m"}
    assert letters_upheld([right, again, wrong]) == {}
    assert letters_upheld([said("m", "unsure", 1)]) == {}
    assert letters_upheld([said("w", "wrong", 4), right]) == {0x2C99: "m"}

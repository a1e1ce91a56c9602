"""Unicode's file is read whole or refused with the reason."""

import datetime as dt
import gzip
import hashlib
import re
from pathlib import Path

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idna.idnadata import codepoint_classes
from idna.intranges import intranges_contain

from classifier.errors import InvalidConfusables
from classifier.unicode_tables import (
    decomposable_code_points,
    decomposed,
    is_mark,
    is_pvalid,
    load_confusables,
    pvalid_code_points,
)
from tests.classifier.confusables_files import (
    HEADER,
    PROTOTYPES,
    rows,
    unicodes_own,
    write_confusables,
)


def write(folder: Path, text: str) -> Path:
    path = folder / "confusables.txt"
    path.write_bytes(text.encode())
    return path


def test_rows_release_and_digest_are_read(tmp_path: Path) -> None:
    path = write_confusables(tmp_path)
    table = load_confusables(path)
    assert (table.version, table.date) == ("17.0.0", dt.date(2025, 7, 22))
    assert table.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert table.prototypes == {ord(char): text for char, text in PROTOTYPES.items()}


def test_a_compressed_file_is_the_same_file(tmp_path: Path) -> None:
    plain = write_confusables(tmp_path)
    packed = tmp_path / "confusables.txt.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert load_confusables(packed) == load_confusables(plain)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("0430 ; 0061", "code point ; code points ; MA"),
        ("0430 ; 0061 ; SL", "code point ; code points ; MA"),
        ("0430 0431 ; 0061 ; MA", "one code point to one or more"),
        ("0430 ; ; MA", "one code point to one or more"),
        ("xyz ; 0061 ; MA", "invalid literal"),
        ("0430 ; 110000 ; MA", "range"),
        ("0430 ; FFFFFFFFFFFFFFFFFF ; MA", ""),
        ("0061 ; 0062 ; MA\n0061 ; 0063 ; MA", "a second row for U+0061"),
    ],
)
def test_a_broken_row_is_told_with_its_line(tmp_path: Path, row: str, fault: str) -> None:
    line = HEADER.count("\n") + row.count("\n") + 1
    path = write(tmp_path, f"{HEADER}{row}\n# total: {row.count(chr(10)) + 1}\n")
    with pytest.raises(InvalidConfusables, match=rf":{line}: .*{re.escape(fault)}"):
        load_confusables(path)


def test_a_file_that_was_cut_anywhere_is_refused(tmp_path: Path) -> None:
    lines = write_confusables(tmp_path).read_text("utf-8").splitlines(keepends=True)
    first_row = HEADER.count("\n")
    for kept in range(first_row, len(lines) - 2):
        with pytest.raises(InvalidConfusables, match=r"cut short: .* '# total:', is not there"):
            load_confusables(write(tmp_path, "".join(lines[:kept])))


def test_a_file_cut_within_its_last_line_is_refused(tmp_path: Path) -> None:
    text = write_confusables(tmp_path).read_text("utf-8").rstrip()
    with pytest.raises(InvalidConfusables, match=rf"{len(PROTOTYPES)} rows, .* last line says 4$"):
        load_confusables(write(tmp_path, text[:-1]))


def test_a_row_that_was_lost_is_noticed(tmp_path: Path) -> None:
    text = f"{HEADER}{rows({'а': 'a'})}# total: 2\n"
    with pytest.raises(InvalidConfusables, match="1 rows, and its last line says 2"):
        load_confusables(write(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not Unicode's confusables.txt"),
        ("<!doctype html>\n<title>404</title>\n", "not Unicode's confusables.txt"),
        (HEADER.replace("UTS #39", "UTS #46"), "not Unicode's confusables.txt"),
        (HEADER.replace("# Version: 17.0.0\n", ""), "without a version"),
        (HEADER.replace("# Date: ", "# "), "without a date"),
        (HEADER.replace("2025-07-22", "2025-07-32"), "'2025-07-32' is no date"),
    ],
)
def test_another_file_is_told_so(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(InvalidConfusables, match=re.escape(reason)):
        load_confusables(write(tmp_path, text))


def test_an_unreadable_file_is_told_with_its_cause(tmp_path: Path) -> None:
    packed = gzip.compress(HEADER.encode())
    broken = (packed[:-9], packed[:40], b"\x1f\x8b\x08nonsense", HEADER.encode("utf-16"))
    for content in broken:
        path = tmp_path / "confusables.txt.gz"
        path.write_bytes(content)
        with pytest.raises(InvalidConfusables, match="cannot be read"):
            load_confusables(path)
    with pytest.raises(InvalidConfusables, match="No such file"):
        load_confusables(tmp_path / "missing.txt")


def test_unicodes_own_file() -> None:
    table = load_confusables(unicodes_own())
    assert (table.version, len(table.prototypes)) == ("17.0.0", 6565)


def refused(char: str) -> bool:
    """Whether `idna` refuses a label for its code points, not for what they stand beside."""
    try:
        idna.check_label(char)
    except (idna.InvalidCodepoint, idna.InvalidCodepointContext):
        return True
    except idna.IDNAError:
        return False
    return False


@given(st.characters(exclude_categories=["Cs"]))
def test_what_idna_refuses_is_not_pvalid(char: str) -> None:
    assert not (refused(char) and is_pvalid(ord(char)))


def test_all_pvalid_code_points() -> None:
    found = pvalid_code_points()
    assert {ord(char) for char in "a0-ä漢가"} <= found
    assert not {ord(char) for char in "A./\u200d·"} & found
    ranges = codepoint_classes["PVALID"]
    edges = {c + by for ends in ranges for c in (ends >> 32, ends & 0xFFFFFFFF) for by in (-1, 0)}
    for code_point in edges:
        assert (code_point in found) == intranges_contain(code_point, ranges)


def test_decomposable_characters_are_those_that_change() -> None:
    found = set(decomposable_code_points())
    changing = {
        c for c in range(0xAC00) if c not in range(0xD800, 0xE000) and decomposed(chr(c)) != chr(c)
    }
    assert {c for c in found if c < 0xAC00} == changing


def test_marks() -> None:
    assert [is_mark(ord(char)) for char in "\u0301ा⃝aˉ"] == [True, True, True, False, False]

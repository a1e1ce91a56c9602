import gzip
import hashlib
import re
from pathlib import Path

import pytest

from detector.errors import InvalidData
from detector.prototypes import Confusables, Prototype

# In the form of Unicode's file: byte order mark, header, rows with their way, total.
TEXT = """\ufeff# confusables.txt
# Date: 2025-07-22, 05:49:37 GMT
#
# Unicode Security Mechanisms for UTS #39
# Version: 17.0.0
#
0430 ;\t0061 ;\tMA\t# ( а → a ) CYRILLIC SMALL LETTER A → LATIN SMALL LETTER A\t#

00E6 ;\t0061 0065 ;\tMA\t# ( æ → ae ) LATIN SMALL LETTER AE → LATIN SMALL LETTER A, ...\t#
04CF ;\t006C ;\tMA\t# ( ӏ → l ) CYRILLIC SMALL LETTER PALOCHKA → LATIN SMALL LETTER L\t# →I→
0625 ;\t006C 0655 ;\tMA\t# ( إ → lٕ ) ARABIC LETTER ALEF WITH HAMZA BELOW → ...\t# →ٳ→→ا→

# total: 4
"""
LINES = TEXT.splitlines(keepends=True)


def write(folder: Path, text: str) -> Path:
    path = folder / "confusables.txt"
    path.write_bytes(text.encode())
    return path


def test_rows_version_and_digest_are_read(tmp_path: Path) -> None:
    loaded = Confusables.load(write(tmp_path, TEXT))
    assert loaded.version == "17.0.0"
    assert loaded.digest == hashlib.sha256(TEXT.encode()).hexdigest()
    assert loaded.prototypes == {
        "а": Prototype("a", 0),
        "æ": Prototype("ae", 0),
        "ӏ": Prototype("l", 1),
        "إ": Prototype("l\u0655", 2),
    }


def test_a_compressed_file_is_the_same_file(tmp_path: Path) -> None:
    packed = tmp_path / "confusables.txt.gz"
    packed.write_bytes(gzip.compress(TEXT.encode(), mtime=1))
    assert Confusables.load(packed) == Confusables.load(write(tmp_path, TEXT))


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
        ("0430 ; 0061 ; MA", "a second row for U+0430"),
    ],
)
def test_a_broken_row_is_told_with_its_line(tmp_path: Path, row: str, fault: str) -> None:
    path = write(tmp_path, "".join([*LINES[:9], row + "\n", *LINES[9:]]))
    with pytest.raises(InvalidData, match=rf":10: .*{re.escape(fault)}"):
        Confusables.load(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<!doctype html>\n<title>404</title>\n",
        "# IdnaMappingTable.txt\n# Version: 17.0.0\n0041 ; mapped ; 0061\n# total: 1\n",
        TEXT.replace("# Version: 17.0.0\n", ""),
    ],
)
def test_another_file_is_told_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidData, match=r"not Unicode's confusables\.txt"):
        Confusables.load(write(tmp_path, text))


def test_a_file_cut_short_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="cut short: 3 rows, total says none"):
        Confusables.load(write(tmp_path, "".join(LINES[:10])))
    with pytest.raises(InvalidData, match="cut short: 3 rows, total says 4"):
        Confusables.load(write(tmp_path, "".join([*LINES[:10], *LINES[11:]])))


def test_an_unreadable_file_is_told_with_its_cause(tmp_path: Path) -> None:
    packed = gzip.compress(TEXT.encode())
    for content in (packed[:-9], packed[:40], b"\x1f\x8b\x08nonsense", TEXT.encode("utf-16")):
        path = tmp_path / "confusables.txt.gz"
        path.write_bytes(content)
        with pytest.raises(InvalidData, match="cannot be read as UTS #39 confusables"):
            Confusables.load(path)
    with pytest.raises(InvalidData, match="No such file"):
        Confusables.load(tmp_path / "missing.txt")

"""Tables, as people break them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glyphs.errors import BadManifest
from glyphs.tables import read_table, write_table

COLUMNS = ("name", "size")
CELLS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@given(rows=st.lists(st.tuples(CELLS.filter(lambda cell: cell[0] != "#"), CELLS), max_size=5))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("tables") / "table.csv"
    path.write_text(write_table(COLUMNS, rows), encoding="utf-8", newline="\n")
    assert [tuple(row.fields) for row in read_table(path, COLUMNS)] == rows


def test_remarks_and_blank_lines_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("# of today\n\nname,size\r\n# more\n'a, b',1\n".replace("'", '"'))
    (row,) = read_table(path, COLUMNS)
    assert row.fields == ["a, b", "1"]
    assert row.place.endswith("table.csv: line 5")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: the header must be name,size"),
        (b"# nothing\n", "is empty"),
        (b"size,name\n", "line 1: the header must be name,size"),
        (b"name,size\na\n", "line 2: 2 fields are needed"),
        (b"name,size\na,1,2\n", "line 2: 2 fields are needed"),
        (b"name,size\na,\n", "line 2: 2 fields are needed, none of them empty"),
        (b'name,size\n"a,1\n', "line 2: is no line of CSV"),
        (b"name,size\n\xff,1\n", "is no UTF-8 text: octet 10 is 0xff"),
    ],
)
def test_a_broken_table_is_named_with_its_line(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(BadManifest, match=r"table\.csv: ") as raised:
        list(read_table(path, COLUMNS))
    assert message in str(raised.value)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadManifest, match=r"gone\.csv: No such file"):
        read_table(tmp_path / "gone.csv", COLUMNS)

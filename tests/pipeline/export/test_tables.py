"""Tables and lists: no cell is a formula, no line is two."""

from __future__ import annotations

import csv
import io
from base64 import b64decode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from detector.verdict import Severity
from pipeline.export.lists import write_names, write_suricata, write_zeek
from pipeline.export.selection import by_name
from pipeline.export.tables import Row, write_csv, write_parquet
from pipeline.summary import Summary
from tests.pipeline.export.samples import finding as make

Make = Callable[..., Summary]


def cells(*findings: Summary) -> list[dict[str, str]]:
    text = "".join(write_csv(findings))
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv(finding: Make) -> None:
    text = "".join(write_csv([finding("xn--80ak6aa92e.com"), finding("a.com", first_seen=None)]))
    assert text.split("\r\n")[:2] == [
        ",".join(Row._fields),
        (
            "xn--80ak6aa92e.com,аррӏе.com,apple.com,Apple,consumer-electronics,high,0.98,idn,"
            "2025-11-21T04:40:00Z,2025-11-22T08:26:40Z,5,1"
        ),
    ]
    assert cells(finding("a.com", first_seen=None))[0]["first_seen"] == ""
    assert cells() == []


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=cmd|'\\032/c\\032calc'!a0", "'=cmd|'\\032/c\\032calc'!a0"),
        ("@sum.com", "'@sum.com"),
        ("-evil.com", "'-evil.com"),
        ("+1.com", "'+1.com"),
        ("[red]x[/red].com", "[red]x[/red].com"),
        ("%s%n{}.com", "%s%n{}.com"),
    ],
)
def test_a_name_is_no_formula(finding: Make, name: str, cell: str) -> None:
    assert cells(finding(name))[0]["name"] == cell


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_no_cell_is_a_formula_or_moves_a_terminal(brand: str) -> None:
    (row,) = cells(make("evil.com", brand=brand))
    assert not row["brand"].lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert not set(row["brand"]) & {chr(code) for code in (*range(32), 127, 0x202E, 0x2028)}


def test_parquet(finding: Make) -> None:
    buffer = io.BytesIO()
    found = [finding("xn--80ak6aa92e.com"), finding("=a.com", first_seen=None, last_seen=None)]
    write_parquet(found, buffer)
    table = parquet.read_table(buffer)
    assert tuple(table.column_names) == Row._fields
    rows = table.to_pylist()
    assert rows[0]["unicode_name"] == "аррӏе.com"
    assert rows[0]["first_seen"].isoformat() == "2025-11-21T04:40:00+00:00"
    assert (rows[1]["name"], rows[1]["last_seen"]) == ("=a.com", None)
    write_parquet([], buffer := io.BytesIO())
    assert parquet.read_table(buffer).num_rows == 0


def test_lists(finding: Make) -> None:
    names = by_name([finding("b.com"), finding("a.com", best_severity=Severity.LOW)])
    assert "".join(write_names(names)) == "a.com\nb.com\n"
    lines = "".join(write_suricata(names)).splitlines()
    assert [b64decode(line, validate=True) for line in lines] == [b"a.com", b"b.com"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_a_brand_stays_in_its_column_for_zeek(brand: str) -> None:
    text = "".join(write_zeek({"evil.com": [make("evil.com", brand=brand)]}))
    header, line, rest = text.split("\n")
    assert header.split("\t") == [
        "#fields",
        "indicator",
        "indicator_type",
        "meta.source",
        "meta.desc",
    ]
    assert line.split("\t")[:3] == ["evil.com", "Intel::DOMAIN", "glyphwatch"]
    assert line.count("\t") == 3
    assert line.count("\\") == line.count("\\x5c")
    assert rest == ""

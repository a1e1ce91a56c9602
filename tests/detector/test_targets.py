"""Target files: what is read of them, and what is refused as no target file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from detector.errors import InvalidData, InvalidTargets
from detector.suffixes import SuffixList
from detector.targets import Target, TargetList, check_targets, load_industries

SUFFIXES = SuffixList.load()

FILE = """\
domain,brand,industry,owned
# A comment, and a blank line:

paypal.com,PayPal,payments,paypal.me paypal.de
xn--citron-tva.fr,Citroën,cars,
nestlé.com,Nestlé,food,nestle.com
HSBC.co.uk,"HSBC, the bank",banking
foo.github.io,Foo,software,
"""

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(content: str | bytes) -> Path:
        path = tmp_path / "targets.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def rows(*lines: str) -> str:
    return "\n".join(["domain,brand,industry,owned", *lines])


def test_rows_become_targets_in_file_order(write: Write) -> None:
    targets = TargetList.load(write(FILE), SUFFIXES)
    assert [target.domain for target in targets] == [
        "paypal.com",
        "xn--citron-tva.fr",
        "xn--nestl-fsa.com",
        "hsbc.co.uk",
        "foo.github.io",
    ]
    assert not targets.problems
    assert not list(check_targets(write(FILE)))


def test_a_target_knows_its_label_and_suffix_in_both_forms(write: Write) -> None:
    targets = TargetList.load(write(FILE), SUFFIXES)
    citroen = Target("xn--citron-tva.fr", "Citroën", "cars")
    assert targets[1] == citroen
    assert (citroen.label, citroen.unicode_label, citroen.suffix) == (
        "xn--citron-tva",
        "citroën",
        "fr",
    )
    assert (targets[3].label, targets[3].suffix) == ("hsbc", "co.uk")
    assert (targets[4].label, targets[4].suffix) == ("foo", "github.io")
    assert targets[3].brand == "HSBC, the bank"


def test_parallel_lists_are_those_of_the_targets(write: Write) -> None:
    targets = TargetList.load(write(FILE), SUFFIXES)
    assert list(targets.domains) == [target.domain for target in targets]
    assert list(targets.labels) == [target.label for target in targets]
    assert list(targets.idn_labels()) == [(1, "citroën"), (2, "nestlé")]


def test_own_names_are_domains_and_owned_names_in_a_label_form(write: Write) -> None:
    file = rows("citroen.com,Citroën,cars,citroën.fr www.citroen.de", "paypal.com,PayPal,payments")
    own = {"citroen.com", "xn--citron-tva.fr", "www.citroen.de", "paypal.com"}
    assert set(TargetList.load(write(file), SUFFIXES).own) == own


def test_indexing_follows_the_rules_of_sequences(write: Write) -> None:
    targets = TargetList.load(write(FILE), SUFFIXES)
    assert targets[-5] == targets[0]
    assert targets[-5].owned == ("paypal.me", "paypal.de")
    assert targets[1:3] == (targets[1], targets[2])
    with pytest.raises(IndexError):
        targets[5]


@pytest.mark.parametrize(
    "header",
    ["domain,brand,industry", "Industry, Brand ,note,DOMAIN", "x,owned,domain,brand,industry"],
)
def test_columns_are_found_by_name(write: Write, header: str) -> None:
    cells = {"domain": "visa.com", "brand": "Visa", "industry": "credit"}
    row = ",".join(cells.get(column.strip().lower(), "") for column in header.split(","))
    assert list(TargetList.load(write(f"{header}\n{row}\n"), SUFFIXES)) == [
        Target("visa.com", "Visa", "credit")
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_byte_order_mark_and_line_ends_do_not_matter(write: Write, end: str, mark: bytes) -> None:
    data = mark + FILE.replace("\n", end).encode()
    assert list(TargetList.load(write(data))) == list(TargetList.load(write(FILE)))


def test_digest_is_of_the_content_and_not_of_its_writing(write: Write) -> None:
    digest = TargetList.load(write(rows("visa.com,Visa,credit,visa.de")), SUFFIXES).digest
    same = rows("# cards", "VISA.com., Visa ,credit,  visa.de ")
    assert TargetList.load(write(same), SUFFIXES).digest == digest
    for other in ("visa.com,Visa,credit", "visa.com,Visa,cards,visa.de", "visa.de,Visa,credit"):
        assert TargetList.load(write(rows(other)), SUFFIXES).digest != digest


def test_statistics_count_brands_names_and_industries(write: Write) -> None:
    file = rows(
        "amazon.com,Amazon,retail,amazon.de amazon.fr",
        "amazon.ca,Amazon,retail",
        "visa.com,Visa,credit",
    )
    found = TargetList.load(write(file), SUFFIXES).statistics()
    assert (found.targets, found.brands, found.names) == (3, 2, 5)
    assert found.industries == (("retail", 2), ("credit", 1))


def test_a_list_made_by_hand_is_as_one_from_a_file(write: Write) -> None:
    targets = TargetList.load(write(FILE), SUFFIXES)
    made = TargetList.of(targets)
    assert list(made) == list(targets)
    assert made.digest == targets.digest


# What is no target file


def faults(path: Path) -> list[tuple[int, str, str]]:
    return [(each.line, each.column, each.value) for each in check_targets(path)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n\n# nothing\n,,,\n", "is empty"),
        (b"domain,brand,industry\n", "holds no target that can be used"),
        (b"domain,brand,industry\nco.uk,UK,other\n", "holds no target that can be used"),
        (b"1,google.com\n2,youtube.com\n", "a list of top sites must be imported first"),
        (b"google.com\n", "is no header"),
        (b"domain;brand;industry\n", "divide the columns by commas"),
        (b"domain\tbrand\tindustry\n", "divide the columns by commas"),
        (b"domain,name\n", "brand is missing from the header"),
        (b"domain,brand,industry,domain\n", "stands in the header twice"),
        (b"domain,brand,industry\nvisa.com,Vis\xe4,credit\n", "holds octet 0xe4"),
        ("domain,brand,industry\n".encode("utf-16"), "UTF-16"),
        (b"\x7fELF\x02\0\0", "NUL"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\x28\xb5\x2f\xfd\0", "zstd"),
        (b"PK\x03\x04\0", "spreadsheet"),
    ],
)
def test_a_file_that_is_no_target_list_is_refused_with_its_reason(
    write: Write, content: bytes, sentence: str
) -> None:
    path = write(content)
    with pytest.raises(InvalidTargets, match=r"targets\.csv: ") as caught:
        TargetList.load(path, SUFFIXES)
    assert sentence in " ".join(map(str, caught.value.problems))
    assert list(check_targets(path)) == list(caught.value.problems)


def test_every_missing_column_and_every_line_of_another_encoding_is_named(write: Write) -> None:
    assert faults(write("brand,note\nVisa,x\n")) == [(1, "domain", ""), (1, "industry", "")]
    latin = FILE.encode("latin-1")
    assert faults(write(latin)) == [
        (5, "", "xn--citron-tva.fr,Citro\\xebn,cars,"),
        (6, "", "nestl\\xe9.com,Nestl\\xe9,food,nestle.com"),
    ]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidTargets, match="No such file"):
        TargetList.load(tmp_path / "none.csv", SUFFIXES)
    (problem,) = check_targets(tmp_path)
    assert problem.line == 0


def test_a_vocabulary_that_repeats_a_slug_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "industries.csv"
    for text in ("slug,label\na,A\na,B\n", "slug,label\na\n", "a,A\n", "slug,label\n"):
        path.write_text(text)
        with pytest.raises(InvalidData):
            load_industries(path)

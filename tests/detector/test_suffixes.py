"""Public suffixes: the list's own test data, and the `publicsuffixlist` package as oracle."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import publicsuffixlist
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector import suffixes as psl
from detector.errors import InvalidData
from detector.labels import parse_name
from detector.suffixes import SuffixList
from detector.uts46 import map_text

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = SuffixList.load()
RULES = dict(SUFFIXES.rules())
ORACLE_ICANN = publicsuffixlist.PublicSuffixList(only_icann=True)
ORACLE = publicsuffixlist.PublicSuffixList()
MADE = """\
// VERSION: 2026-01-01_00-00-00_UTC
// ===BEGIN ICANN DOMAINS===
com
*.ck   and a comment
!www.ck
公司.cn
// ===END ICANN DOMAINS===
// ===BEGIN PRIVATE DOMAINS===
github.io
*.compute.example
// ===END PRIVATE DOMAINS===
"""


def expected_lengths(labels: list[str]) -> tuple[int, int]:
    name = ".".join(labels)
    icann, both = ORACLE_ICANN.publicsuffix(name), ORACLE.publicsuffix(name)
    assert icann is not None
    assert both is not None
    return icann.count(".") + 1, both.count(".") + 1


@pytest.mark.parametrize(
    ("name", "registrable"),
    [  # from the list's test_psl.txt; None: the name is a public suffix itself
        ("com", None),
        ("b.example.com", "example.com"),
        ("b.example.example", "example.example"),
        ("uk.com", None),
        ("b.example.uk.com", "example.uk.com"),
        ("test.ac", "test.ac"),
        ("mm", None),
        ("c.mm", None),
        ("a.b.c.mm", "b.c.mm"),
        ("www.test.jp", "test.jp"),
        ("ac.jp", None),
        ("www.test.ac.jp", "test.ac.jp"),
        ("ide.kyoto.jp", None),
        ("a.b.ide.kyoto.jp", "b.ide.kyoto.jp"),
        ("kobe.jp", None),
        ("c.kobe.jp", None),
        ("a.b.c.kobe.jp", "b.c.kobe.jp"),
        ("www.city.kobe.jp", "city.kobe.jp"),
        ("ck", None),
        ("test.ck", None),
        ("a.b.test.ck", "b.test.ck"),
        ("www.ck", "www.ck"),
        ("www.www.ck", "www.ck"),
        ("k12.ak.us", None),
        ("www.test.k12.ak.us", "test.k12.ak.us"),
        ("食狮.com.cn", "xn--85x722f.com.cn"),
        ("www.食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("公司.cn", None),
        ("www.食狮.中国", "xn--85x722f.xn--fiqs8s"),
        ("xn--fiqs8s", None),
    ],
)
def test_the_lists_own_test_data(name: str, registrable: str | None) -> None:
    labels = [label.text for label in parse_name(name).labels]
    _, length = SUFFIXES.suffix_lengths(labels)
    found = ".".join(labels[-length - 1 :]) if length < len(labels) else None
    assert found == registrable


def test_private_suffixes_count_in_the_second_figure_only() -> None:
    assert SUFFIXES.suffix_lengths(["evil", "github", "io"]) == (1, 2)
    assert SUFFIXES.suffix_lengths(["evil", "blogspot", "com"]) == (1, 2)
    assert SUFFIXES.suffix_lengths(["www", "amazon", "co", "uk"]) == (2, 2)


def test_unknown_and_empty_names() -> None:
    assert SUFFIXES.suffix_lengths(["localhost"]) == (1, 1)
    assert SUFFIXES.suffix_lengths(["1", "2", "3", "4"]) == (1, 1)
    assert SUFFIXES.suffix_lengths([]) == (0, 0)


@pytest.mark.parametrize("prefix", [[], ["a"], ["a", "b"], ["www", "a", "b"]])
def test_every_rule_answers_as_the_oracle_does(prefix: list[str]) -> None:
    for suffix in RULES:
        labels = [*prefix, *suffix.split(".")]
        assert SUFFIXES.suffix_lengths(labels) == expected_lengths(labels), labels


ends = st.sampled_from(sorted(RULES)).map(lambda suffix: suffix.split("."))
some_labels = st.sampled_from(["www", "city", "a", "com", "jp", "uk", "xn--fiqs8s", "xn--a", "_x"])


@given(st.lists(some_labels, max_size=4), ends, st.integers(0, 3))
def test_names_answer_as_the_oracle_does(front: list[str], end: list[str], cut: int) -> None:
    labels = [*front, *end[min(cut, len(end) - 1) :]]
    assert SUFFIXES.suffix_lengths(labels) == expected_lengths(labels)


@given(st.lists(some_labels, min_size=1, max_size=8))
def test_made_up_names_answer_as_the_oracle_does(labels: list[str]) -> None:
    assert SUFFIXES.suffix_lengths(labels) == expected_lengths(labels)


def test_idn_rules_are_what_a_name_off_the_wire_has() -> None:
    """The list keeps its IDN rules mapped and normalized, so that encoding them is all there is."""
    seen = 0
    for suffix in RULES:
        if "xn--" in suffix:
            name = parse_name(suffix)
            assert (
                map_text(name.unicode) == name.unicode == unicodedata.normalize("NFC", name.unicode)
            )
            assert parse_name(name.unicode).text == suffix
            seen += 1
    assert seen > 400


def test_rules_and_flags(tmp_path: Path) -> None:
    path = tmp_path / "list.dat"
    path.write_text(MADE, encoding="utf-8")
    made = SuffixList.load(path)
    assert dict(made.rules()) == {
        "com": psl.ICANN,
        "ck": psl.ICANN_WILDCARD,
        "www.ck": psl.ICANN_EXCEPTION,
        "xn--55qx5d.cn": psl.ICANN,
        "github.io": psl.PRIVATE,
        "compute.example": psl.PRIVATE_WILDCARD,
    }
    assert made.version == "2026-01-01_00-00-00_UTC"
    assert made.suffix_lengths(["a", "b", "compute", "example"]) == (1, 3)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "list.dat"
    path.write_bytes(b"\xef\xbb\xbf" + MADE.replace("\n", "\r\n").encode())
    plain = tmp_path / "plain.dat"
    plain.write_text(MADE, encoding="utf-8")
    assert dict(SuffixList.load(path).rules()) == dict(SuffixList.load(plain).rules())


def test_the_version_names_data_and_package() -> None:
    data, package = SUFFIXES.version.split(" ", 1)
    assert data.endswith("_UTC")
    assert package == f"(publicsuffixlist {publicsuffixlist.__version__})"


def test_a_list_without_a_version_is_named_by_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "list.dat"
    path.write_text(MADE.split("\n", 1)[1], encoding="utf-8")
    assert SuffixList.load(path).version.startswith("sha256:")


@pytest.mark.parametrize("rule", ["a..b", ".com", "com.", "a.*.b", "*", "!", "*.", "a.!b"])
def test_a_line_that_is_no_rule_is_named(tmp_path: Path, rule: str) -> None:
    path = tmp_path / "list.dat"
    path.write_text(MADE.replace("github.io", rule), encoding="utf-8")
    with pytest.raises(InvalidData, match=r"list\.dat:9: .* is no public suffix rule"):
        SuffixList.load(path)


@pytest.mark.parametrize("content", [b"com\nnet\n", b"\xff\xfe", b""])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.dat"
    path.write_bytes(content)
    with pytest.raises(InvalidData, match="list"):
        SuffixList.load(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="not readable"):
        SuffixList.load(tmp_path / "none.dat")

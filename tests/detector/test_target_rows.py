"""Rows of a target file: every problem is explained, and what is sound is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import InvalidTargets
from detector.registrable import Registrable
from detector.suffixes import SuffixList
from detector.target_rows import Rows, read_rows
from detector.target_table import escaped, parse_table
from detector.targets import Target, TargetList, check_targets

SUFFIXES = SuffixList.load()
RULES = Registrable(SUFFIXES)

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


def faults(path: Path) -> list[tuple[int, str, str]]:
    return [(each.line, each.column, each.value) for each in check_targets(path)]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("", "is empty"),
        ("paypal", "is a public suffix"),
        ("co.uk", "is a public suffix"),
        ("公司.cn", "is a public suffix"),
        ("www.paypal.com", "write its registrable domain, 'paypal.com'"),
        ("www.hsbc.co.uk", "write its registrable domain, 'hsbc.co.uk'"),
        ("a.foo.github.io", "write its registrable domain, 'foo.github.io'"),
        ("https://paypal.com/", "letters, digits and inner hyphens only"),
        ("pay pal.com", "letters, digits and inner hyphens only"),
        ("pay_pal.com", "letters, digits and inner hyphens only"),
        ("-paypal.com", "letters, digits and inner hyphens only"),
        ("paypal..com", "label 2 of 'paypal..com' is empty"),
        ("a" * 64 + ".com", "longer than 63 octets"),
        ("xn--99999999.com", "is no valid IDN (bad_punycode)"),
        ("xn--paypal-.com", "is no valid IDN"),
        ("❤.ws", "is no valid IDN"),
        ("192.0.2.1", "ends in a number"),
    ],
)
def test_a_domain_of_no_use_is_explained_and_left_out(
    write: Write, value: str, sentence: str
) -> None:
    file = rows("visa.com,Visa,credit", f"{value},PayPal,payments", "ebay.com,eBay,retail")
    (problem,) = check_targets(write(file))
    assert (problem.line, problem.column, problem.value) == (3, "domain", escaped(value))
    assert sentence in problem.message
    assert [target.domain for target in TargetList.load(write(file))] == ["visa.com", "ebay.com"]


def test_a_domain_under_no_known_suffix_is_named_and_kept(write: Write) -> None:
    path = write(rows("paypal.con,PayPal,payments"))
    (problem,) = check_targets(path)
    assert "'con', which is no public suffix" in problem.message
    assert TargetList.load(path, SUFFIXES)[0].domain == "paypal.con"


def test_every_problem_is_given_in_the_order_of_lines(write: Write) -> None:
    path = write(
        rows(
            "google.com,,search",
            "co.uk,UK,",
            "visa.com,Vi\x07sa,credit,visa visa.de visa.de visa.com",
            "Visa.COM,Visa,credit",
            "ebay.com,eBay",
            "a.com,A, Inc.,retail,a.de",
            'b.com,"B,retail',
            "c.com,C,retail,visa.de",
        )
    )
    assert faults(path) == [
        (2, "brand", ""),
        (3, "domain", "co.uk"),
        (4, "brand", "Vi\\x07sa"),
        (4, "owned", "visa"),
        (4, "owned", "visa.de"),
        (4, "owned", "visa.com"),
        (5, "domain", "Visa.COM"),
        (6, "", "ebay.com,eBay"),
        (6, "industry", ""),
        (7, "", "a.com,A, Inc.,retail,a.de"),
        (7, "owned", "retail"),
        (8, "", 'b.com,"B,retail'),
        (9, "owned", "visa.de"),
    ]


def test_what_a_row_still_says_is_kept(write: Write) -> None:
    path = write(rows("citroën.fr,,", "visa.com,Vi\u202esa,credit,visa visa.de", 'b.com,"B,retail'))
    assert list(TargetList.load(path, SUFFIXES)) == [
        Target("xn--citron-tva.fr", "citroën", "unknown"),
        Target("visa.com", "visa", "credit", ("visa.de",)),
        Target("b.com", "B", "retail"),
    ]
    assert len(TargetList.load(path, SUFFIXES).problems) == 5


def test_a_quote_that_is_never_closed_spoils_its_own_line_only(write: Write) -> None:
    path = write(rows('visa.com,"Visa,credit,', "ebay.com,eBay,retail,", "co.uk,UK,other,"))
    assert [line for line, _, _ in faults(path)] == [2, 4]
    assert [target.domain for target in TargetList.load(path)] == ["visa.com", "ebay.com"]


def test_two_brands_may_not_claim_one_name_but_one_brand_may_twice(write: Write) -> None:
    path = write(
        rows(
            "google.com,Google,search,youtube.com google.de",
            "youtube.com,YouTube,video,youtu.be",
            "google.fr,Google,search,google.de",
            "blogger.com,Blogger,blogs,google.de",
        )
    )
    assert [str(problem) for problem in check_targets(path)] == [
        "line 2: owned 'youtube.com' belongs to the brand 'YouTube' of line 3: leave it to one",
        "line 5: owned 'google.de' belongs to the brand 'Google' of line 2: leave it to one",
    ]


def test_industries_are_free_unless_there_is_a_vocabulary(write: Write) -> None:
    path = write(rows("visa.com,Visa,plastic"))
    assert not list(check_targets(path))
    (problem,) = check_targets(path, industries={"credit"})
    assert (problem.line, problem.column, problem.value) == (2, "industry", "plastic")


def test_problems_can_be_printed_whatever_the_file_holds(write: Write) -> None:
    path = write(rows("\x1b[2J\u202e.com,\x1b]0;x\x07,<script>,\x9b1m"))
    shown = [str(problem) for problem in check_targets(path, industries=())]
    assert len(shown) == 2  # one of the domain, one of a file without targets
    assert all(line.isascii() and line.isprintable() for line in shown)


def read(data: bytes) -> Rows | None:
    try:
        return read_rows(parse_table(data, "any"), SUFFIXES)
    except InvalidTargets:
        return None


@given(st.lists(st.text('abc,."\r\n#ä \u202e', max_size=20)))
def test_any_text_under_a_header_gives_targets_and_problems_only(lines: list[str]) -> None:
    found = read(rows(*lines).encode())
    assert found is not None
    domains = found.store.domains()
    assert len(set(domains)) == len(domains) == len(found.store)
    assert all(RULES.read(domain).domain == domain for domain in domains)
    assert all(found.store.row(place)[1].isprintable() for place in range(len(domains)))
    assert all(str(each).isascii() and str(each).isprintable() for each in found.problems)


@given(st.binary(max_size=200))
def test_any_octets_are_a_table_or_are_refused(data: bytes) -> None:
    read(data)
    read(b"domain,brand,industry\n" + data)

from __future__ import annotations

import pytest

from detector.labels import parse_name
from detector.position import boundaries, places, spoofed_suffixes
from tests.detector.judging import suffixes


def judged(name: str, *, scope_all: bool = False) -> list[str]:
    parsed = parse_name(name)
    found = places(parsed, boundaries(parsed, suffixes()), scope_all=scope_all)
    return [f"{place.position}: {place.label.text} | {place.suffix}" for place in found]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("paypal.com", ["registrable: paypal | com"]),
        ("www.paypal.co.uk", ["registrable: paypal | co.uk"]),
        (
            "a.foo.github.io",
            ["registrable: github | io", "private: foo | github.io"],
        ),
        ("github.io", ["registrable: github | io"]),
        ("com", []),
        ("co.uk", []),
        ("localhost", []),
        ("1.2.3.4", []),
        (
            "xn--pple-43d.com.evil.example",
            ["registrable: evil | example", "subdomain: xn--pple-43d | com.evil.example"],
        ),
        (
            "xn--a.b.xn--c.foo.github.io",
            [
                "registrable: github | io",
                "private: foo | github.io",
                "subdomain: xn--c | foo.github.io",
                "subdomain: xn--a | b.xn--c.foo.github.io",
            ],
        ),
    ],
)
def test_labels_that_are_judged(name: str, expected: list[str]) -> None:
    assert judged(name) == expected


def test_every_label_with_the_wide_scope() -> None:
    assert judged("www.paypal.co.uk", scope_all=True) == [
        "registrable: paypal | co.uk",
        "subdomain: www | paypal.co.uk",
    ]


def test_domains_of_a_name() -> None:
    found = boundaries(parse_name("a.foo.github.io"), suffixes())
    assert (found.suffix, found.registrable_domain) == ("io", "github.io")
    assert (found.private_suffix, found.private_domain) == ("github.io", "foo.github.io")
    assert found.domain == "foo.github.io"
    bare = boundaries(parse_name("github.io"), suffixes())
    assert (bare.private_domain, bare.domain) == ("", "github.io")
    assert boundaries(parse_name("co.uk"), suffixes()).domain == ""


def test_endings_with_a_suffix_that_nobody_runs() -> None:
    found = spoofed_suffixes(parse_name("www.paypal.co.xn--om-nmc"))
    assert [place.label.unicode for place in found] == [
        "co.сom",
        "paypal.co.сom",
        "www.paypal.co.сom",
    ]

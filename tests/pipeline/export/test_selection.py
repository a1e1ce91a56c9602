"""Selection: what is asked for, and what may never be named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from detector.allow_list import AllowList, Rule, Verb
from detector.suffixes import SuffixList
from detector.verdict import Severity
from pipeline.export.selection import Filter, Guard, by_name, choose
from pipeline.summary import Summary

OWN = {"apple.com", "github.io", "shop.paypal.example"}
ALLOW = {"good.example", "bank.co.uk"}


@pytest.fixture(scope="module")
def guard() -> Guard:
    return Guard(OWN, ALLOW, SuffixList.load())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("apple.com", "in the target list"),
        ("www.apple.com", "in the target list"),
        ("shop.paypal.example", "in the target list"),
        ("x.shop.paypal.example", "in the target list"),
        ("paypal.example", ""),
        ("good.example", "on the allow list"),
        ("a.b.good.example", "on the allow list"),
        ("evilgood.example", ""),
        ("www.bank.co.uk", "on the allow list"),
        ("com", "public suffixes"),
        ("co.uk", "public suffixes"),
        ("github.io", "public suffixes"),  # strangers' names stand under it
        ("paypa1.github.io", ""),  # its owner is another than that of github.io
        ("a;b.com", "no host names"),
        ('a"b.com', "no host names"),
        ("a@b.com", "no host names"),
        ("$ORIGIN.com", "no host names"),
        ("*.evil.com", "no host names"),
        ("a\\032b.com", "no host names"),
        ("a\nb.com", "no host names"),
        ("=cmd|'.com", "no host names"),
        ("10.0.0.1", "no host names"),
    ],
)
def test_names_that_are_refused(guard: Guard, name: str, reason: str) -> None:
    assert guard.refuses(name, "paypal.com", hosts_only=True) == reason


def test_a_table_may_hold_names_of_no_host(guard: Guard) -> None:
    assert guard.refuses("=cmd|'.com", "paypal.com", hosts_only=False) == ""
    assert guard.refuses("apple.com", "paypal.com", hosts_only=False) == "in the target list"


def test_a_rule_refuses_a_name_for_its_target_alone(finding: Callable[..., Summary]) -> None:
    rules = AllowList(rules=[Rule(Verb.SILENCE, "*.de", "uber.com"), Rule(Verb.ALLOW, "a.com")])
    guard = Guard(OWN, ALLOW, SuffixList.load(), rules)
    found = [
        finding("ueber.de", target="uber.com"),
        finding("ueber.de", target="weber.com"),
        finding("a.com", target="b.com"),
    ]
    chosen = choose(found, Filter(), guard, hosts_only=True)
    assert [(each.lookalike, each.target) for each in chosen.findings] == [
        ("ueber.de", "weber.com")
    ]
    assert chosen.refused == {"on the allow list": 2}


def test_filters(guard: Guard, finding: Callable[..., Summary]) -> None:
    found = [
        finding("a1.com"),
        finding("a2.com", best_severity=Severity.LOW),
        finding("a3.com", industry="banking"),
        finding("a4.com", last_seen=1000),
        finding("a5.com", last_seen=None, first_seen=None),
        finding("a6.com"),
        finding("apple.com"),
    ]
    industries = frozenset({"consumer-electronics"})
    wanted = Filter(1763800000, Severity.MEDIUM, industries, {"a6.com"})
    chosen = choose(found, wanted, guard, hosts_only=True)
    assert [each.lookalike for each in chosen.findings] == ["a1.com"]
    assert chosen.left_out == {
        "below medium": 1,
        "other industries": 1,
        "older": 1,
        "without a time": 1,
        "exported before": 1,
    }
    assert chosen.refused == {"in the target list": 1}


def test_the_most_severe_target_of_a_name_comes_first(finding: Callable[..., Summary]) -> None:
    weak = finding("b.com", target="a.com", best_severity=Severity.LOW)
    strong = finding("b.com", target="z.com", best_severity=Severity.CRITICAL)
    other = finding("a.com")
    assert by_name([weak, strong, other]) == {"a.com": [other], "b.com": [strong, weak]}
    assert list(by_name([weak, other])) == ["a.com", "b.com"]

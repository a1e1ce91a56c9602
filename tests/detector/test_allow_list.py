"""Allow lists: what a rule keeps back, what it leaves, and that the judge says so."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.allow_list import ANY, AllowList, Rule, Verb
from detector.explanation import explain, render
from tests.detector.judging import (
    assert_clean,
    assert_lookalike,
    make_judge,
    target,
)

SILENCE, ALLOW = Verb.SILENCE, Verb.ALLOW


def held(rules: AllowList, name: str, domain: str, target: str) -> str:
    rule = rules.rule_for(name, domain, target)
    return rule.key if rule else ""


@pytest.mark.parametrize(
    ("name", "domain", "target", "key"),
    [
        ("paypa1.com", "paypa1.com", "paypal.com", "allow paypa1.com"),
        ("www.paypa1.com", "paypa1.com", "paypal.com", "allow paypa1.com"),
        ("notpaypa1.com", "notpaypa1.com", "paypal.com", ""),
        ("g00gle.com", "g00gle.com", "google.com", "allow g00gle.com=google.com"),
        ("g00gle.com", "g00gle.com", "google.de", ""),
        ("login.appie.com", "appie.com", "apple.com", "allow login.appie.com"),
        ("appie.com", "appie.com", "apple.com", ""),
        ("über.de", "über.de", "uber.com", "silence *.de=uber.com"),
        ("über.ch", "über.ch", "uber.com", ""),
        ("de", "de", "uber.com", ""),
        ("ebay.example", "ebay.example", "ebay.com", "silence *=ebay.com"),
        # A customer of a private suffix is somebody else than its owner.
        ("paypa1.github.io", "paypa1.github.io", "paypal.com", ""),
        ("x.githuh.io", "githuh.io", "github.io", "allow githuh.io"),
        # The most specific name comes first, and the first row of that.
        ("a.b.de", "b.de", "uber.com", "silence a.b.de"),
        ("b.de", "b.de", "uber.com", "silence *.de=uber.com"),
    ],
)
def test_scopes(name: str, domain: str, target: str, key: str) -> None:
    rules = AllowList(
        {"paypa1.com", "login.appie.com", "github.io"},
        [
            Rule(SILENCE, ANY, "ebay.com"),
            Rule(SILENCE, "*.de", "uber.com"),
            Rule(ALLOW, "g00gle.com", "google.com"),
            Rule(ALLOW, "githuh.io"),
            Rule(SILENCE, "a.b.de"),
            Rule(ALLOW, "a.b.de", "uber.com"),
        ],
    )
    assert held(rules, name, domain, target) == key


def test_a_rule_for_a_pair_leaves_the_other_targets() -> None:
    judge = make_judge(
        ["hotels.com", "hoteis.com"],
        allow=AllowList(rules=[Rule(ALLOW, "hote1s.com", "hotels.com")]),
    )
    assert_lookalike(judge, "hote1s.com", of="hoteis.com", by="ascii")
    judgement = judge.judge("www.hote1s.com")
    assert [each.target for each in judgement.detections] == ["hoteis.com"]
    assert judgement.held == ("allow hote1s.com=hotels.com",)


def test_what_would_not_be_reported_anyway_is_not_counted() -> None:
    rules = AllowList({"example.org", "xn--ber-goa.de"}, [Rule(SILENCE, ANY, "uber.com")])
    judge = make_judge(["uber.com"], allow=rules)
    assert judge.judge("example.org").held == ()
    assert_clean(judge, "uber.de")
    assert judge.judge("uber.de").held == ()


def test_an_owner_of_a_private_suffix_does_not_answer_for_its_customers() -> None:
    judge = make_judge(
        [target("github.com", "github.io"), target("paypal.com")],
        allow=AllowList({"githuh.io", "github.io"}),
    )
    assert_lookalike(judge, "paypa1.github.io", of="paypal.com", by="ascii")


def test_explain_names_the_rule() -> None:
    rules = AllowList(rules=[Rule(SILENCE, "*.com", "paypal.com")])
    story = render(explain(make_judge(allow=rules), "paypa1.com"))
    assert "  rule     silence *.com=paypal.com; not reported\n" in story
    assert "verdict: clean, by the allow list" in story


LABELS = st.text(string.ascii_lowercase, min_size=1, max_size=2)
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)


@given(NAMES, st.lists(NAMES, max_size=6), st.integers(1, 4))
def test_names_alone_are_rules_of_one_field(name: str, listed: list[str], labels: int) -> None:
    domain = ".".join(name.split(".")[-labels:])
    alone = AllowList(frozenset(listed))
    rules = AllowList(rules=[Rule(ALLOW, each) for each in listed])
    assert alone.rule_for(name, domain, "x.com") == rules.rule_for(name, domain, "x.com")
    # By the definition: the name or a parent of it is listed, down to the domain itself.
    parents = {name[place:] for place in range(len(name)) if not place or name[place - 1] == "."}
    expected = any(len(each) >= len(domain) for each in parents & set(listed))
    assert (rules.rule_for(name, domain, "x.com") is not None) == expected


@given(NAMES, st.lists(NAMES, max_size=6), st.sampled_from(["a.com", "b.com"]))
def test_a_longer_list_never_holds_back_less(name: str, listed: list[str], target: str) -> None:
    rules = [Rule(SILENCE, f"*.{each}", "a.com") for each in listed]
    found = [bool(held(AllowList(rules=rules[:n]), name, name, target)) for n in range(7)]
    assert found == sorted(found)

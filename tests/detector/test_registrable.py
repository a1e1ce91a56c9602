"""Registrable domains: what other readers of the suffix list say, and what is plain at once."""

from __future__ import annotations

import publicsuffixlist
from hypothesis import given
from hypothesis import strategies as st

from detector.registrable import Registrable
from detector.suffixes import SuffixList

RULES = Registrable(SuffixList.load())
ORACLE_ICANN = publicsuffixlist.PublicSuffixList(only_icann=True)
ORACLE = publicsuffixlist.PublicSuffixList()

label = st.text("abcxyz019-", min_size=1, max_size=5)
suffix = st.sampled_from(["com", "co.uk", "ck", "github.io", "kobe.jp", "za", "co.za", "nosuch"])


@given(st.lists(label, max_size=2), suffix)
def test_registrable_is_as_the_public_suffix_list_says(labels: list[str], suffix: str) -> None:
    domain = ".".join([*labels, suffix])
    expected = domain in {ORACLE.privatesuffix(domain), ORACLE_ICANN.privatesuffix(domain)}
    sound = not any(each.startswith("-") or each.endswith("-") for each in labels)
    assert (RULES.read(domain).domain == domain) == (expected and sound)


@given(st.lists(label, max_size=2), suffix)
def test_what_is_plain_at_once_is_plain_on_reading(labels: list[str], suffix: str) -> None:
    domain = ".".join([*labels, suffix])
    if RULES.is_plain(domain):
        reading = RULES.read(domain)
        assert (reading.domain, reading.fault) == (domain, "")


@given(st.text())
def test_nothing_is_plain_that_cannot_be_read(value: str) -> None:
    if RULES.is_plain(value):
        assert RULES.read(value).domain == value


def test_plain_is_what_a_list_is_full_of() -> None:
    for domain in ("paypal.com", "hsbc.co.uk", "foo.github.io", "fnb.co.za", "hoteis.com.br"):
        assert RULES.is_plain(domain)


def test_exceptions_and_wildcards_of_the_suffix_list_are_heeded() -> None:
    assert RULES.read("www.ck").domain == "www.ck"
    assert RULES.read("city.kawasaki.jp").domain == "city.kawasaki.jp"
    assert RULES.read("other.kawasaki.jp").domain == ""
    assert RULES.read("a.other.kawasaki.jp").domain == "a.other.kawasaki.jp"


def test_suffixes_of_private_owners_are_domains_too() -> None:
    assert RULES.read("github.io").domain == "github.io"
    assert RULES.read_host("www.github.io").domain == "www.github.io"
    assert RULES.reduce("foo.github.io").domain == "github.io"


def test_owned_names_may_be_hosts_but_not_suffixes() -> None:
    assert RULES.read_host("amazon.com.be").fault == ""  # com.be is somebody's domain
    assert "public suffix" in RULES.read_host("co.uk").fault

"""The bundled targets: enough of them, each sound, each industry used, nothing twice."""

from __future__ import annotations

from collections import Counter

import publicsuffixlist
import pytest

from detector.labels import parse_name
from detector.suffixes import SuffixList
from detector.targets import BUNDLED, INDUSTRIES, TargetList, check_targets, load_industries

SUFFIXES = SuffixList.load()
TARGETS = TargetList.load(suffixes=SUFFIXES)
VOCABULARY = load_industries()
BY_DOMAIN = {target.domain: target for target in TARGETS}


def test_the_list_has_no_problem_at_all() -> None:
    problems = check_targets(BUNDLED, industries=VOCABULARY, suffixes=SUFFIXES)
    assert [str(problem) for problem in problems] == []


def test_there_are_well_over_a_thousand_brands() -> None:
    assert TARGETS.statistics().brands >= 1050


def test_the_vocabulary_is_about_a_hundred_industries_and_all_are_used() -> None:
    assert 90 <= len(VOCABULARY) <= 120
    assert {target.industry for target in TARGETS} == set(VOCABULARY)


def test_both_files_are_sorted_and_end_in_a_line_feed() -> None:
    for path in (BUNDLED, INDUSTRIES):
        text = path.read_bytes().decode()
        assert text.endswith("\n")
        assert "\r" not in text
        keys = [line.partition(",")[0] for line in text.splitlines()[1:]]
        assert keys == sorted(keys)


def test_no_name_has_two_owners() -> None:
    names = Counter(name for target in TARGETS for name in (target.domain, *target.owned))
    assert [name for name, count in names.items() if count > 1] == []
    assert set(names) == set(TARGETS.own)


def test_no_brand_is_written_in_two_ways() -> None:
    brands = Counter(target.brand.casefold() for target in TARGETS)
    assert [brand for brand, count in brands.items() if count > 1] == []


def test_every_domain_is_registrable_by_another_reading_of_the_suffix_list() -> None:
    oracle = publicsuffixlist.PublicSuffixList(only_icann=True)
    domains = [target.domain for target in TARGETS]
    assert [domain for domain in domains if oracle.privatesuffix(domain) != domain] == []


def test_every_owned_name_stands_under_a_public_suffix() -> None:
    oracle = publicsuffixlist.PublicSuffixList(only_icann=True, accept_unknown=False)
    assert [name for name in TARGETS.own if not oracle.privatesuffix(name)] == []


def test_every_idn_reads_as_its_brand() -> None:
    spelled = [name for name in TARGETS.own if "xn--" in name]
    assert len(spelled) > 50
    for name in spelled:
        assert all(not label.reason for label in parse_name(name).labels)


@pytest.mark.parametrize(
    ("domain", "owned"),
    [
        ("amazon.com", "amazon.de amazon.co.uk amazon.fr amazon.co.jp amazon.in amazon.com.au"),
        ("google.com", "google.de google.co.uk google.co.jp google.com.br googleapis.com"),
        ("facebook.com", "fb.com fbcdn.net"),
        ("apple.com", "mzstatic.com"),
        ("paypal.com", "paypal.me paypalobjects.com"),
        ("microsoft.com", "office.com microsoftonline.com"),
        ("walmart.com", "walmart.ca"),
        ("dropbox.com", "dropboxusercontent.com"),
        ("netflix.com", "nflxvideo.net"),
        ("binance.com", "binance.us"),
        ("github.com", "github.io"),
        ("kindle.com", ""),
        ("twitter.com", "x.com t.co"),
        ("uber.com", ""),
        ("citroen.com", "citroen.fr xn--citron-tva.fr"),
        ("nestle.com", "xn--nestl-fsa.com"),
    ],
)
def test_brands_that_everybody_attacks_are_in_it(domain: str, owned: str) -> None:
    assert set(owned.split()) <= set(BY_DOMAIN[domain].owned)


def test_every_continent_and_public_service_is_in_it() -> None:
    suffixes = {target.suffix for target in TARGETS}
    assert {"de", "fr", "co.uk", "com.br", "co.za", "in", "co.jp", "com.au", "ru"} <= suffixes
    assert {"irs.gov", "hmrc.gov.uk", "impots.gouv.fr", "ato.gov.au"} <= BY_DOMAIN.keys()

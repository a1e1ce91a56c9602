"""Lists of popular names as target lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from detector.suffixes import SuffixList
from detector.targets import Target, TargetList, check_targets
from detector.top_sites import import_targets, render_targets

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = SuffixList.load()


@pytest.mark.parametrize(
    "lines",
    [
        ["google.com", "bbc.co.uk"],  # one a line
        ["1,google.com", "2,bbc.co.uk"],  # Tranco, Umbrella
        ["Rank,Domain", "1,google.com", "2,bbc.co.uk"],
        ["origin,rank", "https://www.google.com,1000", "https://bbc.co.uk,1000"],  # CrUX
        ["GlobalRank,TldRank,Domain,TLD", "1,1,google.com,com", "2,1,bbc.co.uk,co.uk"],  # Majestic
        ['"rank","domain","score"', '"1","google.com","10.0"', '"2","bbc.co.uk","9.5"'],
        ["1\tgoogle.com", "2\tbbc.co.uk"],
        ["\ufeff1,google.com\r\n", "# a comment\n", "\n", "2,BBC.co.uk.\r\n"],
    ],
)
def test_every_usual_form_of_list_is_read(lines: list[str]) -> None:
    found = import_targets(lines, SUFFIXES)
    assert found.targets == (Target("google.com", "google"), Target("bbc.co.uk", "bbc"))
    assert (found.names, found.duplicates, found.problems) == (2, 0, ())


def test_host_names_become_the_domain_they_belong_to_and_are_counted_once() -> None:
    lines = ["netflix.com", "api-global.netflix.com", "netflix.com", "d1.cloudfront.net"]
    found = import_targets(lines, SUFFIXES)
    assert [target.domain for target in found.targets] == ["netflix.com", "cloudfront.net"]
    assert (found.names, found.duplicates) == (4, 2)


def test_service_labels_are_nobodys_fault_but_odd_domains_are() -> None:
    found = import_targets(["_dmarc.paypal.com", "pay_pal.com", "x.xn--99999999.com"], SUFFIXES)
    assert [target.domain for target in found.targets] == ["paypal.com"]
    assert [problem.line for problem in found.problems] == [2, 3]


def test_names_without_registrable_domain_are_told_by_line() -> None:
    found = import_targets(["a.com", "co.uk", "com", "ntp.lan", "10.0.0.1"], SUFFIXES)
    assert [problem.line for problem in found.problems] == [2, 3, 4, 5]
    assert found.names == 5


def test_idn_brands_are_called_by_their_unicode_label() -> None:
    found = import_targets(["xn--mnchen-3ya.de", "Bücher.de"], SUFFIXES)
    assert [target.brand for target in found.targets] == ["münchen", "bücher"]


def test_what_is_imported_is_a_sound_target_file(tmp_path: Path) -> None:
    lines = ["1,google.com", "2,xn--mnchen-3ya.de", "3,www.bbc.co.uk", "4,blogspot.com"]
    targets = import_targets(lines, SUFFIXES).targets
    path = tmp_path / "targets.csv"
    path.write_text(render_targets(targets), "utf-8")
    assert not list(check_targets(path, suffixes=SUFFIXES))
    assert tuple(TargetList.load(path, SUFFIXES)) == targets


def test_rendered_targets_keep_commas_quotes_and_owned_names(tmp_path: Path) -> None:
    targets = (Target("a.com", 'A, "the" one', "retail", ("a.de", "xn--mnchen-3ya.de")),)
    path = tmp_path / "targets.csv"
    path.write_text(render_targets(targets), "utf-8")
    assert tuple(TargetList.load(path, SUFFIXES)) == targets

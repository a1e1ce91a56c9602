"""STIX and MISP: their own libraries read what is written; ids never change."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.verdict import Severity
from pipeline.export.misp import write_misp
from pipeline.export.selection import by_name
from pipeline.export.stix import domain_id, pattern, write_stix
from pipeline.summary import Summary

with warnings.catch_warnings():  # theirs
    warnings.simplefilter("ignore")
    import pymisp
    import stix2
    import stix2patterns.validator

Make = Callable[..., Summary]
NOW = datetime(2026, 11, 23, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>\n\x1b]52;c;x\x07\u202e'\\\"[red]%s%n{}"


def names(*findings: Summary) -> dict[str, list[Summary]]:
    return by_name(findings)


def bundle_of(*findings: Summary) -> dict[str, Any]:
    made: dict[str, Any] = json.loads("".join(write_stix(names(*findings))))
    return made


def test_stix2_reads_a_bundle(finding: Make) -> None:
    weak = finding("evil.com", target="paypal.com", best_severity=Severity.LOW)
    text = "".join(write_stix(names(finding("xn--80ak6aa92e.com"), finding("evil.com"), weak)))
    bundle = stix2.parse(text, allow_custom=False)
    kinds = [each.type for each in bundle.objects]
    assert kinds == ["identity", *["domain-name", "indicator", "relationship"] * 2]
    known = {each.id for each in bundle.objects}
    assert len(known) == len(kinds)
    for each in bundle.objects:
        if each.type == "relationship":
            assert {each.source_ref, each.target_ref} <= known
    evil = bundle.objects[2]
    assert evil.pattern == "[domain-name:value = 'evil.com']"
    assert evil.confidence == 98
    assert evil.valid_from.isoformat() == "2025-11-21T04:40:00+00:00"
    assert "apple.com (Apple), paypal.com (Apple)" in evil.description


def test_domain_ids_are_those_of_the_library(finding: Make) -> None:
    for name in ("xn--80ak6aa92e.com", "evil.com", "a_b.example"):
        assert stix2.DomainName(value=name).id == domain_id(name)


def test_what_is_exported_twice_is_there_once(finding: Make) -> None:
    first = bundle_of(finding("evil.com"))
    later = bundle_of(finding("evil.com", last_seen=1800000000, resolutions=9), finding("new.com"))
    ids = {each["id"] for each in first["objects"]}
    assert ids <= {each["id"] for each in later["objects"]}
    before = {each["id"]: each for each in first["objects"]}
    for each in later["objects"]:
        if each["id"] in before and "created" in each:
            assert each["created"] == before[each["id"]]["created"]
            assert each["modified"] >= before[each["id"]]["modified"]
    assert bundle_of(finding("evil.com")) == first


def test_without_a_time(finding: Make) -> None:
    text = json.dumps(bundle_of(finding("evil.com", first_seen=None, last_seen=None)))
    assert stix2.parse(text).objects[2].valid_from.year == 2026


@pytest.mark.parametrize("time", [0, 253_402_300_799])
def test_times_at_the_ends(finding: Make, time: int) -> None:
    text = json.dumps(bundle_of(finding("evil.com", first_seen=time, last_seen=time)))
    assert stix2.parse(text).objects[2].valid_from.timestamp() == time


def test_hostile_brands_stay_text(finding: Make) -> None:
    found = finding("evil.com", brand=HOSTILE, industry=HOSTILE)
    text = "".join(write_stix(names(found)))
    assert text.isascii()
    stix2.parse(text)
    for written in (text, "".join(write_misp(names(found), NOW))):
        assert not set(written) & set("\x1b\x07\u202e")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_a_pattern_holds_whatever_a_name_holds(name: str) -> None:
    assert stix2patterns.validator.run_validator(pattern(name), stix_version="2.1") == []


def test_pymisp_reads_an_event(finding: Make) -> None:
    text = "".join(
        write_misp(
            names(
                finding("xn--80ak6aa92e.com", best_severity=Severity.CRITICAL),
                finding("b.evil.example", best_severity=Severity.LOW, first_seen=None),
            ),
            NOW,
        )
    )
    event = pymisp.MISPEvent()
    event.load(text)
    assert event.threat_level_id == 1
    assert [(each.type, each.value, each.to_ids) for each in event.attributes] == [
        ("domain", "b.evil.example", False),
        ("domain", "xn--80ak6aa92e.com", True),
    ]
    assert event.attributes[1].first_seen.isoformat() == "2025-11-21T04:40:00+00:00"
    again = pymisp.MISPEvent()
    again.load("".join(write_misp(names(finding("xn--80ak6aa92e.com")), NOW)))
    assert again.uuid == event.uuid
    assert again.attributes[0].uuid == event.attributes[1].uuid


def test_nothing_found_is_an_empty_bundle_and_event() -> None:
    assert len(stix2.parse("".join(write_stix({}))).objects) == 1
    assert json.loads("".join(write_misp({}, NOW)))["Event"]["Attribute"] == []

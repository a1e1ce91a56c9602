"""The record of a detection, which other tools read."""

from __future__ import annotations

import hashlib
import json

import pytest

from detector.detection import Detection
from tests.detector.judging import a_label, confusables, make_judge, target

# As DETECTION.md lists them, and where in its record a name was seen.
FIELDS = """
schema id name unicode_name registrable_domain label position target brand industry techniques score
severity same_suffix idna brakes substitutions map_version rrtype rdata count time_first time_last
source seen_in rrname
"""
SUBSTITUTION_FIELDS = "position source codepoint name reading technique confidence evidence"


@pytest.fixture(scope="module")
def detection() -> Detection:
    (found,) = make_judge(["google.com"]).judge("www.xn--goog-8va3s.com").detections
    return found


def test_the_record_has_the_documented_fields_in_order(detection: Detection) -> None:
    record = detection.to_json()
    assert list(record) == FIELDS.split()
    assert all(list(each) == SUBSTITUTION_FIELDS.split() for each in record["substitutions"])


def test_the_record_of_a_published_attack(detection: Detection) -> None:
    record = detection.to_json()
    assert record["schema"] == 1
    assert record["name"] == "www.xn--goog-8va3s.com"
    assert record["unicode_name"] == "www.googļę.com"
    assert record["registrable_domain"] == "xn--goog-8va3s.com"
    assert record["label"] == "xn--goog-8va3s"
    assert record["position"] == "registrable"
    assert record["target"] == "google.com"
    assert (record["brand"], record["industry"]) == ("Google", "testing")
    assert record["techniques"] == ["idn"]
    assert record["same_suffix"] is True
    assert record["idna"] == "valid"
    assert record["brakes"] == []
    assert record["map_version"] == confusables().version
    assert [
        (each["position"], each["source"], each["codepoint"], each["name"], each["reading"])
        for each in record["substitutions"]
    ] == [
        (4, "ļ", "U+013C", "LATIN SMALL LETTER L WITH CEDILLA", "l"),
        (5, "ę", "U+0119", "LATIN SMALL LETTER E WITH OGONEK", "e"),
    ]
    product = 1.0
    for each in record["substitutions"]:
        product *= each["confidence"]
    assert record["score"] == pytest.approx(product, abs=0.0001)


def test_the_record_is_json(detection: Detection) -> None:
    full = detection.with_record(source="pdns.ndjson:17", rdata=("192.0.2.1", "192.0.2.2"), count=3)
    record = full.to_json()
    assert json.loads(json.dumps(record)) == record
    assert record["rdata"] == ["192.0.2.1", "192.0.2.2"]
    assert (record["source"], record["count"]) == ("pdns.ndjson:17", 3)
    assert {type(value) for value in record.values()} <= {int, str, list, float, bool, type(None)}


def test_the_identity_is_a_digest_of_coordinates_name_target_and_techniques(
    detection: Detection,
) -> None:
    here = detection.with_record(source="a.gz:17", coordinates="sha256:ab@17")
    digest = hashlib.blake2b(digest_size=16)
    for part in (b"sha256:ab@17", b"www.xn--goog-8va3s.com", b"google.com", b"idn"):
        digest.update(len(part).to_bytes(4, "big") + part)
    assert here.id == digest.hexdigest()
    moved = detection.with_record(source="renamed.gz:17", coordinates="sha256:ab@17", count=9)
    assert moved.id == here.id
    assert detection.with_record(source="a.gz:17").id != detection.with_record(source="a.gz:18").id


def test_two_targets_of_one_record_are_two_detections() -> None:
    judge = make_judge(["paypal.com", "paypal.de"])
    found = [each.with_record(source="x") for each in judge.judge("paypa1.com").detections]
    assert len({each.id for each in found}) == 2


def test_brand_and_industry_are_the_target_s() -> None:
    (found,) = make_judge([target("citroën.fr")]).judge("citrоën.fr").detections
    assert found.target == f"{a_label('citroën')}.fr"
    assert found.brand == "Citroën"

"""The sample: the same for the same seed, and found exactly."""

from __future__ import annotations

import gzip
import json
from collections import Counter

import pytest

import pipeline
from detector.targets import TargetList
from pipeline.dice import Dice
from pipeline.plants import a_labels, plant, read_answer, render_answer
from pipeline.sample import RECORDS, make_records, pack
from pipeline.trial import ANSWER, SAMPLE, run_trial
from pipeline.vocabulary import Vocabulary

TECHNIQUES = {"idn", "multi_letter", "ascii", "punycode_text", "embedded", "suffix_swap"}


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return gzip.decompress(SAMPLE.read_bytes()).decode("ascii").splitlines()


def test_the_bundled_sample_is_what_its_seed_makes(lines: list[str]) -> None:
    made, planted = make_records()
    assert made == lines
    assert render_answer(planted) == ANSWER.read_text(encoding="ascii")
    assert list(read_answer(render_answer(planted))) == planted


def test_another_seed_makes_another_sample(lines: list[str]) -> None:
    other, _ = make_records(seed=1, count=1000)
    assert other == make_records(seed=1, count=1000)[0]
    assert len(other) == 1000
    assert not set(other) & set(lines[:1000])


def test_packing_leaves_no_time_or_name() -> None:
    assert pack(["a"]) == pack(["a"])
    assert pack(["a"])[4:8] == bytes(4)
    assert gzip.decompress(pack(["a", "b"])) == b"a\nb\n"


def test_dice_never_change() -> None:
    dice = Dice(2026)
    assert [dice.below(1000) for _ in range(4)] == [119, 502, 511, 860]


def test_records_look_like_passive_dns(lines: list[str]) -> None:
    assert len(lines) == RECORDS
    records = [json.loads(line) for line in lines]
    assert all(
        set(record) == {"rrname", "rrtype", "rdata", "time_first", "time_last", "count"}
        for record in records
    )
    names = [record["rrname"].lower().removesuffix(".") for record in records]
    assert 0.001 < sum("xn--" in name for name in names) / RECORDS < 0.05
    text = "\n".join(names) + "\n"
    for part in ("_dmarc.", "*.", ".in-addr.arpa", ".ip6.arpa", "---sn-", ".cloudfront.net"):
        assert part in text
    for name in Vocabulary.load().idns:
        assert f"{a_labels(name)}\n" in text


def test_every_technique_and_many_mixtures_are_planted() -> None:
    planted = list(read_answer(ANSWER.read_text(encoding="ascii")))
    mixtures = Counter(each.techniques for each in planted)
    assert {technique for mixture in mixtures for technique in mixture} == TECHNIQUES
    assert len(mixtures) >= 12
    assert len(planted) >= 250
    assert plant(Dice(2026), Vocabulary.load()) == planted


def test_the_imitated_brands_are_in_the_bundled_list() -> None:
    assert set(Vocabulary.load().targets) <= set(TargetList.load().domains)


def test_exactly_what_is_planted_is_found() -> None:
    trial = run_trial(1, lambda _: None)
    assert trial.missed == ()
    assert trial.false == ()
    assert trial.misread == ()
    assert trial.is_exact
    assert trial.counts.records == RECORDS
    assert not trial.counts.rejected


def test_the_package_and_the_project_have_one_version() -> None:
    import tomllib
    from pathlib import Path

    project = Path(__file__).parents[2] / "pyproject.toml"
    version = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
    assert version == pipeline.__version__

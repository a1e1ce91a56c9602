from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import InvalidName
from detector.explanation import escaped, explain, render
from detector.judge import Judge, Options
from detector.nearness import Near
from tests.detector.judging import make_judge


@pytest.fixture(scope="module")
def judge() -> Judge:
    return make_judge(["paypal.com", "ups.com", "microsoft.com", "github.com", "loool.com"])


def test_the_story_of_a_lookalike(judge: Judge) -> None:
    story = explain(judge, "www.xn--pypal-4ve.com")
    assert [label.label.text for label in story.labels] == ["www", "xn--pypal-4ve", "com"]
    character = story.labels[1].characters[1]
    assert (character.name, character.script) == ("CYRILLIC SMALL LETTER A", "Cyrillic")
    assert character.readings[0].letters == "a"
    assert story.bounds.registrable_domain == "xn--pypal-4ve.com"
    assert story.labels[1].nearest[0] == Near("paypal.com", 0)
    assert [finding.detection.target for finding in story.findings] == ["paypal.com"]
    assert story.judgement == judge.judge("www.xn--pypal-4ve.com")


def test_the_text_says_what_was_read_and_why_it_is_reported(judge: Judge) -> None:
    text = render(explain(judge, "xn--pypal-4ve.com"))
    for line in (
        "  in Unicode         p\\u{0430}ypal.com",
        "  registrable domain xn--pypal-4ve.com",
        "label xn--pypal-4ve: A-label, valid; judged as registrable",
        "  near     paypal.com, the same key",
        "  reported",
        "verdict: reads as 1 of the targets",
    ):
        assert f"{line}\n" in text
    assert "U+0430   CYRILLIC SMALL LETTER A, Cyrillic: a 0.9" in text
    assert "+1 the suffix is the target's own: critical\n" in text


def test_the_score_is_shown_as_a_product(judge: Judge) -> None:
    story = explain(judge, "ŕnicr0soft.com")
    (line,) = [line for line in render(story).splitlines() if line.startswith("  score ")]
    factors, _, result = line.removeprefix("  score").partition("=")
    product = 1.0
    for factor in factors.split(" x "):
        product *= float(factor)
    assert float(result) == pytest.approx(product, abs=0.002)
    assert len(factors.split(" x ")) == 3


def test_brakes_are_named(judge: Judge) -> None:
    text = render(explain(judge, "üps.net"))
    assert "brake    short_target: the target's label is too short" in text
    assert "verdict: clean\n" in text
    assert "brake    digits_only: " in render(explain(judge, "10001.com"))
    strict = make_judge(options=Options(min_score=0.99))
    assert "  below min_score: not reported\n" in render(explain(strict, "paypa1.com"))


def test_own_names_and_target_labels_are_said_to_be_such(judge: Judge) -> None:
    assert "own: paypal.com is " in render(explain(judge, "www.paypal.com"))
    assert "it is the label of a target" in render(explain(judge, "paypal.org"))


def test_what_comes_near_is_named_but_not_reported(judge: Judge) -> None:
    text = render(explain(judge, "paypall.org"))
    assert "  near     paypal.com, 1 edit away\n" in text
    assert "verdict: clean\n" in text


def test_private_suffixes_have_a_boundary_of_their_own(judge: Judge) -> None:
    text = render(explain(judge, "paypa1.github.io"))
    assert "  private domain     paypa1.github.io\n" in text
    assert "label paypa1: ASCII; judged as private\n" in text


def test_hostile_text_is_escaped() -> None:
    assert escaped("a\x1b]52;\u202e\x07") == "a\\u{001B}]52;\\u{202E}\\u{0007}"
    assert escaped("\U000e0067") == "\\u{E0067}"


@given(
    st.text(max_size=60)
    | st.binary(max_size=60)
    | st.text(alphabet="xn-.а0\u202e\x1b", max_size=40)
)
def test_every_story_is_printable_ascii(judge: Judge, value: str | bytes) -> None:
    with contextlib.suppress(InvalidName):
        text = render(explain(judge, value))
        assert text.isascii()
        assert all(line.isprintable() for line in text.split("\n"))

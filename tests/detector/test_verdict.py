from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.position import Position
from detector.substitution import Substitution, Technique, substitution
from detector.verdict import BUSY, Context, Severity, score, severity, severity_table
from tests.detector.judging import a_label, make_judge

CONFIDENCES = st.floats(min_value=0.001, max_value=1)
SUBSTITUTIONS = st.lists(
    CONFIDENCES.map(lambda value: substitution(0, "а", "a", Technique.IDN, value, ())), max_size=12
)
CONTEXTS = st.builds(
    Context,
    same_suffix=st.booleans(),
    position=st.sampled_from(Position),
    target_length=st.integers(1, 63),
    idna_valid=st.booleans(),
    count=st.none() | st.integers(0, 10**9),
)

BEST = Context(
    same_suffix=True, position=Position.REGISTRABLE, target_length=6, idna_valid=True, count=BUSY
)


def scored(name: str) -> float:
    found = make_judge(["apple.com"]).judge(name).detections
    assert len(found) == 1
    return found[0].score


@given(SUBSTITUTIONS, CONFIDENCES)
def test_one_more_substitution_never_raises_the_score(
    found: list[Substitution], confidence: float
) -> None:
    more = substitution(1, "1", "l", Technique.ASCII, confidence, ())
    assert 0 <= score([*found, more]) <= score(found) <= 1


def test_no_difference_is_a_score_of_one() -> None:
    assert score([]) == 1


def test_published_attacks_stand_in_the_order_of_their_likeness() -> None:
    whole_script = scored("xn--80ak6aa92e.com")  # аррӏе, Xudong Zheng's of 2017
    one_letter = scored("xn--pple-43d.com")  # аpple
    dot_below = scored(f"{a_label('ạpple')}.com")
    accent = scored(f"{a_label('äpple')}.com")
    assert 0.95 < whole_script <= one_letter <= 1
    assert one_letter > dot_below > accent


@given(CONTEXTS, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_score_is_never_rated_lower(context: Context, one: float, other: float) -> None:
    low, high = sorted((one, other))
    rated = severity(low, context)
    assert Severity.LOW <= rated <= severity(high, context) <= Severity.CRITICAL


@given(CONTEXTS, st.floats(0, 1))
def test_no_context_is_worse_than_the_target_s_own(context: Context, value: float) -> None:
    assert severity(value, context) <= severity(value, BEST)


@pytest.mark.parametrize(
    ("value", "context", "expected"),
    [
        # аpple.com: not to be told apart, under the suffix of apple.com
        (0.998, Context(True, Position.REGISTRABLE, 5, True), "critical"),
        (0.998, Context(False, Position.REGISTRABLE, 5, True), "high"),
        (0.998, Context(False, Position.SUBDOMAIN, 5, True), "medium"),
        (0.998, Context(True, Position.REGISTRABLE, 4, True), "high"),
        (0.998, Context(True, Position.REGISTRABLE, 5, False), "high"),
        # amäzon.de, g00gle.com, and many accents at once
        (0.878, Context(True, Position.REGISTRABLE, 6, True), "high"),
        (0.810, Context(False, Position.REGISTRABLE, 6, True), "medium"),
        (0.300, Context(False, Position.REGISTRABLE, 6, True), "low"),
        # the same, but it has an audience
        (0.810, Context(False, Position.REGISTRABLE, 6, True, BUSY), "high"),
        (0.810, Context(False, Position.REGISTRABLE, 6, True, BUSY - 1), "medium"),
        # nothing goes below low
        (0.200, Context(False, Position.SUFFIX, 3, False), "low"),
    ],
)
def test_severity_by_score_and_context(value: float, context: Context, expected: str) -> None:
    assert str(severity(value, context)) == expected


def test_severities_are_ordered_and_named() -> None:
    assert [str(each) for each in sorted(Severity)] == [
        "info",
        "low",
        "medium",
        "high",
        "critical",
    ]
    assert Severity.parse("Critical") is Severity.CRITICAL
    with pytest.raises(ValueError, match="info, low, medium, high, critical"):
        Severity.parse("urgent")


def test_the_table_for_the_documentation_is_markdown() -> None:
    table = severity_table()
    assert "| 0.95 and more | high |\n" in table
    assert "| the suffix is the target's own | +1 |\n" in table
    assert "| the label is not valid by IDNA2008 | -1 |\n" in table

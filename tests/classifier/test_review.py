"""What people saw in a row counts more than what networks did."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.export import Rows, Seen
from classifier.review import DOUBTFUL, REVIEW, SURE, load_review, reviewed
from classifier.verdicts import ANSWERS, Verdict, load_verdicts

CHAR = "\u2c99"  # COPTIC SMALL LETTER MI, drawn like an m


def seen(letters: str, score: float) -> Seen:
    return Seen(letters, score, "cnn", 3, 4)


def verdict(letter: str, answer: str, sheet: int = 1) -> Verdict:
    return Verdict(ord(CHAR), letter, answer, "review", sheet, "1")


@pytest.mark.parametrize(
    ("answers", "score", "expected"),
    [
        (["right"], 0.7, ("cnn+eye", 0.7)),
        (["right", "right"], 0.7, ("cnn+eye", SURE)),
        (["right", "right"], 0.97, ("cnn+eye", 0.97)),
        (["right", "unsure"], 0.97, ("cnn", DOUBTFUL)),
        (["right", "wrong"], 0.97, ("cnn", DOUBTFUL)),
        (["unsure"], 0.97, ("cnn", DOUBTFUL)),
        (["unsure"], 0.7, ("cnn", 0.7)),
        (["wrong"], 0.97, None),
        (["wrong", "unsure"], 0.97, None),
    ],
)
def test_answers_decide(
    answers: list[str], score: float, expected: tuple[str, float] | None
) -> None:
    told = [verdict("m", answer, sheet) for sheet, answer in enumerate(answers, 1)]
    found = reviewed({CHAR: [seen("m", score)]}, told)
    got = [(each.source, each.score) for each in found.get(CHAR, ())]
    assert got == ([] if expected is None else [expected])


def test_only_the_letter_that_was_asked_about_is_touched() -> None:
    rows = {CHAR: [seen("m", 0.95), seen("w", 0.8)]}
    found = reviewed(rows, [verdict("m", "wrong")])
    assert [each.letters for each in found[CHAR]] == ["w"]


def test_i_and_l_are_one_to_the_eye() -> None:
    found = reviewed({CHAR: [seen("i", 0.95)]}, [verdict("l", "wrong")])
    assert not found


def test_readings_stay_in_order_of_their_scores() -> None:
    rows = {CHAR: [seen("m", 0.95), seen("w", 0.88)]}
    found = reviewed(rows, [verdict("m", "unsure")])
    assert [each.letters for each in found[CHAR]] == ["w", "m"]


ROWS = st.dictionaries(
    st.sampled_from([CHAR, "ж", "rn"]),
    st.lists(st.builds(seen, st.sampled_from("mwx"), st.floats(0.65, 0.999)), min_size=1),
)
TOLD = st.lists(st.builds(verdict, st.sampled_from("mwx"), st.sampled_from(ANSWERS)))


@given(ROWS, TOLD)
def test_no_row_is_made_up_and_others_are_left_alone(rows: Rows, told: list[Verdict]) -> None:
    found = reviewed(rows, told)
    assert set(found) <= set(rows)
    for source, readings in rows.items():
        if source != CHAR:
            assert sorted(found[source], key=repr) == sorted(readings, key=repr)
    twice = reviewed({source: list(each) for source, each in rows.items()}, told)
    assert twice == found


def test_the_packaged_verdicts_are_in_use() -> None:
    assert len(load_review()) == len(load_verdicts()) + len(load_verdicts(REVIEW))

"""Shares are counted by picture and by character, and by kind of label."""

import numpy as np
import pytest

from classifier.answers import Answers, by_character, figures, joined
from classifier.labels import CLASSES, KINDS

UTS39, ACCENT, CAPITAL = (KINDS.index(kind) for kind in ("uts39", "accent", "capital"))


def answers(*rows: tuple[str, str, str, int]) -> Answers:
    """Rows are a character, its letter, the letter said, and the kind."""
    scores = np.zeros((len(rows), 37), np.float32)
    for row, (_, _, said, _) in enumerate(rows):
        scores[row, CLASSES.index(said)] = 1
    return Answers(
        scores,
        np.array([CLASSES.index(letter) for _, letter, _, _ in rows]),
        np.array([ord(char) for char, _, _, _ in rows], np.int32),
        np.array([kind for *_, kind in rows]),
        np.zeros(len(rows), np.bool_),
    )


def test_a_character_in_many_fonts_counts_once() -> None:
    found = figures(
        answers(
            ("а", "a", "a", UTS39),
            ("а", "a", "a", UTS39),
            ("а", "a", "o", UTS39),
            ("е", "e", "c", UTS39),
        )
    )
    assert found["images"].value == pytest.approx(2 / 4)
    assert found["characters pvalid"].value == pytest.approx(1 / 2)  # two of three say a
    assert found["uts39"].count == 2
    assert "accent" not in found
    assert "five fonts" not in found


def test_only_what_names_may_hold_is_pvalid() -> None:
    found = figures(answers(("а", "a", "a", UTS39), ("𝐚", "a", "b", UTS39)))
    assert (found["characters"].value, found["characters"].count) == (0.5, 2)
    assert (found["characters pvalid"].value, found["characters pvalid"].count) == (1, 1)
    assert found["images pvalid"].value == 1


def test_letters_that_no_one_can_tell_apart_are_one_in_a_figure_of_its_own() -> None:
    found = figures(answers(("ο", "o", "0", UTS39), ("ä", "a", "a", ACCENT)))
    assert found["characters pvalid"].value == 0.5
    assert found["alike"].value == 1
    assert found["accent"].value == 1


def test_kinds_beside_the_protocol_stand_beside_it() -> None:
    found = figures(answers(("а", "a", "a", UTS39), ("ꓮ", "a", "b", CAPITAL)))
    assert found["images"].count == 1
    assert found["capital"].value == 0


def test_pictures_that_were_trained_on_are_counted_apart() -> None:
    given = answers(("а", "a", "a", UTS39), ("е", "e", "c", UTS39))
    seen = Answers(
        given.scores, given.letters, given.code_points, given.kinds, np.array([1, 0]) > 0
    )
    assert figures(seen)["images"].value == 0.5
    assert figures(seen)["images unseen"].value == 0
    assert figures(seen)["images unseen"].count == 1


def test_folds_are_put_together() -> None:
    one, two = answers(("а", "a", "a", UTS39)), answers(("е", "e", "c", UTS39))
    both = by_character(joined([one, two]))
    assert both.votes.code_points.tolist() == [ord("а"), ord("е")]
    assert [CLASSES[each] for each in both.said] == ["a", "c"]

"""Negatives: what is an example of looking like no letter, and what never is."""

from pathlib import Path

import numpy as np
import pytest

from classifier.baselines import Templates
from classifier.labels import Labels, build_labels
from classifier.negatives import LARGE_SAMPLE, NEAR, Negatives, find_negatives, is_punctuation
from classifier.verdicts import Verdict
from tests.classifier.confusables_files import write_confusables
from tests.classifier.small_glyphs import scribble, small_glyphs

FAR = scribble(4321)
HAN = {chr(code_point): FAR for code_point in range(0x4E00, 0x5200)}


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Labels:
    return build_labels(write_confusables(tmp_path_factory.mktemp("unicode")))


def negatives(
    labels: Labels,
    drawn: dict[str, np.ndarray],
    *said: Verdict,
    near: float = NEAR,
) -> Negatives:
    glyphs = small_glyphs(drawn)
    templates = Templates.of(glyphs.images, glyphs.code_points, glyphs.families, 2)
    return find_negatives(
        labels,
        glyphs.images,
        glyphs.code_points,
        glyphs.families,
        templates,
        near=near,
        verdicts=said,
    )


def chars(code_points: frozenset[int]) -> set[str]:
    return {chr(code_point) for code_point in code_points}


def test_letters_of_other_scripts_that_are_unlike_ours(labels: Labels) -> None:
    found = negatives(labels, {"ж": FAR, "й": FAR, "ก": FAR})
    assert chars(found.letters) == {"ж", "й", "ก"}
    assert chars(found.code_points) == {"ж", "й", "ก"}


def test_a_letter_that_is_drawn_like_one_of_ours_is_no_example(labels: Labels) -> None:
    like_n = scribble(ord("n"))
    like_n[0, 0] = 255
    found = negatives(labels, {"п": like_n, "ж": FAR})
    assert chars(found.letters) == {"ж"}
    assert chars(found.near) == {"п"}
    assert chars(negatives(labels, {"п": like_n}, near=0.001).letters) == {"п"}


def test_one_family_that_draws_it_near_is_enough(labels: Labels) -> None:
    glyphs = small_glyphs({"п": FAR})
    last = np.flatnonzero(glyphs.code_points == ord("п"))[-1]
    glyphs.images[last] = scribble(ord("n"))
    templates = Templates.of(glyphs.images, glyphs.code_points, glyphs.families, 2)
    found = find_negatives(labels, glyphs.images, glyphs.code_points, glyphs.families, templates)
    assert chars(found.near) == {"п"}


@pytest.mark.parametrize(
    "char",
    [
        "а",  # has a label
        "ə", "ɐ", "ʰ",  # Latin, and letters that are raised
        "æ", "ъ",  # a letter and more, by UTS #39
        "\u0301", "ा",  # marks
        "Ж", "ﬀ", "★",  # in no valid name
        "\ue000",  # private use
    ],
)  # fmt: skip
def test_what_is_no_example_however_unlike(labels: Labels, char: str) -> None:
    assert negatives(labels, {char: FAR}).code_points == frozenset()


def test_the_other_case_of_what_has_a_label_is_no_example(labels: Labels) -> None:
    assert ord("Ο") not in labels.by_code_point  # Greek capital, in the small table
    assert ord("Н") in labels.by_code_point
    trimmed = Labels({ord("Н"): labels.by_code_point[ord("Н")]}, labels.unicode)
    assert negatives(trimmed, {"н": FAR, "ж": FAR}).letters == {ord("ж")}


def test_punctuation_is_an_example_however_near(labels: Labels) -> None:
    drawn = {"!": scribble(ord("l")), "/": scribble(ord("l")), "†": FAR, "|": FAR}
    found = negatives(labels, drawn)
    assert chars(found.punctuation) == {"!", "/", "†"}  # | is an l by UTS #39
    assert not found.near


@pytest.mark.parametrize("char", "!/()[]{}†⊥~.,:;'`´˜ˉ«»…•◌_")
def test_punctuation(char: str) -> None:
    assert is_punctuation(ord(char))


@pytest.mark.parametrize("char", "aZ0-а‐–।・『★ʰˡ")
def test_no_punctuation_or_a_scripts_own_or_a_hyphen(char: str) -> None:
    assert not is_punctuation(ord(char))


def test_one_in_many_of_the_large_scripts(labels: Labels) -> None:
    found = negatives(labels, HAN)
    assert not found.letters
    assert len(found.large) == pytest.approx(len(HAN) / LARGE_SAMPLE, rel=0.8)
    assert found.large
    assert negatives(labels, HAN).large == found.large


def test_what_people_said_decides(labels: Labels) -> None:
    said = (
        Verdict(ord("п"), "n", "wrong", "stratum", 1, "A1"),
        Verdict(ord("ж"), "x", "right", "stratum", 1, "A2"),
        Verdict(ord("й"), "n", "unsure", "stratum", 1, "A3"),
        Verdict(ord("а"), "a", "wrong", "stratum", 1, "A4"),  # has a label, and keeps it
    )
    drawn = {"п": scribble(ord("n")), "ж": FAR, "й": FAR, "а": FAR}
    found = negatives(labels, drawn, *said)
    assert chars(found.adjudicated) == {"п"}
    assert chars(found.letters) == {"й"}
    assert chars(found.code_points) == {"п", "й"}


def test_no_glyph_no_example(labels: Labels) -> None:
    assert negatives(labels, {}).code_points == frozenset()


def test_examples_become_labels(labels: Labels, tmp_path: Path) -> None:
    found = negatives(labels, {"ж": FAR, "!": FAR})
    assert labels.with_none(found.code_points).counts()["none"] == (2, 1)

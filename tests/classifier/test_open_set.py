"""Lookalikes and others are told apart by a score; who is which is by the tables alone."""

import numpy as np
import pytest

from classifier.cross_validation import OutOfFold
from classifier.evaluation import templates_of
from classifier.labels import KINDS, NONE, Labels
from classifier.open_set import (
    Population,
    by_networks,
    by_pixels,
    combined,
    populate,
    separations,
)
from classifier.splits import folds_of
from tests.classifier.lookalikes import GLYPHS, SEEN_AS, labels_in


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Labels:
    return labels_in(tmp_path_factory.mktemp("unicode"))


def test_others_are_what_a_name_may_hold_and_no_table_knows(labels: Labels) -> None:
    population = populate(GLYPHS, labels)
    lookalikes = {chr(c) for c in population.code_points[population.positive]}
    others = {chr(c) for c in population.code_points[~population.positive]}
    assert lookalikes == set(SEEN_AS)
    assert {"ж", "й", "ц"} <= others
    assert not others & set("!/()†")  # no name may hold them
    assert population.fonts.tolist() == [3] * len(population.code_points)


def test_a_score_that_knows_all_separates_all(labels: Labels) -> None:
    population = populate(GLYPHS, labels)
    said = np.full((len(GLYPHS.images), NONE + 1), np.log(0.1 / NONE), np.float32)
    alike = np.isin(GLYPHS.code_points, population.code_points[population.positive])
    said[alike, 0] = said[~alike, NONE] = np.log(0.9)
    for score in by_networks(population, GLYPHS, OutOfFold(said, "")).values():
        found = separations(population, score)["all"]
        assert (found.auc, found.precisions) == (1, (1, 1, 1))
        assert found.positives == len(SEEN_AS)
    none = separations(population, np.zeros(len(population.code_points)))["all"]
    assert none.auc == pytest.approx(0.5)


def test_pixels_find_what_is_drawn_as_a_letter(labels: Labels) -> None:
    population = populate(GLYPHS, labels)
    scores = by_pixels(population, GLYPHS, templates_of(GLYPHS))
    rule = scores["ShamFinder's rule"]
    np.testing.assert_array_equal(rule[population.positive], 1)
    assert separations(population, scores["pixels: nearest letter"])["all"].auc == 1


def test_one_score_of_two_is_better_than_either() -> None:
    """Two scores with independent noise, 400 characters: the sum is what tells them apart best."""
    random = np.random.default_rng(3)
    code_points = np.arange(0x3400, 0x3400 + 400, dtype=np.int32)
    positive = random.random(400) < 0.3
    kinds = np.where(positive, KINDS.index("uts39"), KINDS.index("none"))
    population = Population(code_points, kinds, np.ones(400, np.int64), np.arange(400))
    share = 1 / (1 + np.exp(-(positive * 1.5 + random.normal(size=400))))  # a probability
    distance = -(random.normal(size=400) - positive * 1.5)
    both = separations(population, combined(population, [share, distance]))["all"].auc
    alone = [separations(population, each)["all"].auc for each in (share, distance)]
    assert both > max(alone) + 0.02


def test_what_many_fonts_draw_is_told_from_all_others_and_from_as_many() -> None:
    """By hand: two lookalikes, of 5 fonts and of 1; three others, of which one is of 5 fonts."""
    lookalike, none = KINDS.index("uts39"), KINDS.index("none")
    kinds = np.array([lookalike, lookalike, none, none, none])
    fonts = np.array([5, 1, 5, 1, 1])
    population = Population(np.arange(0x3400, 0x3405, dtype=np.int32), kinds, fonts, np.arange(5))
    found = separations(population, np.array([0.7, 0.9, 0.8, 0.3, 0.2]))
    wide, narrow = (
        found["in >= 5 fonts, from all others"],
        found["in >= 5 fonts, from others in as many"],
    )
    assert (wide.positives, wide.negatives) == (1, 3)
    assert wide.auc == pytest.approx(2 / 3)
    assert (narrow.positives, narrow.negatives, narrow.auc) == (1, 1, 0)


def test_no_character_is_scored_by_a_model_that_was_told_of_it() -> None:
    random = np.random.default_rng(4)
    code_points = np.arange(0x3400, 0x3400 + 300, dtype=np.int32)
    fonts = np.ones(300, np.int64)
    score = random.normal(size=300)
    positive = score + random.normal(size=300) > 0
    kinds = np.where(positive, KINDS.index("uts39"), KINDS.index("none"))
    before = combined(Population(code_points, kinds, fonts, np.arange(300)), [score])
    own = folds_of(code_points) == folds_of(code_points)[7]
    kinds[own] = np.where(positive[own], KINDS.index("none"), KINDS.index("uts39"))
    after = combined(Population(code_points, kinds, fonts, np.arange(300)), [score])
    np.testing.assert_array_equal(before[own], after[own])
    assert not np.array_equal(before[~own], after[~own])

"""Lookalikes and others are told apart by a score; who is which is by the tables alone."""

import numpy as np
import pytest

from classifier.cross_validation import OutOfFold
from classifier.evaluation import templates_of
from classifier.labels import NONE, Labels
from classifier.open_set import by_networks, by_pixels, populate, separations
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

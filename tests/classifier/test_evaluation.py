"""Every method is asked about the same pictures, and none about what it was shown."""

import numpy as np
import pytest

from classifier.answers import figures
from classifier.cross_validation import OutOfFold, wide
from classifier.dataset import Dataset
from classifier.errors import InvalidDataset
from classifier.evaluation import (
    Reader,
    ask,
    by_network,
    by_pixels,
    by_split,
    pixels_of_split,
    templates_of,
)
from classifier.labels import CLASSES, NONE, Labels
from classifier.splits import fold_of
from tests.classifier.lookalikes import GLYPHS, SEEN_AS, labels_in
from tests.classifier.small_glyphs import small_glyphs


def even(images: np.ndarray) -> np.ndarray:
    return np.full((len(images), 38), -np.log(38), np.float32)


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Labels:
    return labels_in(tmp_path_factory.mktemp("unicode"))


def test_lookalikes_outside_ascii_are_asked_about(labels: Labels) -> None:
    question = ask(GLYPHS, labels)
    asked = {chr(code_point) for code_point in question.code_points}
    assert set(SEEN_AS) <= asked
    assert all(ord(char) >= 0x80 for char in asked)
    truth = {
        chr(code_point): CLASSES[letter]
        for code_point, letter in zip(question.code_points, question.letters, strict=True)
    }
    assert {char: truth[char] for char in SEEN_AS} == SEEN_AS
    assert question.seen.all()  # each is drawn as its letter, which is in training


def test_pixels_know_what_is_drawn_as_its_letter(labels: Labels) -> None:
    question = ask(GLYPHS, labels)
    found = figures(by_pixels(question, GLYPHS, templates_of(GLYPHS)))
    assert found["characters pvalid"].value == 1


def test_networks_are_taken_at_their_word_on_letters(labels: Labels) -> None:
    question = ask(GLYPHS, labels)
    said = np.full((len(GLYPHS.images), NONE + 1), -9, np.float32)
    said[:, NONE] = 0  # most of all it is none, but a letter is asked for
    said[:, CLASSES.index("a")] = -1
    found = by_network(question, OutOfFold(said, ""))
    assert set(found.said.tolist()) == {CLASSES.index("a")}


def test_nothing_that_is_asked_about_was_shown(labels: Labels) -> None:
    dataset = wide(0).dataset(GLYPHS, labels)
    shown: list[int] = []

    def learn(rows: Dataset) -> Reader:
        shown.append(len(rows))
        return even

    fold = fold_of(ord("а"))
    found = by_split(dataset, "code_point", learn, [fold])
    assert {fold_of(int(code_point)) for code_point in found.code_points} == {fold}
    held = sum(fold_of(int(c)) == fold and c >= 0x80 for c in dataset.code_points)
    assert shown == [len(dataset) - held]
    pixels = pixels_of_split(dataset, templates_of(GLYPHS), "code_point", [fold])
    np.testing.assert_array_equal(pixels.code_points, found.code_points)
    np.testing.assert_array_equal(pixels.letters, found.letters)


def test_ascii_is_asked_about_by_family(labels: Labels) -> None:
    dataset = wide(0).dataset(GLYPHS, labels)
    found = by_split(dataset, "family", lambda _: even, [0])
    assert figures(found)["with ascii"].count > figures(found)["images"].count


def test_without_a_lookalike_there_is_no_score(labels: Labels) -> None:
    with pytest.raises(InvalidDataset, match="lookalike"):
        ask(small_glyphs({}), labels)

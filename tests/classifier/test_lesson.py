"""A lesson holds characters out, trains on the rest, and grades fairly."""

from pathlib import Path

import numpy as np
import pytest
import torch

from classifier.dataset import Dataset
from classifier.errors import InvalidDataset
from classifier.labels import NONE
from classifier.lesson import load_dataset, make_lesson
from classifier.network import CLASSES as COUNT
from classifier.network import SHAPES, Network, Shape
from classifier.splits import fold_of
from classifier.verdicts import render_verdicts
from tests.classifier.confusables_files import write_confusables
from tests.classifier.small_glyphs import scribble, small_glyphs

SEEN_AS = {"а": "a", "е": "e", "ο": "o", "ä": "a", "ñ": "n", "ç": "c"}
NOTHING = "жйцшщю!/"
DRAWN = {char: scribble(ord(letter)) for char, letter in SEEN_AS.items()} | {
    char: scribble(ord(char)) for char in NOTHING
}
GLYPHS = small_glyphs(DRAWN)
FOLD = fold_of(ord("а"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("unicode")
    verdicts = folder / "verdicts.csv"
    verdicts.write_text(render_verdicts(()), encoding="utf-8")
    return load_dataset(GLYPHS, write_confusables(folder), verdicts)


class Fixed(Network):
    """Says what it was told of each picture, by the ink in it."""

    def __init__(self, answers: dict[int, int]) -> None:
        super().__init__(Shape((3, 3), (2, 2), 4))
        self.answers = answers

    def forward(self, pictures: torch.Tensor, keep: torch.Tensor | None = None) -> torch.Tensor:
        inks = (pictures.flatten(1) * 255).round().long()
        weights = torch.arange(1, inks.shape[1] + 1)
        scores = torch.zeros(len(pictures), SHAPES)
        scores[:, COUNT:] = -99  # no capitals
        for row, ink in enumerate((inks * weights).sum(1).tolist()):
            scores[row, self.answers[ink]] = 9
        return scores


def ink(char: str) -> int:
    return int((DRAWN[char].ravel().astype(np.int64) * np.arange(1, 28 * 28 + 1)).sum())


def test_nothing_is_held_out_unless_asked_for(dataset: Dataset) -> None:
    lesson = make_lesson(dataset)
    assert len(lesson.examples.images) == len(dataset)
    assert lesson.held_out.size == 0


def test_what_is_held_out_is_not_trained_on(dataset: Dataset) -> None:
    lesson = make_lesson(dataset, FOLD)
    asked = {chr(each) for each in dataset.code_points[lesson.held_out]}
    assert "а" in asked
    assert all(fold_of(ord(char)) == FOLD and ord(char) >= 0x80 for char in asked)
    trained = len(lesson.examples.images)
    assert trained + len(lesson.held_out) == len(dataset)


def test_a_grade_counts_characters_once(dataset: Dataset) -> None:
    lesson = make_lesson(dataset, FOLD)
    asked = [chr(each) for each in np.unique(dataset.code_points[lesson.held_out])]
    lookalikes = [char for char in asked if char in SEEN_AS]
    nothing = [char for char in asked if char in NOTHING]
    assert lookalikes
    assert nothing
    truth = {
        chr(code_point): int(letter)
        for code_point, letter in zip(dataset.code_points, dataset.letters, strict=True)
    }
    right = {ink(char): truth[char] for char in asked}
    grade = lesson.grade(Fixed(right))
    assert (grade.score, grade.images, grade.characters, grade.auc) == (1, 1, 1, 1)

    never = lesson.grade(Fixed(dict.fromkeys(right, NONE)))
    assert never.score == pytest.approx(0.5)
    assert never.auc == pytest.approx(0.5)

    one_wrong = lesson.grade(Fixed(right | {ink(lookalikes[0]): 36}))
    assert one_wrong.characters == pytest.approx(1 - 1 / len(lookalikes))
    assert one_wrong.score == pytest.approx(1 - 0.5 / len(lookalikes))
    assert one_wrong.auc == 1


def test_without_anything_held_out_there_is_no_grade(dataset: Dataset) -> None:
    with pytest.raises(InvalidDataset, match="held out"):
        make_lesson(dataset).grade(Network(Shape()))


def test_a_table_cut_short_is_refused(tmp_path: Path) -> None:
    from classifier.errors import InvalidConfusables

    path = write_confusables(tmp_path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InvalidConfusables):
        load_dataset(GLYPHS, path)

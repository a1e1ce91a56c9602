"""Dataset: rows are glyphs with a label, what was made is never scored, digests tell."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.dataset import Dataset, Glyphs, build_dataset, label_glyphs
from classifier.errors import InvalidDataset
from classifier.labels import CLASSES, KINDS, NONE, Label, Labels, build_labels
from classifier.network import CAPITALS
from classifier.splits import FOLDS
from classifier.splits import KINDS as SPLITS
from classifier.verdicts import Verdict
from glyphs.store import GlyphStore
from tests.classifier.confusables_files import write_confusables
from tests.classifier.small_glyphs import bars, scribble, small_glyphs

DRAWN = {char: scribble(ord(char)) for char in "аеοнткäñøёæжйъ!漢AÁБ"} | {
    "x": bars(10),
    "H": bars(14, [6]),
    "Ш": scribble(77),
}
GLYPHS = small_glyphs(DRAWN, families=6)

FITS: type[Glyphs] = GlyphStore  # mypy tells if a glyph store is not what a data set is made of


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Labels:
    return build_labels(write_confusables(tmp_path_factory.mktemp("unicode")))


@pytest.fixture(scope="module")
def dataset(labels: Labels) -> Dataset:
    return build_dataset(GLYPHS, label_glyphs(GLYPHS, labels))


def chars(dataset: Dataset, kind: str, *, made: bool = False) -> set[str]:
    rows = (dataset.kinds == KINDS.index(kind)) & (dataset.made == made)
    return {chr(code_point) for code_point in dataset.code_points[rows]}


def test_every_glyph_with_a_label_is_a_row(dataset: Dataset) -> None:
    assert chars(dataset, "ascii") == set(CLASSES)
    assert chars(dataset, "uts39") == {"а", "е", "ο"}
    assert chars(dataset, "accent") == {"ä", "ñ"}
    assert chars(dataset, "overlay") == {"ø"}
    assert chars(dataset, "accent-of-uts39") == {"ё"}
    assert chars(dataset, "small-capital") == {"н", "т", "к"}
    assert chars(dataset, "capital") == {"A", "H"}
    assert chars(dataset, "none") == {"ж", "й", "!"}
    assert chars(dataset, "accent-of-capital") == set()


def test_rows_are_the_glyphs_themselves(dataset: Dataset) -> None:
    row = int(np.flatnonzero(dataset.code_points == ord("н"))[0])
    assert dataset.letters[row] == CLASSES.index("h")
    assert (dataset.images[row] == scribble(ord("н"))).all()
    row = int(np.flatnonzero(dataset.code_points == ord("ж"))[-1])
    assert (dataset.letters[row], dataset.families[row]) == (NONE, 5)


def test_small_capitals_are_made_and_marked(dataset: Dataset) -> None:
    assert chars(dataset, "small-capital", made=True) == {"A", "H"}
    assert dataset.made.sum() == 2 * 6
    letters = {CLASSES[number] for number in dataset.letters[dataset.made]}
    assert letters == {"a", "h"}


def test_what_is_chosen_is_used(labels: Labels) -> None:
    only = build_dataset(GLYPHS, labels, kinds=("ascii", "uts39"), make_small_capitals=False)
    assert set(only.kinds.tolist()) == {KINDS.index("ascii"), KINDS.index("uts39")}
    assert not only.made.any()
    with_capitals = build_dataset(GLYPHS, labels, kinds=KINDS)
    assert chars(with_capitals, "accent-of-capital") == {"Á"}


@pytest.mark.parametrize("kind", SPLITS)
def test_what_was_made_is_never_scored(dataset: Dataset, kind: str) -> None:
    for fold in range(FOLDS):
        chosen = dataset.split(kind, fold)
        assert not (chosen.test & dataset.made).any()
        assert not (chosen.test & chosen.train).any()
        held = set(dataset.families[chosen.test].tolist())
        if kind in ("family", "both"):
            assert not held & set(dataset.families[chosen.train].tolist())
        if kind in ("image", "code_point"):
            assert (chosen.train | ~dataset.made).all()


def test_weights_are_of_the_rows_that_are_kept(dataset: Dataset) -> None:
    assert dataset.weights.shape == (len(dataset),)
    kept = dataset.rows(dataset.split("code_point", 0).train)
    assert kept.weights.mean() == pytest.approx(1)
    assert len(kept) == kept.weights.size == len(kept.images)
    assert kept.rows(np.array([0, 2])).code_points.tolist() == kept.code_points[[0, 2]].tolist()


def test_the_digest_tells_glyphs_labels_and_choices(dataset: Dataset, labels: Labels) -> None:
    full = label_glyphs(GLYPHS, labels)
    assert build_dataset(GLYPHS, full).digest == dataset.digest
    others = {
        build_dataset(replace(GLYPHS, digest="1" * 64), full).digest,
        build_dataset(GLYPHS, labels).digest,
        build_dataset(GLYPHS, full, make_small_capitals=False).digest,
        dataset.digest,
    }
    assert len(others) == 4


def test_a_family_without_all_letters_is_named(labels: Labels) -> None:
    kept = ~((GLYPHS.code_points == ord("q")) & (GLYPHS.families == 3))
    lacking = replace(
        GLYPHS,
        images=GLYPHS.images[kept],
        code_points=GLYPHS.code_points[kept],
        families=GLYPHS.families[kept],
    )
    with pytest.raises(InvalidDataset, match=r"Family 3 lacks q$"):
        label_glyphs(lacking, labels)


def test_nothing_to_learn_from_is_told(labels: Labels) -> None:
    with pytest.raises(InvalidDataset, match="no such kind of label: accents"):
        build_dataset(GLYPHS, labels, kinds=("ascii", "accents"))
    with pytest.raises(InvalidDataset, match="none of 348 glyphs has a label"):
        build_dataset(GLYPHS, labels, kinds=("none",))


def test_what_is_drawn_as_a_capital_has_the_capitals_shape(dataset: Dataset) -> None:
    shape_of = {
        chr(code_point): int(shape)
        for code_point, shape, made in zip(
            dataset.code_points, dataset.shapes, dataset.made, strict=True
        )
        if not made
    }
    assert shape_of["н"] == len(CLASSES) + 1 + CAPITALS.index("h")
    assert shape_of["т"] == len(CLASSES) + 1 + CAPITALS.index("t")
    # A small K is a large k, and has no shape of its own.
    for char, letter in {"а": "a", "к": "k", "ä": "a", "ø": "o"}.items():
        assert shape_of[char] == CLASSES.index(letter)
    made = dataset.shapes[dataset.made & (dataset.code_points == ord("H"))]
    assert set(made.tolist()) == {len(CLASSES) + 1 + CAPITALS.index("h")}
    np.testing.assert_array_equal(
        dataset.shapes[dataset.shapes <= NONE], dataset.letters[dataset.shapes <= NONE]
    )


def test_what_people_took_for_a_letter_is_labelled_so_and_not_trained_on(labels: Labels) -> None:
    told = [Verdict(ord("ж"), "x", "right", "sample", 1, "A1")]
    judged = label_glyphs(GLYPHS, labels, verdicts=told)
    assert judged.by_code_point[ord("ж")] == Label(ord("ж"), CLASSES.index("x"), "judged")
    assert ord("ж") not in build_dataset(GLYPHS, judged).code_points
    assert label_glyphs(GLYPHS, labels).by_code_point[ord("ж")].kind == "none"

"""Every character is judged by a network that did not see it, and nothing is trained twice."""

from pathlib import Path

import numpy as np
import pytest

from classifier import cross_validation
from classifier.cross_validation import (
    Member,
    cross_validate,
    narrow,
    wide,
)
from classifier.errors import InvalidModel, ModelNotWritten
from classifier.examples import Examples
from classifier.labels import Labels
from classifier.network import Network
from classifier.prediction import Readings
from classifier.recipe import Recipe
from classifier.splits import FOLDS, fold_of
from tests.classifier.lookalikes import GLYPHS, labels_in

SMALL = Recipe(steps=2, batch=8, channels=(2, 2), hidden=4, kernels=(3, 3))


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Labels:
    return labels_in(tmp_path_factory.mktemp("unicode"))


def test_no_network_is_asked_about_what_it_learned(
    labels: Labels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[set[bytes]] = []
    asked: list[np.ndarray] = []

    def train(_recipe: Recipe, examples: Examples, *_: object, **__: object) -> Network:
        learned.append({each.tobytes() for each in examples.images})
        return Network(SMALL.shape)

    def read(_network: Network, images: np.ndarray, **_: object) -> Readings:
        asked.append(images)
        even = np.full((len(images), 38), -np.log(38), np.float32)
        return Readings(even, np.zeros(len(images), np.float32))

    monkeypatch.setattr(cross_validation, "train_once", train)
    monkeypatch.setattr(cross_validation, "read", read)
    cross_validate(GLYPHS, labels, tmp_path, members=[wide(0, SMALL)])
    assert len(learned) == len(asked) == FOLDS
    assert sum(map(len, asked)) == len(GLYPHS.images)
    own = {ord(char): GLYPHS.images[GLYPHS.code_points == ord(char)][0] for char in "жйц"}
    for code_point, image in own.items():
        assert image.tobytes() not in learned[fold_of(code_point)]


def test_answers_are_kept_and_the_same(labels: Labels, tmp_path: Path) -> None:
    members = [wide(0, SMALL), narrow(1, SMALL)]
    first = cross_validate(GLYPHS, labels, tmp_path, members=members)
    assert first.log_probs.shape == (len(GLYPHS.images), 38)
    np.testing.assert_allclose(np.exp(first.log_probs).sum(1), 1, rtol=1e-5)
    names = {path.name for path in tmp_path.iterdir()}
    networks = {f"{m.name}-{fold}.safetensors" for m in members for fold in range(FOLDS)}
    assert names == networks | {"wide0.npz", "narrow1.npz"}
    steps: list[int] = []
    again = cross_validate(
        GLYPHS, labels, tmp_path, members=members, progress=lambda _, __, p: steps.append(p.step)
    )
    assert not steps
    np.testing.assert_array_equal(first.log_probs, again.log_probs)
    assert first.digest == again.digest
    (tmp_path / "wide0.npz").write_bytes(b"PK\x03\x04 cut short")
    third = cross_validate(GLYPHS, labels, tmp_path, members=members)
    np.testing.assert_array_equal(first.log_probs, third.log_probs)


def test_networks_of_other_data_are_refused(labels: Labels, tmp_path: Path) -> None:
    cross_validate(GLYPHS, labels, tmp_path, members=[wide(0, SMALL)])
    (tmp_path / "wide0.npz").unlink()
    other = Member("wide0", Recipe(steps=3, batch=8, channels=(2, 2), hidden=4, kernels=(3, 3)))
    with pytest.raises(InvalidModel, match="another recipe"):
        cross_validate(GLYPHS, labels, tmp_path, members=[other])


def test_a_folder_that_cannot_be_made_is_said(labels: Labels, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelNotWritten, match="cannot be made"):
        cross_validate(GLYPHS, labels, tmp_path / "file" / "more", members=[wide(0, SMALL)])


def test_a_narrow_member_learns_no_capitals(labels: Labels) -> None:
    kinds = {int(kind) for kind in narrow(0).dataset(GLYPHS, labels).kinds}
    more = {int(kind) for kind in wide(0).dataset(GLYPHS, labels).kinds}
    assert kinds < more
    assert not narrow(0).dataset(GLYPHS, labels).made.any()


def test_members_choose_what_they_learn_from_of_any_rows(labels: Labels) -> None:
    """What a narrow member takes of rows for all is what its own data set has."""
    everything = wide(0).dataset(GLYPHS, labels)
    assert narrow(0).knows_capitals is False
    assert wide(0).knows_capitals is True
    taken = narrow(0).examples(everything)
    own = narrow(0).dataset(GLYPHS, labels)
    np.testing.assert_array_equal(taken.images, own.images)
    np.testing.assert_array_equal(taken.letters, own.letters)
    np.testing.assert_allclose(taken.weights, own.weights)
    assert len(wide(0).examples(everything).images) == len(everything)

"""What a later table added is neither learned nor an example of nothing."""

from pathlib import Path

import numpy as np
import pytest

from classifier.dataset import Dataset
from classifier.errors import InvalidDataset
from classifier.evaluation import Reader
from classifier.labels import CLASSES, build_labels
from classifier.temporal import added, foresee
from tests.classifier.confusables_files import PROTOTYPES, write_confusables
from tests.classifier.lookalikes import DRAWN, GLYPHS

NEW = {"ж": "k", "й": "n"}


def tables(folder: Path) -> tuple[Path, Path]:
    for name in ("old", "new"):
        (folder / name).mkdir()
    return (
        write_confusables(folder / "old", {c: t for c, t in PROTOTYPES.items() if c != "ж"}),
        write_confusables(folder / "new", PROTOTYPES | NEW),
    )


def test_only_what_had_no_label_is_asked_about(tmp_path: Path) -> None:
    before, after = map(build_labels, tables(tmp_path))
    assert added(before, after) == {ord(char) for char in "жйӂӝ"}  # two are ж with an accent
    learned: list[Dataset] = []

    def says_k(images: np.ndarray) -> np.ndarray:
        said = np.full((len(images), 38), -9, np.float32)
        said[:, CLASSES.index("k")], said[:, CLASSES.index("n")] = -1, -2
        return said

    def learn(rows: Dataset) -> Reader:
        learned.append(rows)
        return says_k

    found = foresee(GLYPHS, before, after, learn)
    assert found.added == 4
    assert (found.top(1).value, found.top(1).count) == (0.5, 2)
    assert found.top(2).value == 1
    assert found.top(1, ("capital",)).count == 0
    pictures = {each.tobytes() for each in learned[0].images}
    assert DRAWN["ц"].tobytes() in pictures
    assert not {DRAWN[char].tobytes() for char in NEW} & pictures


def test_with_nothing_drawn_there_is_nothing_to_foresee(tmp_path: Path) -> None:
    before, _ = map(build_labels, tables(tmp_path))
    with pytest.raises(InvalidDataset, match="no font draws"):
        foresee(GLYPHS, before, before, lambda _: lambda _: np.zeros((0, 38), np.float32))

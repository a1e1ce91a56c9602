"""Cross-validation: glyphs and labels in, what networks say of characters that they never saw out.

Five networks are trained, each without one fold of the characters (`classifier.splits`), and each
says what the pictures of its fold look like. Several members (other seeds, other labels) are
brought together (`classifier.committee`). Evaluation, calibration and the map all use what is said
here; the networks and their answers are kept in a folder, so that nothing is trained twice and an
interruption costs little:

===================== ==========================================================================
``NAME-F.safetensors`` the network of member NAME without fold F (`classifier.checkpoint`)
``NAME.npz``           its answers: ``log_probs`` float32 (n, 38), row i for picture i of the store,
                       ``capital`` float32 (n,) (`classifier.prediction.Readings`), and ``digest``,
                       of all that they were made from
===================== ==========================================================================
"""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from classifier.checkpoint import Checkpoint, save_checkpoint
from classifier.committee import Voice, agreed
from classifier.dataset import USED_KINDS, Dataset, Glyphs, build_dataset, label_glyphs
from classifier.errors import ModelNotWritten
from classifier.examples import Examples
from classifier.labels import KINDS, Labels, build_labels
from classifier.lesson import examples_of, make_lesson
from classifier.network import CLASSES, Network
from classifier.prediction import Readings, read
from classifier.recipe import Recipe
from classifier.splits import FOLDS, folds_of
from classifier.training import Journal, Progress, train
from classifier.verdicts import load_verdicts

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NARROW = tuple(kind for kind in USED_KINDS if kind not in ("capital", "small-capital"))


@dataclass(frozen=True, slots=True)
class Member:
    """One network of those that are asked together."""

    name: str
    """What its files are called."""

    recipe: Recipe
    kinds: tuple[str, ...] = USED_KINDS
    """Kinds of labels that it learns from."""

    small_capitals: bool = True
    """Whether it also learns from small capitals that are made."""

    def dataset(self, glyphs: Glyphs, labels: Labels) -> Dataset:
        """Give what it learns from, all folds."""
        return build_dataset(
            glyphs, labels, kinds=self.kinds, make_small_capitals=self.small_capitals
        )

    @property
    def knows_capitals(self) -> bool:
        """Whether it learns from pictures that are drawn as capitals."""
        return "capital" in self.kinds

    def examples(self, dataset: Dataset) -> Examples:
        """Give what it learns from of rows that were chosen for members that learn from all."""
        kinds = [KINDS.index(kind) for kind in self.kinds]
        used = np.isin(dataset.kinds, kinds) & (self.small_capitals | ~dataset.made)
        return examples_of(dataset if used.all() else dataset.rows(used))


STEPS = 700
"""Of each member's training: one takes a minute on two cores, so that ten networks fit into ten."""


SHORT = Recipe(steps=STEPS, learning_rate=8e-3, dropout=0.2)
"""So few steps have to be longer ones, and leave no time to learn in spite of much dropout."""


def wide(seed: int, recipe: Recipe | None = None) -> Member:
    """Give a member that learns from capitals too: it knows that т is drawn like a small T."""
    return Member(f"wide{seed}", _seeded(recipe, seed))


def narrow(seed: int, recipe: Recipe | None = None) -> Member:
    """Give a member that learns from what is drawn like small letters and digits only."""
    return Member(f"narrow{seed}", _seeded(recipe, seed), _NARROW, small_capitals=False)


def _seeded(recipe: Recipe | None, seed: int) -> Recipe:
    return replace(recipe or SHORT, seed=seed)


MEMBERS = (wide(0), narrow(1))
"""Who is asked unless others are wanted; the map is drawn by them."""


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What was said of every picture of a store by networks that had not seen its character.

    Of ASCII, which no network is trained without, it is said by those that have.
    """

    log_probs: NDArray[np.float32]
    """(n, 38), parallel to the store's rows; natural logarithms, every row's powers add up to 1."""

    digest: str
    """Of the pictures, labels and recipes that they come from, in hex: equal ones, equal answers.
    """


@dataclass(frozen=True, slots=True)
class _Told:
    """What one member said out of fold."""

    readings: Readings
    digest: str


Told = Callable[[str, int, Progress], None]
"""Is told of a training: the member's name, the fold, how far it is."""


def label_all(glyphs: Glyphs, confusables: Path, verdicts: Path | None = None) -> Labels:
    """Label glyphs by UTS #39, decompositions and verdicts, examples of no letter included.

    Args:
        glyphs: a store of `glyphs.store`.
        confusables: Unicode's confusables.txt, plain or compressed by gzip.
        verdicts: a table of verdicts; the packaged one if None.

    Raises:
        ClassifierError: a file is not what it should be.
    """
    told = load_verdicts() if verdicts is None else load_verdicts(verdicts)
    return label_glyphs(glyphs, build_labels(confusables), verdicts=told)


def cross_validate(
    glyphs: Glyphs,
    labels: Labels,
    folder: Path,
    *,
    members: Sequence[Member] = MEMBERS,
    device: str = "cpu",
    progress: Told | None = None,
) -> OutOfFold:
    """Train what is not in the folder yet, and give what the members agree on.

    Raises:
        InvalidDataset: nothing can be trained on.
        InvalidModel: a file in the folder is damaged or comes from other data; says which.
        ModelNotWritten: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{folder}: cannot be made: {error.strerror or error}"
        raise ModelNotWritten(msg) from error
    told = [_ask(glyphs, labels, each, folder, device, progress) for each in members]
    voices = [
        Voice(each.readings, member.knows_capitals)
        for each, member in zip(told, members, strict=True)
    ]
    digests = [each.digest for each in told]
    if len(digests) > 1:
        digests = [hashlib.sha256("\n".join(digests).encode()).hexdigest()]
    return OutOfFold(agreed(voices), digests[0])


def _ask(
    glyphs: Glyphs,
    labels: Labels,
    member: Member,
    folder: Path,
    device: str,
    progress: Told | None,
) -> _Told:
    """Give one member's answers, from its file if it has one."""
    dataset = member.dataset(glyphs, labels)
    digest = _digest(glyphs, dataset, member)
    path = folder / f"{member.name}.npz"
    kept = _kept(path, digest, len(glyphs.code_points))
    if kept is not None:
        return kept
    folds = folds_of(glyphs.code_points)
    found = np.empty((len(folds), CLASSES), np.float32)
    capital = np.empty(len(folds), np.float32)
    for fold in range(FOLDS):
        network = train_fold(dataset, member, fold, folder, device=device, progress=progress)
        rows = np.flatnonzero(folds == fold)
        said = read(network, glyphs.images[rows], device=device)
        found[rows], capital[rows] = said.log_probs, said.capital
    result = _Told(Readings(found, capital), digest)
    _write(path, result)
    return result


def train_fold(
    dataset: Dataset,
    member: Member,
    fold: int,
    folder: Path,
    *,
    device: str = "cpu",
    progress: Told | None = None,
) -> Network:
    """Train a member without one fold, or take the network from the folder."""

    def tell(now: Progress) -> None:
        if progress is not None:
            progress(member.name, fold, now)

    path = folder / f"{member.name}-{fold}.safetensors"
    return train_once(
        member.recipe, make_lesson(dataset, fold).examples, path, device=device, progress=tell
    )


def train_once(
    recipe: Recipe,
    examples: Examples,
    path: Path,
    *,
    device: str = "cpu",
    progress: Callable[[Progress], None] | None = None,
) -> Network:
    """Train and keep the network in a file; if it is there, take it, or go on with its training.

    Raises:
        InvalidModel: the file holds another training.
        ModelNotWritten: it cannot be written.
    """
    # A journal of a training that is complete is taken as it is.
    journal = Journal(path=path)
    network = train(recipe, examples, device=device, progress=progress, journal=journal)
    save_checkpoint(Checkpoint(network, recipe, examples.digest(), recipe.steps), path)
    return network


def _digest(glyphs: Glyphs, dataset: Dataset, member: Member) -> str:
    told = f"{glyphs.digest}\n{dataset.digest}\n{member.recipe.to_json()}\n"
    return hashlib.sha256(told.encode()).hexdigest()


def _kept(path: Path, digest: str, count: int) -> _Told | None:
    """Read a member's answers; None if there are none, or they are to other questions."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if str(file["digest"]) != digest:
                return None
            log_probs, capital = file["log_probs"], file["capital"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None  # the networks are there still, and say it again
    fits = log_probs.dtype == capital.dtype == np.float32
    fits &= log_probs.shape == (count, CLASSES) and capital.shape == (count,)
    return _Told(Readings(log_probs, capital), digest) if fits else None


def _write(path: Path, told: _Told) -> None:
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            said, digest = told.readings, np.array(told.digest)
            np.savez(file, log_probs=said.log_probs, capital=said.capital, digest=digest)
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        msg = f"{path}: cannot be written: {error.strerror or error}"
        raise ModelNotWritten(msg) from error

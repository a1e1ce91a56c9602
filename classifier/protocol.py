"""Protocol: glyphs and labels in, every figure that says how good the network is out.

What a report prints, a release job gates and a benchmark measures comes from here. All of it is of
characters that the network that is asked never saw, unless a split's name says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from classifier.answers import Answers, Figure, figures
from classifier.bare import train_bare
from classifier.baselines import Templates
from classifier.committee import Committee
from classifier.cross_validation import (
    MEMBERS,
    Member,
    OutOfFold,
    Told,
    cross_validate,
    train_once,
)
from classifier.dataset import Dataset, Glyphs
from classifier.evaluation import (
    Learn,
    Question,
    Reader,
    ask,
    by_network,
    by_pixels,
    by_split,
    pixels_of_split,
    templates_of,
)
from classifier.examples import Examples
from classifier.labels import Labels
from classifier.open_set import (
    COMBINED,
    Population,
    Separation,
    by_networks,
    combined,
    populate,
    separations,
)
from classifier.open_set import by_pixels as open_by_pixels
from classifier.prediction import predict
from classifier.splits import FOLDS
from classifier.temporal import Foresight, foresee
from classifier.training import Progress

NETWORK, BARE, PIXELS = "network", "bare network", "nearest pixels"
SPLITS = ("image", "family", "both")
"""Splits besides the one by code point."""

BARS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "code_point": {
        "images": (0.970, 0.972),
        "images f1": (0.970, 0.972),
        "images pvalid": (0.982, 0.983),
        "characters pvalid": (0.963, 0.965),
        "five fonts": (0.982, 0.985),
        "uts39": (0.899, 0.91),
        "accent": (1.0, 1.0),
    },
    "image": {"with ascii": (0.979, 0.980)},
    "family": {"with ascii": (0.970, 0.975)},
    "both": {"images": (0.931, 0.945)},
}
"""What the figures are held to: the floor, which a prototype reached, and the aim."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is trained."""

    members: Sequence[Member] = MEMBERS
    """Who is judged, asked together."""

    seeds: Sequence[Sequence[Member]] = ()
    """Committees that differ in the seeds alone, to see by how much figures vary."""

    splits: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Of `SPLITS`, the folds to try."""

    bare_folds: Sequence[int] = ()
    """Folds of characters on which the bare network is trained as well."""

    before: Labels | None = None
    """Labels of an older UTS #39, for the test of time."""

    device: str = "cpu"

    @property
    def committees(self) -> Sequence[Sequence[Member]]:
        """The committee that is judged, and then those of other seeds."""
        return (self.members, *self.seeds)


WHOLE = Plan(splits=dict.fromkeys(SPLITS, (0,)), bare_folds=range(FOLDS))


@dataclass(frozen=True)
class Evaluation:
    """All that was found."""

    question: Question
    said: OutOfFold
    answers: Mapping[str, Answers]
    """By method, of the split by code point. The bare network's may be of some folds only."""

    splits: Mapping[str, Mapping[str, Mapping[str, Figure]]]
    """By split and method; ``code_point`` is among them."""

    same_folds: Mapping[str, Mapping[str, Figure]]
    """By method, of the folds that the bare network was asked about."""

    seeds: Mapping[str, Mapping[str, Figure]]
    """By name, of the split by code point: each member alone, then whole committees."""

    open_set: Mapping[str, Mapping[str, Separation]]
    """By score and group."""

    foresight: Mapping[str, Foresight]
    """By committee, those of `Plan.seeds` after the one that is judged; empty without `before`."""


def examine(
    glyphs: Glyphs,
    labels: Labels,
    folder: Path,
    plan: Plan,
    progress: Told | None = None,
) -> Evaluation:
    """Carry a plan out; what the folder has already is not trained again.

    Raises:
        InvalidDataset: there is nothing to train on or to ask about.
        InvalidModel: a file in the folder is of other data.
        ModelNotWritten: the folder cannot be written.
    """
    said = cross_validate(
        glyphs, labels, folder, members=plan.members, device=plan.device, progress=progress
    )
    question, templates = ask(glyphs, labels), templates_of(glyphs)
    answers = {
        NETWORK: by_network(question, said),
        PIXELS: by_pixels(question, glyphs, templates),
    }
    first = plan.members[0]
    dataset = first.dataset(glyphs, labels)
    same: dict[str, Mapping[str, Figure]] = {}
    if plan.bare_folds:
        learn = _bare(first, folder, progress)
        answers[BARE] = by_split(dataset, "code_point", learn, plan.bare_folds)
        shared = np.isin(question.code_points, np.unique(answers[BARE].code_points))
        same = {
            NETWORK: figures(answers[NETWORK].rows(shared)),
            BARE: figures(answers[BARE]),
            PIXELS: figures(answers[PIXELS].rows(shared)),
        }
    splits: dict[str, Mapping[str, Mapping[str, Figure]]] = {
        "code_point": {method: figures(each) for method, each in answers.items()}
    }
    learn = kept(plan.members, folder, plan.device, progress)
    for kind, folds in plan.splits.items():
        splits[kind] = {
            NETWORK: figures(by_split(dataset, kind, learn, folds)),
            BARE: figures(by_split(dataset, kind, _bare(first, folder, progress), folds))
            if plan.bare_folds
            else {},
            PIXELS: figures(pixels_of_split(dataset, templates, kind, folds)),
        }
    return Evaluation(
        question,
        said,
        answers,
        splits,
        same,
        _seeds(glyphs, labels, folder, plan, question, progress),
        _open_set(glyphs, labels, said, templates),
        _foresight(glyphs, labels, folder, plan, progress),
    )


def _foresight(
    glyphs: Glyphs, labels: Labels, folder: Path, plan: Plan, progress: Told | None
) -> Mapping[str, Foresight]:
    if plan.before is None:
        return {}
    return {
        _together(members): foresee(
            glyphs, plan.before, labels, kept(members, folder, plan.device, progress)
        )
        for members in plan.committees
    }


def _together(members: Sequence[Member]) -> str:
    """Name a committee."""
    return "+".join(each.name for each in members)


def _seeds(
    glyphs: Glyphs,
    labels: Labels,
    folder: Path,
    plan: Plan,
    question: Question,
    progress: Told | None,
) -> Mapping[str, Mapping[str, Figure]]:
    found = {}
    for members in (*((each,) for each in plan.members), *plan.committees):
        together = _together(members)
        if together not in found:
            said = cross_validate(
                glyphs, labels, folder, members=members, device=plan.device, progress=progress
            )
            found[together] = figures(by_network(question, said))
    return found


def _open_set(
    glyphs: Glyphs, labels: Labels, said: OutOfFold, templates: Templates
) -> Mapping[str, Mapping[str, Separation]]:
    population: Population = populate(glyphs, labels)
    scores = {
        **by_networks(population, glyphs, said),
        **open_by_pixels(population, glyphs, templates),
    }
    scores = {COMBINED: combined(population, list(scores.values())), **scores}
    return {name: separations(population, score) for name, score in scores.items()}


def kept(
    members: Sequence[Member], folder: Path, device: str = "cpu", progress: Told | None = None
) -> Learn:
    """Train members on what they may see, or take their networks from a folder."""

    def learn(dataset: Dataset) -> Reader:
        networks = []
        for member in members:
            examples = member.examples(dataset)
            path = folder / f"{member.name}-{examples.digest()[7:23]}.safetensors"
            tell = _teller(member.name, progress)
            networks.append(train_once(member.recipe, examples, path, device=device, progress=tell))
        committee = Committee(networks, [each.knows_capitals for each in members])
        return lambda images: committee.read(images, device)

    return learn


def _bare(member: Member, folder: Path, progress: Told | None) -> Learn:
    def learn(dataset: Dataset) -> Reader:
        examples = Examples(dataset.images, dataset.letters, dataset.weights)
        path = folder / f"bare-{examples.digest()[7:23]}.safetensors"
        network = train_bare(member.recipe, examples, path, _teller("bare", progress))
        return lambda images: predict(network, images)

    return learn


def _teller(name: str, progress: Told | None) -> Callable[[Progress], None]:
    def tell(now: Progress) -> None:
        if progress is not None:
            progress(name, -1, now)

    return tell

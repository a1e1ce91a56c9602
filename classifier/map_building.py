"""Map building: a glyph store, networks and fonts in, the text of a confusable map out."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from classifier.ascii_likeness import confusions
from classifier.checkpoint import load_checkpoint
from classifier.combination import Combination
from classifier.cross_validation import MEMBERS, Member, Told, cross_validate, label_all
from classifier.digraph_verdicts import load_pair_review, render_pair_verdicts, upheld
from classifier.digraphs import draw, rank
from classifier.errors import InvalidModel
from classifier.export import (
    Asked,
    ascii_rows,
    ask_networks,
    character_rows,
    measure,
    picture,
    pixel_rows,
    render,
    rows_of,
    templates_of,
)
from classifier.review import load_review, reviewed
from classifier.splits import FOLDS
from classifier.verdicts import render_verdicts

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from classifier.cross_validation import OutOfFold
    from classifier.dataset import Glyphs
    from classifier.network import Network
    from glyphs.fonts import FoundFamily


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Who says what glyphs look like."""

    networks: Sequence[Network]
    """Asked about ASCII, pairs, and characters for which there are no answers; the mean counts."""

    names: Sequence[str]
    """What the map's header calls them: digests."""

    answers: OutOfFold | None = None
    """About all pictures of the store, by networks that have not seen their characters."""


def build_from_networks(
    glyphs: Glyphs,
    unicode: str,
    characters: Collection[int],
    witnesses: Witnesses,
    *,
    families: Sequence[FoundFamily] = (),
    device: str = "cpu",
) -> str:
    """Make a map of what networks see. The same input gives the same bytes on a CPU.

    Args:
        glyphs: a store of `glyphs.store`.
        unicode: the version of Unicode that it was drawn by.
        characters: code points that may have a row.
        witnesses: the networks.
        families: fonts to draw pairs of letters with; without any, the map has no rows of ASCII.
        device: ``cpu`` or ``cuda``.

    Raises:
        InvalidModel: there is no network.
        InvalidDataset: nothing can be measured.
        BrokenFont: a font cannot be drawn from.
    """
    if not witnesses.networks:
        msg = "no trained network is given, and none comes with this release"
        raise InvalidModel(msg)
    combination = Combination.load()
    ask = _asked(glyphs, witnesses, device)
    verdicts = load_review()
    on_pairs = load_pair_review()
    measured = character_rows(measure(glyphs, characters, ask), combination)
    found = dict(reviewed(measured, verdicts))
    if families:
        confused = confusions(glyphs, witnesses.networks, device)
        ranked = rank(draw(families), witnesses.networks, device)
        believed = upheld(on_pairs)
        pairs = [each for each in ranked if (each.pair, each.letter) in believed]
        found.update(ascii_rows(confused, pairs))
    told = [*witnesses.names]
    if witnesses.answers is not None:
        told.insert(0, f"out of fold {witnesses.answers.digest[:16]}")
    return render(
        found,
        made_by="glyphwatch map build --from cnn --glyphs DIR",
        unicode=unicode,
        sources=[
            f"Glyphs: {len(glyphs.family_names)} families sha256:{glyphs.digest}",
            f"Networks: {', '.join(told)}",
            f"Combination: {combination.digest()}",
            f"Review: {len(verdicts):,} verdicts sha256:{_named(render_verdicts(verdicts))}",
            f"Pairs: {len(on_pairs):,} verdicts sha256:{_named(render_pair_verdicts(on_pairs))}",
        ],
    )


def _named(verdicts: str) -> str:
    """Name a table of verdicts in a header: 16 hex digits."""
    return hashlib.sha256(verdicts.encode()).hexdigest()[:16]


def _asked(glyphs: Glyphs, witnesses: Witnesses, device: str) -> Asked:
    answers = witnesses.answers
    if answers is None:
        return ask_networks(glyphs, witnesses.networks, device)

    def ask(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        return answers.log_probs[rows]

    return ask


def build_from_pixels(glyphs: Glyphs, unicode: str, characters: Collection[int]) -> str:
    """Make a map of which characters differ from a letter by few pixels.

    Raises:
        InvalidDataset: nothing can be measured.
    """
    rows = rows_of(glyphs, characters)
    return render(
        pixel_rows(picture(glyphs, rows, templates_of(glyphs))),
        made_by="glyphwatch map build --from pixels --glyphs DIR",
        unicode=unicode,
        sources=[f"Glyphs: {len(glyphs.family_names)} families sha256:{glyphs.digest}"],
    )


PACKAGED = Path(__file__).parent / "data" / "network.safetensors"


def load_witnesses(models: Sequence[Path]) -> Witnesses:
    """Take trained networks; the packaged one if none is given.

    Raises:
        InvalidModel: a file is no model, or a damaged one.
    """
    paths = models or (PACKAGED,)
    networks = [load_checkpoint(path).network for path in paths]
    return Witnesses(networks, [_digest_of(path) for path in paths])


def trained_witnesses(
    glyphs: Glyphs,
    confusables: Path,
    folder: Path,
    device: str = "cpu",
    progress: Told | None = None,
    members: Sequence[Member] = MEMBERS,
) -> Witnesses:
    """Take networks that have not seen the characters that they are asked about.

    Args:
        glyphs: a store of `glyphs.store`.
        confusables: Unicode's; what the networks learn, with decompositions and verdicts.
        folder: where they are, or are put once they are trained.
        device: ``cpu`` or ``cuda``.
        progress: told how trainings go.
        members: who they are.

    Raises:
        ClassifierError: a file is not what it should be, or the folder cannot be written.
    """
    labels = label_all(glyphs, confusables)
    answers = cross_validate(
        glyphs, labels, folder, members=members, device=device, progress=progress
    )
    # ASCII is in every fold's lesson, so all of the networks can be asked about it.
    paths = [
        folder / f"{each.name}-{fold}.safetensors" for each in members for fold in range(FOLDS)
    ]
    return Witnesses([load_checkpoint(path).network for path in paths], (), answers)


def _digest_of(path: Path) -> str:
    """Name a model's file in a header: 16 hex digits of its SHA-256."""
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"

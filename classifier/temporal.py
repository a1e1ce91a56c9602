"""The test of time: an old UTS #39 and a new one in, how many of the new rows were foreseen out.

A network learns from the old release's labels alone, and is asked about the characters to which the
new release gave a letter. It never saw them: neither as what they are, nor, since they had no
label, as what they are not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from classifier.answers import Answers, Figure, by_character
from classifier.dataset import USED_KINDS, Glyphs, build_dataset, label_glyphs
from classifier.errors import InvalidDataset
from classifier.evaluation import Learn
from classifier.labels import KINDS, NONE, Labels
from classifier.metrics import binomial_error

ADDED_KINDS = ("uts39", "overlay", "capital", "small-capital", "accent-of-uts39")


@dataclass(frozen=True)
class Foresight:
    """What was said of characters before UTS #39 said it."""

    answers: Answers

    added: int
    """Characters that the new release labels and the old did not, drawn by a font or not."""

    def top(self, count: int, kinds: tuple[str, ...] = ADDED_KINDS) -> Figure:
        """Give how many have their letter among the first `count`; of nothing it is no number."""
        found = by_character(self.answers)
        order = np.argsort(-found.votes.log_probs, axis=1, kind="stable")[:, :count]
        right = (order == found.letters[:, None]).any(axis=1)
        rows = np.isin(found.kinds, [KINDS.index(kind) for kind in kinds])
        if not rows.any():
            return Figure(np.nan, np.nan, 0)
        share = float(right[rows].mean())
        return Figure(share, binomial_error(share, int(rows.sum())), int(rows.sum()))


def added(before: Labels, after: Labels) -> frozenset[int]:
    """Give the characters that the new release labels and the old one did not."""
    return frozenset(
        code_point
        for code_point, label in after.by_code_point.items()
        if label.kind in ADDED_KINDS and code_point not in before.by_code_point
    )


def foresee(glyphs: Glyphs, before: Labels, after: Labels, learn: Learn) -> Foresight:
    """Train on the old labels and ask about the new ones.

    Args:
        glyphs: all glyphs.
        before: the old release's labels, without examples of no letter.
        after: the new release's.
        learn: trains.

    Raises:
        InvalidDataset: no font draws a character that was added.
    """
    wanted = added(before, after)
    # What people judged since then is not used, and what is asked about is no example of nothing.
    known = label_glyphs(glyphs, before)
    kept = {c: each for c, each in known.by_code_point.items() if c not in wanted}
    dataset = build_dataset(
        glyphs, Labels(kept, before.unicode, before.composite), kinds=USED_KINDS
    )
    rows = np.flatnonzero(np.isin(glyphs.code_points, sorted(wanted)))
    if not len(rows):
        msg = f"no font draws one of the {len(wanted)} characters that were added"
        raise InvalidDataset(msg)
    reader = learn(dataset)
    code_points = glyphs.code_points[rows]
    answers = Answers(
        reader(glyphs.images[rows])[:, :NONE],
        after.letters(code_points),
        code_points,
        after.kinds(code_points),
        np.zeros(len(rows), dtype=np.bool_),
    )
    return Foresight(answers, len(wanted))

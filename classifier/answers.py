"""Answers: what a method says of pictures it was not shown in, shares that it has right out.

A method is anything that gives each picture a score for each of the 37 letters: a network, or the
nearest pixels. All are asked for letters only, and counted in one way: by picture, and by
character, whose scores are the mean over the fonts that draw it. Errors of counts by picture take
it that pictures of one character go wrong together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from classifier.labels import KINDS, NONE, merged
from classifier.metrics import Scores, binomial_error, clustered_error, scores
from classifier.prediction import Votes, vote
from classifier.unicode_tables import is_pvalid

PROTOCOL = ("accent", "uts39", "overlay", "accent-of-uts39")
"""Kinds of labels that the headline figures count (MAP.md, section 6)."""

MANY_FONTS = 5
_ASCII_END = 0x80

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Figure:
    """A share, its standard error, and of how many."""

    value: float
    error: float
    count: int

    def __str__(self) -> str:
        """Give it as ``0.972 ± 0.006 (644)``."""
        return f"{self.value:.3f} ± {self.error:.3f} ({self.count:,})"


@dataclass(frozen=True)
class Answers:
    """What a method says of pictures; arrays are parallel, of n rows."""

    scores: npt.NDArray[np.float32]
    """Shape (n, 37): more is likelier."""

    letters: npt.NDArray[np.int64]
    """The true class, 0 to 36, shape (n,)."""

    code_points: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.int64]
    """Why that is the truth: index of `classifier.labels.KINDS`, shape (n,)."""

    seen: Mask
    """Which pictures are pixel for pixel among those trained on, shape (n,)."""

    @cached_property
    def said(self) -> npt.NDArray[np.int64]:
        """The letter said of each picture, shape (n,)."""
        return np.asarray(self.scores.argmax(axis=1), dtype=np.int64)

    @cached_property
    def pvalid(self) -> Mask:
        """Which pictures are of characters that a name may hold, shape (n,)."""
        unique, places = np.unique(self.code_points, return_inverse=True)
        valid = np.fromiter((is_pvalid(int(c)) for c in unique), np.bool_, len(unique))
        return np.asarray(valid[places], dtype=np.bool_)

    def of_kinds(self, kinds: Sequence[str]) -> Mask:
        """Tell which rows are of some kinds."""
        return np.asarray(np.isin(self.kinds, [KINDS.index(kind) for kind in kinds]))

    def rows(self, chosen: Mask) -> Answers:
        """Keep some rows."""
        return Answers(
            self.scores[chosen],
            self.letters[chosen],
            self.code_points[chosen],
            self.kinds[chosen],
            self.seen[chosen],
        )


def joined(parts: Sequence[Answers]) -> Answers:
    """Put answers to different pictures together, e.g. those of five folds."""
    return Answers(
        np.concatenate([each.scores for each in parts]),
        np.concatenate([each.letters for each in parts]),
        np.concatenate([each.code_points for each in parts]),
        np.concatenate([each.kinds for each in parts]),
        np.concatenate([each.seen for each in parts]),
    )


@dataclass(frozen=True)
class Characters:
    """Answers brought together by character; arrays are parallel, of m rows."""

    votes: Votes
    letters: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]
    pvalid: Mask

    @property
    def said(self) -> npt.NDArray[np.int64]:
        """The letter said of each character, shape (m,)."""
        return np.asarray(self.votes.log_probs.argmax(axis=1), dtype=np.int64)


def by_character(answers: Answers) -> Characters:
    """Take the mean over fonts."""
    votes = vote(answers.scores, answers.code_points)
    _, first = np.unique(answers.code_points, return_index=True)
    return Characters(votes, answers.letters[first], answers.kinds[first], answers.pvalid[first])


def figures(answers: Answers) -> Mapping[str, Figure]:
    """Count what is right, in all the ways of the protocol; those of nothing are left out.

    The names are those of `DESCRIPTIONS`.
    """
    protocol, valid = answers.of_kinds(PROTOCOL), answers.pvalid
    ascii_rows = answers.code_points < _ASCII_END
    pictures = {
        "with ascii": protocol | ascii_rows if ascii_rows.any() else np.zeros_like(valid),
        "images": protocol,
        "images unseen": protocol & ~answers.seen,
        "images pvalid": protocol & valid,
    }
    found = {name: _of_pictures(answers, rows) for name, rows in pictures.items() if rows.any()}
    if protocol.any():
        counted = scores_of(answers.rows(protocol))
        found["images f1"] = Figure(counted.f1, found["images"].error, counted.count)
        found["images macro f1"] = Figure(counted.macro_f1, np.nan, counted.count)
    return found | _of_characters(by_character(answers))


def scores_of(answers: Answers) -> Scores:
    """Give precision, recall and F1 of pictures, all letters asked."""
    return scores(answers.letters, answers.said, NONE)


def _of_pictures(answers: Answers, rows: Mask) -> Figure:
    right = (answers.said == answers.letters)[rows]
    error = clustered_error(right, answers.code_points[rows])
    return Figure(float(right.mean()), error, len(right))


def _of_characters(found: Characters) -> dict[str, Figure]:
    right = found.said == found.letters
    alike = merged(found.said) == merged(found.letters)
    kind = {name: found.kinds == number for number, name in enumerate(KINDS)}
    protocol = np.isin(found.kinds, [KINDS.index(name) for name in PROTOCOL])
    valid = protocol & found.pvalid
    groups = {
        "characters": (right, protocol),
        "characters pvalid": (right, valid),
        "five fonts": (right, valid & (found.votes.fonts >= MANY_FONTS)),
        "alike": (alike, valid),
    }
    groups |= {name: (right, valid & kind[name]) for name in PROTOCOL}
    groups |= {
        name: (right, found.pvalid & kind[name]) for name in ("small-capital", "capital", "named")
    }
    return {
        name: Figure(
            float(of[rows].mean()), binomial_error(of[rows].mean(), rows.sum()), rows.sum()
        )
        for name, (of, rows) in groups.items()
        if rows.any()
    }


DESCRIPTIONS: Mapping[str, str] = {
    "characters pvalid": "characters, PVALID",
    "five fonts": f"characters, PVALID, in >= {MANY_FONTS} fonts",
    "uts39": "characters, PVALID, only UTS #39 has them",
    "accent": "characters, PVALID, letters with accents",
    "overlay": "characters, PVALID, letters with strokes",
    "accent-of-uts39": "characters, PVALID, accents on UTS #39's",
    "small-capital": "characters, PVALID, small capitals (beside the protocol)",
    "capital": "characters, PVALID, drawn as capitals (beside the protocol)",
    "named": "characters, PVALID, letters with hooks, by name (beside the protocol)",
    "alike": "characters, PVALID, {o 0} and {l 1 i} as one",
    "characters": "characters, all",
    "images": "pictures, all",
    "images f1": "pictures, all, weighted F1",
    "images macro f1": "pictures, all, macro F1",
    "images pvalid": "pictures, PVALID",
    "images unseen": "pictures, all, without those whose pixels were trained on",
    "with ascii": "pictures, ASCII's included",
}
"""What each figure counts, in the order of a table."""

"""Review: a map's rows and what people saw in them in, the rows that stand out.

What the networks alone take for a letter is looked at by people before it is of tier A for good
(``classifier/data/review.csv``, in the form of `classifier.verdicts`, and the verdicts that
networks learn from). Their word counts more than the networks':

======== ==========================================================================================
right    by all answers: `EYE` is named beside the network; if there are two answers or more, the
         score is `SURE` at least
unsure   or people do not agree: the score is `DOUBTFUL` at most, which is tier B
wrong    by all answers that decide: the reading is dropped
======== ==========================================================================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from classifier.export import EYE, Rows, Seen
from classifier.verdicts import Verdict, load_verdicts

REVIEW = Path(__file__).parent / "data" / "review.csv"
SURE, DOUBTFUL = 0.9, 0.85
"""Least score of what two found right, in tier A, and most of what is in doubt, in tier B. What one
judge alone found right and networks rated lower, the next one doubted in 13 of 46 cases."""

_TWINS = frozenset("li")


def load_review() -> tuple[Verdict, ...]:
    """Read all verdicts that come with this release.

    Raises:
        InvalidVerdicts: a file is damaged.
    """
    return (*load_verdicts(), *load_verdicts(REVIEW))


def reviewed(rows: Rows, verdicts: Iterable[Verdict]) -> Rows:
    """Apply verdicts to rows; a verdict on l is one on i, which no eye tells apart.

    >>> seen = {chr(0x2C99): [Seen("m", 0.8, "cnn", 1, 2)], "ж": [Seen("x", 0.95, "cnn", 1, 2)]}
    >>> told = [
    ...     Verdict(0x2C99, "m", "right", "", 1, "A1"),
    ...     Verdict(0x2C99, "m", "right", "", 2, "A1"),
    ...     Verdict(0x436, "x", "wrong", "", 1, "A2"),
    ... ]
    >>> [str(each) for each in reviewed(seen, told)[chr(0x2C99)]], len(reviewed(seen, told))
    (['m 0.900 cnn+eye 1/2'], 1)
    """
    answers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in verdicts:
        answers[chr(each.code_point), _twin(each.letter)].append(each.answer)
    found = {}
    for source, readings in rows.items():
        kept = [
            stands
            for seen in readings
            if (stands := _judged(seen, answers.get((source, _twin(seen.letters)), [])))
        ]
        if kept:
            found[source] = sorted(kept, key=lambda each: -each.score)
    return found


def _twin(letter: str) -> str:
    return "l" if letter in _TWINS else letter


def _judged(seen: Seen, answers: Sequence[str]) -> Seen | None:
    if not answers:
        return seen
    if set(answers) == {"right"}:
        least = SURE if len(answers) > 1 else 0.0
        return replace(seen, score=max(seen.score, least), source=f"{seen.source}+{EYE}")
    if "right" in answers or set(answers) == {"unsure"}:
        return replace(seen, score=min(seen.score, DOUBTFUL))
    return None

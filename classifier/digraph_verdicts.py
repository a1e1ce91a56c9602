"""Verdicts on pairs: what a person saw of two letters beside one in, a table of it out.

The table, ``classifier/data/digraph_verdicts.csv``, has a row for each pair (RFC 4180, ASCII, lines
end in LF): the ``pair``, the ``letter`` that it was compared with, the ``verdict`` (``right``: at
the size of text it would pass for that letter in a name; ``wrong``; ``unsure``), and the ``sheet``
and the ``place`` on it. ``tests/benchmarks/digraph_review.py`` draws the sheets. A table may hold
the answers of several judges, each with sheets of a hundred of its own (1, 101, 201 ...): then what
more than half of them find right is right. ``digraph_decided.csv`` is one, of four judges who were
given no third answer.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from classifier.errors import InvalidVerdicts
from classifier.metrics import wilson
from classifier.verdicts import ANSWERS

PAIR_VERDICTS = Path(__file__).parent / "data" / "digraph_verdicts.csv"
DECIDED = PAIR_VERDICTS.with_name("digraph_decided.csv")
SHEETS_OF_A_JUDGE = 100

MARGIN = 2
"""Of pairs that one more found right than wrong the next judge refused four of seven; of those that
two more did, three of seventy."""

COLUMNS = ("pair", "letter", "verdict", "sheet", "place")

_ROW = re.compile(rf"[a-z]{{2}},[a-z],({'|'.join(ANSWERS)}),[0-9]{{1,6}},[0-9]{{1,6}}")


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """One answer."""

    pair: str
    letter: str
    answer: str
    """One of `classifier.verdicts.ANSWERS`."""

    sheet: int
    place: int


@dataclass(frozen=True, slots=True)
class Precision:
    """How many of some pairs are right, as most judges have it; without a verdict none is."""

    right: int
    judged: int
    asked: int
    low: float
    high: float
    """Wilson's 95 % bounds of the share of right ones among all asked."""


def load_pair_verdicts(path: Path = PAIR_VERDICTS) -> tuple[PairVerdict, ...]:
    """Read a table, in its order.

    Raises:
        InvalidVerdicts: it cannot be read, or a row breaks the format, or a judge answers twice.
    """
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read as a table of verdicts on pairs: {error}"
        raise InvalidVerdicts(msg) from error
    if not lines or lines[0] != ",".join(COLUMNS):
        msg = f"{path}:1: its columns are not {','.join(COLUMNS)}"
        raise InvalidVerdicts(msg)
    found: dict[tuple[str, str, int], PairVerdict] = {}
    for number, line in enumerate(lines[1:], 2):
        if not _ROW.fullmatch(line):
            msg = f"{path}:{number}: {line!a} is no pair, letter, verdict, sheet and place"
            raise InvalidVerdicts(msg)
        pair, letter, answer, sheet, place = line.split(",")
        judge = int(sheet) // SHEETS_OF_A_JUDGE
        if (pair, letter, judge) in found:
            msg = f"{path}:{number}: a second verdict on {pair} as {letter}"
            raise InvalidVerdicts(msg)
        found[pair, letter, judge] = PairVerdict(pair, letter, answer, int(sheet), int(place))
    return tuple(found.values())


def load_pair_review() -> tuple[PairVerdict, ...]:
    """Read all verdicts that decide which pairs a map names.

    Raises:
        InvalidVerdicts: a file is damaged.
    """
    return (*load_pair_verdicts(), *load_pair_verdicts(DECIDED))


def upheld(verdicts: Iterable[PairVerdict]) -> frozenset[tuple[str, str]]:
    """Give pairs and letters that `MARGIN` more answers find right than wrong.

    >>> told = [PairVerdict("rn", "m", "right", sheet, 1) for sheet in (1, 101)]
    >>> upheld([*told, PairVerdict("ui", "w", "right", 1, 2)])
    frozenset({('rn', 'm')})
    """
    balance: Counter[tuple[str, str]] = Counter()
    for each in verdicts:
        balance[each.pair, each.letter] += {"right": 1, "wrong": -1, "unsure": 0}[each.answer]
    return frozenset(pair for pair, count in balance.items() if count >= MARGIN)


def render_pair_verdicts(verdicts: Iterable[PairVerdict]) -> str:
    """Write a table in the form that `load_pair_verdicts` reads; the same gives the same text."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((v.pair, v.letter, v.answer, v.sheet, v.place) for v in verdicts)
    return text.getvalue()


def precision(pairs: Sequence[tuple[str, str]], verdicts: Iterable[PairVerdict]) -> Precision:
    """Count how many of some pairs and their letters are right.

    >>> precision([("rn", "m"), ("qz", "m")], [PairVerdict("rn", "m", "right", 1, 1)]).right
    1
    """
    answers: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in verdicts:
        answers[each.pair, each.letter].append(each.answer)
    given = [answers[pair] for pair in pairs if pair in answers]
    right = sum(2 * each.count("right") > len(each) for each in given)
    return Precision(right, len(given), len(pairs), *wilson(right, len(pairs)))

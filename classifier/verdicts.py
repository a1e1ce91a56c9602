"""Verdicts: a table of what people saw on contact sheets in, what it refutes and upholds out.

UTS #39 lacks most lookalikes, so "not in UTS #39" says nothing against a character. What says
something is a person who looks at the glyphs of a character, and is asked of one letter whether an
attacker could use it for that letter. The table, ``classifier/data/verdicts.csv``, has a row for
each answer (RFC 4180, UTF-8, lines end in LF):

=========== =====================================================================================
code_point  hexadecimal, at least four digits, e.g. ``043D``
name        the character's name in Unicode, so that rows can be read and slips are noticed
letter      the letter that was asked for, one of a-z, 0-9 and ``-``
verdict     ``right``, ``wrong``, or ``unsure``; unsure ones count neither way
stratum     which sample it is of, e.g. ``recommended 0.9-1.0``: score and scripts
sheet       number of the contact sheet
place       where on the sheet, e.g. ``C4``
=========== =====================================================================================

A pair of character and letter may be judged several times, on sheets of their own.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from classifier.errors import InvalidVerdicts
from classifier.labels import CLASSES
from classifier.unicode_tables import name

VERDICTS = Path(__file__).parent / "data" / "verdicts.csv"
COLUMNS = ("code_point", "name", "letter", "verdict", "stratum", "sheet", "place")
ANSWERS = ("right", "wrong", "unsure")

_HEX = re.compile(r"(10|[0-9A-F])?[0-9A-F]{4}")
_SHEET = re.compile(r"[0-9]{1,6}")
_PLACE = re.compile(r"[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer."""

    code_point: int
    letter: str
    answer: str
    """One of `ANSWERS`."""

    stratum: str
    sheet: int
    place: str


def load_verdicts(path: Path = VERDICTS) -> tuple[Verdict, ...]:
    """Read a table of verdicts, in its order.

    Raises:
        InvalidVerdicts: it cannot be read, or a row breaks the format or repeats one of its sheet.
    """
    try:
        reader = csv.reader(StringIO(path.read_bytes().decode("utf-8"), newline=""), strict=True)
        rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"{path}: cannot be read as a table of verdicts: {error}"
        raise InvalidVerdicts(msg) from error
    if not rows or tuple(rows[0][1]) != COLUMNS:
        msg = f"{path}:1: its columns are not {','.join(COLUMNS)}"
        raise InvalidVerdicts(msg)
    found: dict[tuple[int, str], Verdict] = {}
    for line, row in rows[1:]:
        problem = _problem(row)
        if not problem:
            verdict = _verdict(row)
            if (verdict.sheet, verdict.place) not in found:
                found[verdict.sheet, verdict.place] = verdict
                continue
            problem = f"a second verdict on {verdict.place} of sheet {verdict.sheet}"
        msg = f"{path}:{line}: {problem}"
        raise InvalidVerdicts(msg)
    return tuple(found.values())


def _verdict(row: list[str]) -> Verdict:
    code, _, letter, answer, stratum, sheet, place = row
    return Verdict(int(code, 16), letter, answer, stratum, int(sheet), place)


def _problem(row: list[str]) -> str:
    """Say what is wrong with a row, empty if nothing is."""
    if len(row) != len(COLUMNS):
        return f"it has {len(row)} fields and not {len(COLUMNS)}"
    code, named, letter, answer, stratum, sheet, place = row
    if not _HEX.fullmatch(code):
        return f"{code!a} is no code point in capital hexadecimal digits"
    faults = {
        # An older database has no name for what came later, nor for ideographs of Tangut.
        f"U+{code} is not named {named!a}": named and name(int(code, 16)) in (named, ""),
        f"{letter!a} is none of the letters {CLASSES}": len(letter) == 1 and letter in CLASSES,
        f"{answer!a} is none of {', '.join(ANSWERS)}": answer in ANSWERS,
        f"stratum {stratum!a} is empty or cannot be printed": stratum and stratum.isprintable(),
        f"sheet {sheet!a} is no number": _SHEET.fullmatch(sheet),
        f"place {place!a} is not letters and digits": _PLACE.fullmatch(place),
    }
    return next((fault for fault, well in faults.items() if not well), "")


def render_verdicts(verdicts: Iterable[Verdict]) -> str:
    """Write a table in the form that `load_verdicts` reads; the same gives the same text."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for v in verdicts:
        code = f"{v.code_point:04X}"
        row = (code, name(v.code_point), v.letter, v.answer, v.stratum, v.sheet, v.place)
        writer.writerow(row)
    return text.getvalue()


def refuted(verdicts: Iterable[Verdict]) -> frozenset[int]:
    """Give code points that look like no letter: some answers are wrong, and none right or unsure.

    A character was asked about for the letter that it looks like most, if like any.
    """
    return frozenset(c for c, answers in _answers(verdicts).items() if answers == {"wrong"})


def upheld(verdicts: Iterable[Verdict]) -> frozenset[int]:
    """Give code points of which some answer is right: they look like a letter."""
    return frozenset(c for c, answers in _answers(verdicts).items() if "right" in answers)


def letters_upheld(verdicts: Iterable[Verdict]) -> Mapping[int, str]:
    """Give the letters that characters were taken for in all answers about the two.

    Of several letters of one character the first counts.
    """
    answers: dict[tuple[int, str], set[str]] = defaultdict(set)
    for verdict in verdicts:
        answers[verdict.code_point, verdict.letter].add(verdict.answer)
    found: dict[int, str] = {}
    for (code_point, letter), given in answers.items():
        if given == {"right"}:
            found.setdefault(code_point, letter)
    return found


def _answers(verdicts: Iterable[Verdict]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for verdict in verdicts:
        found[verdict.code_point].add(verdict.answer)
    return found

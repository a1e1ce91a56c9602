"""Adjudication: scored characters in, a blind sample of them out, for people to judge on sheets.

How much of a map is right where no table knows is for eyes to say. A sample is drawn from
characters that neither UTS #39 nor canonical decomposition knows: so many from each stratum of
score and scripts (`STRATA`), by a hash of the code point and a seed, so the same scores give the
same sample. Its order on the sheets is by another hash, and says nothing of the stratum; that is in
the key alone, which is not looked at before all answers are written down.

Rule of judging: ``right`` if in most of the families shown a reader of an address at text size
could take the character for that very letter, or for it with an accent, hook, tail or stroke, or
for its capital (addresses are read without case); ``wrong`` if parts are missing or too many, or
size or place on the line gives it away; ``unsure`` if it is so in some families only, or the eye
hesitates. The packaged verdicts were given once, in one sitting, by one judge, a vision model, who
decided to let capitals and tails count while at it, though before the key was opened; nobody has
repeated them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from classifier.combination import Candidates, Combination
from classifier.labels import CLASSES
from classifier.metrics import wilson
from classifier.splits import hashed
from classifier.unicode_tables import ConfusablesTable, decomposed, is_mark, is_pvalid, name
from classifier.verdicts import Verdict

SEED = 2026
PER_SHEET = 32

STRATA = (
    (0.9, 1.0, 110),
    (0.8, 0.9, 30),
    (0.6, 0.8, 30),
    (0.4, 0.6, 24),
    (0.1, 0.4, 14),
)
"""Lowest and highest score, and how many characters of recommended scripts, and as many others."""

RECOMMENDED = frozenset(
    [
        "ARABIC",
        "ARMENIAN",
        "BENGALI",
        "BOPOMOFO",
        "CJK",
        "CYRILLIC",
        "DEVANAGARI",
        "ETHIOPIC",
        "EXTENDED",
        "GEORGIAN",
        "GREEK",
        "GUJARATI",
        "GURMUKHI",
        "HANGUL",
        "HEBREW",
        "HIRAGANA",
        "KANNADA",
        "KATAKANA",
        "KHMER",
        "LAO",
        "LATIN",
        "MALAYALAM",
        "MODIFIER",
        "MYANMAR",
        "ORIYA",
        "SINHALA",
        "TAMIL",
        "TELUGU",
        "THAANA",
        "THAI",
        "TIBETAN",
    ]
)
"""First words of the names of characters of scripts recommended by UAX #31, table 5, and of common
letters. ``EXTENDED`` is for Arabic-Indic digits."""

ANSWERS = {"r": "right", "w": "wrong", "u": "unsure"}
_ASCII_END = 0x80


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the sample."""

    code_point: int
    letter: str
    score: float
    stratum: str
    sheet: int = 0
    place: int = 0


def unknown(code_point: int, table: ConfusablesTable) -> bool:
    """Say whether neither the table nor canonical decomposition knows a character.

    It is also to be one that can stand in a label by itself: PVALID, above ASCII, no mark.
    """
    base = ord(decomposed(chr(code_point))[0])
    return (
        code_point >= _ASCII_END
        and is_pvalid(code_point)
        and not is_mark(code_point)
        and code_point not in table.prototypes
        and base not in table.prototypes
        and base >= _ASCII_END
    )


def scripts_of(code_point: int) -> str:
    """Give ``recommended`` or ``other``.

    >>> scripts_of(0x442), scripts_of(0x13D1)
    ('recommended', 'other')
    """
    return "recommended" if name(code_point).split()[0] in RECOMMENDED else "other"


def choose(
    candidates: Candidates, combination: Combination, table: ConfusablesTable, seed: int = SEED
) -> tuple[Asked, ...]:
    """Draw a sample, in blind order; each character is asked about for its likeliest letter.

    Args:
        candidates: measured by networks that have not seen the characters.
        combination: gives the scores.
        table: characters that it knows are not asked about.
        seed: another one draws another sample.
    """
    best: dict[int, tuple[float, str]] = {}
    for code_point, letter, score in zip(
        candidates.code_points.tolist(),
        candidates.letters.tolist(),
        combination.score(candidates).tolist(),
        strict=True,
    ):
        if code_point not in best or score > best[code_point][0]:
            best[code_point] = score, CLASSES[letter]
    pools: dict[str, list[Asked]] = defaultdict(list)
    for code_point, (score, letter) in best.items():
        if unknown(code_point, table):
            for low, high, _ in STRATA:
                if low <= score < high:
                    stratum = f"{scripts_of(code_point)} {low}-{high}"
                    pools[stratum].append(Asked(code_point, letter, score, stratum))
    chosen: list[Asked] = []
    for low, high, count in STRATA:
        for scripts in ("recommended", "other"):
            pool = pools[f"{scripts} {low}-{high}"]
            pool.sort(key=lambda each: hashed(b"judged sample", seed, each.code_point))
            chosen += pool[:count]
    chosen.sort(key=lambda each: hashed(b"judged order", seed, each.code_point))
    return tuple(
        replace(each, sheet=1 + number // PER_SHEET, place=1 + number % PER_SHEET)
        for number, each in enumerate(chosen)
    )


def judged(asked: Iterable[Asked], answers: Mapping[int, str]) -> tuple[Verdict, ...]:
    """Bring the key and the answers together.

    Args:
        asked: the sample.
        answers: sheet -> a letter of `ANSWERS` for each of its places in turn; sheets may be
            missing.

    Raises:
        ValueError: a sheet has more or fewer answers than places.
    """
    sheets: dict[int, list[Asked]] = defaultdict(list)
    for each in asked:
        sheets[each.sheet].append(each)
    found = []
    for sheet, said in sorted(answers.items()):
        for each, letter in zip(sheets[sheet], said, strict=True):
            answer = ANSWERS[letter]
            found.append(
                Verdict(each.code_point, each.letter, answer, each.stratum, sheet, str(each.place))
            )
    return tuple(found)


def precisions(verdicts: Sequence[Verdict]) -> Mapping[str, tuple[int, int, float, float]]:
    """Give for each stratum: how many are right, of how many, and Wilson's 95 % bounds.

    Unsure ones count as not right.
    """
    found = {}
    for stratum in sorted({each.stratum for each in verdicts}):
        answers = [each.answer for each in verdicts if each.stratum == stratum]
        right = answers.count("right")
        found[stratum] = (right, len(answers), *wilson(right, len(answers)))
    return found

"""Report: what an evaluation found in, blocks of a document out, figures by character first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifier.answers import DESCRIPTIONS, PROTOCOL, Answers, Figure, by_character, scores_of
from classifier.dataset import Glyphs
from classifier.document import Block, Gallery, Heading, Matrix, Paragraph, Table
from classifier.labels import CLASSES, KINDS, NONE, Labels, class_name
from classifier.metrics import calibration, confusion_matrix, scores, spread
from classifier.open_set import RECALLS
from classifier.prediction import vote
from classifier.protocol import BARE, BARS, NETWORK, PIXELS, Evaluation
from classifier.temporal import ADDED_KINDS, Foresight
from classifier.unicode_tables import is_pvalid, name

TITLE = "What the network reads, and what it does not"
METHODS = (NETWORK, BARE, PIXELS)
WORST = 40
_FONTS = 6
_SPLIT_NAMES = {
    "code_point": "characters never seen",
    "image": "a fifth of the pictures (flatters)",
    "family": "font families never seen",
    "both": "characters and families never seen",
}


def report(
    evaluation: Evaluation,
    glyphs: Glyphs,
    labels: Labels,
    about: Sequence[tuple[str, str]] = (),
) -> list[Block]:
    """Lay an evaluation out.

    Args:
        evaluation: what was found.
        glyphs: the pictures that it was found of.
        labels: what was true.
        about: names and values to put first, e.g. how long it took.
    """
    facts = (
        ("pictures", f"{len(glyphs.code_points):,} in {len(glyphs.family_names)} families"),
        ("pictures' digest", glyphs.digest),
        ("UTS #39", labels.unicode),
        ("labels' digest", labels.digest),
        ("answers' digest", evaluation.said.digest),
        *about,
    )
    return [
        Table(("what", "value"), tuple(facts)),
        *_by_split(evaluation),
        *_same_folds(evaluation),
        *_seeds(evaluation),
        *_open_set(evaluation),
        *_foresight(evaluation),
        *_classes(evaluation, glyphs, labels),
        *_worst(evaluation, glyphs),
    ]


def _by_split(evaluation: Evaluation) -> Iterator[Block]:
    yield Heading("Shares that are right")
    yield Paragraph(
        "Letters alone are asked for. A character's answer is the mean over the fonts that draw "
        "it. ± is a standard error; that of pictures counts those of one character as one. In "
        "brackets: of how many."
    )
    for split, methods in evaluation.splits.items():
        yield Heading(f"Held out: {_SPLIT_NAMES.get(split, split)}")
        shown = [method for method in METHODS if methods.get(method)]
        rows = []
        for key, description in DESCRIPTIONS.items():
            if key not in methods[NETWORK]:
                continue
            cells = [_shown(methods[method].get(key)) for method in shown]
            floor, aim = BARS.get(split, {}).get(key, (None, None))
            value = methods[NETWORK][key].value
            bar = "" if aim is None else f"{floor:.3f} / {aim:.3f}"
            rows.append((description, *cells, bar, _verdict(value, floor, aim)))
        yield Table(("counted", *shown, "floor / aim", ""), tuple(rows))


def _verdict(value: float, floor: float | None, aim: float | None) -> str:
    if floor is None or aim is None:
        return ""
    if value >= aim - 5e-4:
        return "reached"
    return "floor only" if value >= floor - 5e-4 else "missed"


def _shown(figure: Figure | None) -> str:
    return "" if figure is None else str(figure)


def _same_folds(evaluation: Evaluation) -> Iterator[Block]:
    if not evaluation.same_folds:
        return
    yield Heading("The same characters, three methods")
    ours, bare, pixels = (evaluation.same_folds[method] for method in METHODS)
    rows = []
    for key, description in DESCRIPTIONS.items():
        if key in ours and key in bare and key in pixels:
            gains = (100 * (ours[key].value - other[key].value) for other in (bare, pixels))
            cells = (str(each[key]) for each in (ours, bare, pixels))
            rows.append((description, *cells, *(f"{gain:+.1f}" for gain in gains)))
    header = ("counted", *METHODS, "points over bare", "points over pixels")
    yield Table(header, tuple(rows))


def _seeds(evaluation: Evaluation) -> Iterator[Block]:
    if len(evaluation.seeds) < 2:
        return
    yield Heading("Networks one by one, and committees of other seeds")
    names = tuple(evaluation.seeds)
    whole = max(name.count("+") for name in names)
    seeds = [place for place, name in enumerate(names) if name.count("+") == whole]
    compared = len(seeds) > 1
    rows = []
    for key, description in DESCRIPTIONS.items():
        values = [found[key].value for found in evaluation.seeds.values() if key in found]
        if len(values) == len(names):
            cells = [f"{value:.3f}" for value in values]
            if compared:  # over seeds; a member alone is another thing
                middle, deviation = spread(np.array(values)[seeds])
                cells += [f"{middle:.3f}", f"{deviation:.4f}"]
            rows.append((description, *cells))
    last = (f"mean of {len(seeds)} seeds", "standard deviation") if compared else ()
    yield Table(("counted", *names, *last), tuple(rows))


def _open_set(evaluation: Evaluation) -> Iterator[Block]:
    yield Heading("Lookalikes told from other characters")
    yield Paragraph(
        "Area under the ROC curve, and the precision where that share of the lookalikes is found. "
        "Most of what counts as a mistake here is a lookalike that UTS #39 lacks, so precisions "
        "are too low."
    )
    groups = next(iter(evaluation.open_set.values()), {})
    for group, first in groups.items():
        yield Paragraph(f"{group}: {first.positives:,} lookalikes, {first.negatives:,} others")
        rows = [
            (
                score,
                f"{found[group].auc:.4f}",
                *(f"{value:.2f}" for value in found[group].precisions),
            )
            for score, found in evaluation.open_set.items()
        ]
        yield Table(("score", "AUC", *(f"at recall {r}" for r in RECALLS)), tuple(rows))


def _foresight(evaluation: Evaluation) -> Iterator[Block]:
    if not evaluation.foresight:
        return
    yield Heading("Foreseen: rows that a later UTS #39 added")
    found = next(iter(evaluation.foresight.values()))
    first = found.top(1)
    yield Paragraph(f"{found.added} characters were given a letter; fonts draw {first.count}.")
    groups: Mapping[str, tuple[str, ...]] = {
        "all": ADDED_KINDS,
        "a letter or digit itself": ("uts39", "capital"),
        "a small letter or digit": ("uts39",),
    }
    rows = [
        (label, str(found.top(1, kinds)), str(found.top(3, kinds)))
        for label, kinds in groups.items()
    ]
    yield Table(("the row's prototype", "first answer", "among three"), tuple(rows))
    committees = [
        (committee, str(each.top(1)), str(each.top(3)), ", ".join(_missed(each)))
        for committee, each in evaluation.foresight.items()
    ]
    header = ("networks", "first answer", "among three", "first answer is another")
    yield Table(header, tuple(committees))
    if len(committees) > 1:
        shares = [each.top(1).value for each in evaluation.foresight.values()]
        middle, deviation = spread(np.array(shares))
        yield Paragraph(f"Mean {middle:.3f}, standard deviation {deviation:.4f}.")


def _missed(foresight: Foresight) -> Iterator[str]:
    """Give characters of which the first answer is not the letter that they were given."""
    found = by_character(foresight.answers)
    counted = np.isin(found.kinds, [KINDS.index(kind) for kind in ADDED_KINDS])
    for row in np.flatnonzero(counted & (found.said != found.letters)):
        truth, said = class_name(int(found.letters[row])), class_name(int(found.said[row]))
        yield f"U+{found.votes.code_points[row]:04X} ({truth}, said {said})"


@dataclass(frozen=True)
class _Judged:
    """Characters with a class, NONE included, and what the vote of their fonts says; (m,) each."""

    truth: npt.NDArray[np.int64]
    said: npt.NDArray[np.int64]
    stated: npt.NDArray[np.float64]


def _judged(evaluation: Evaluation, glyphs: Glyphs, labels: Labels) -> _Judged:
    """Take the protocol's characters, and the examples of looking like no letter."""
    kinds = labels.kinds(glyphs.code_points)
    wanted = [KINDS.index(kind) for kind in (*PROTOCOL, "none")]
    rows = np.flatnonzero(np.isin(kinds, wanted) & (glyphs.code_points >= 0x80))
    votes = vote(evaluation.said.log_probs[rows], glyphs.code_points[rows])
    chances = votes.probabilities()
    return _Judged(
        labels.letters(votes.code_points),
        np.asarray(chances.argmax(axis=1), dtype=np.int64),
        chances.max(axis=1).astype(np.float64),
    )


def _classes(evaluation: Evaluation, glyphs: Glyphs, labels: Labels) -> Iterator[Block]:
    names = tuple(class_name(number) for number in range(NONE + 1))
    judged = _judged(evaluation, glyphs, labels)
    by_char, by_picture = (
        scores(judged.truth, judged.said, NONE + 1),
        scores_of(_protocol(evaluation.answers[NETWORK])),
    )
    yield Heading("Precision, recall and F1")
    rows = [
        (
            label,
            f"{each.count:,}",
            f"{each.accuracy:.3f}",
            *(f"{value:.3f}" for value in (each.precision, each.recall, each.f1)),
            *(f"{v:.3f}" for v in (each.macro_precision, each.macro_recall, each.macro_f1)),
        )
        for label, each in (
            ("characters, none of the letters being an answer too", by_char),
            ("pictures, letters alone being asked for", by_picture),
        )
    ]
    header = ("counted", "count", "accuracy", "precision", "recall", "F1")
    yield Table((*header, "macro precision", "macro recall", "macro F1"), tuple(rows))
    yield Heading("Classes, by character")
    table = [
        (names[c.number], f"{c.support:,}", f"{c.precision:.3f}", f"{c.recall:.3f}", f"{c.f1:.3f}")
        for c in by_char.classes
    ]
    yield Table(("class", "characters", "precision", "recall", "F1"), tuple(table))
    yield Heading("Confusions, by character (rows are true)")
    yield Matrix(names, confusion_matrix(judged.truth, judged.said, NONE + 1))
    found = calibration(judged.stated, judged.said == judged.truth)
    yield Heading("Calibration, by character")
    yield Paragraph(f"Expected calibration error {found.error:.3f}.")
    bins = [
        (f"{place / len(found.counts):.2f}", f"{count:,}", f"{stated:.3f}", f"{right:.3f}")
        for place, (count, stated, right) in enumerate(
            zip(found.counts, found.stated, found.right, strict=True)
        )
        if count
    ]
    yield Table(("from", "characters", "stated", "right"), tuple(bins))


def _protocol(answers: Answers) -> Answers:
    return answers.rows(answers.of_kinds(PROTOCOL))


def _worst(evaluation: Evaluation, glyphs: Glyphs) -> Iterator[Block]:
    """Draw characters that are given a wrong letter, the surest mistakes first."""
    found = by_character(_protocol(evaluation.answers[NETWORK]))
    scored, said = found.votes.log_probs, found.said
    places = np.arange(len(said))
    sure = scored[places, said] - scored[places, found.letters]
    wrong = np.flatnonzero(said != found.letters)
    valid = found.pvalid[wrong]
    order = wrong[np.lexsort((-sure[wrong], ~valid))][:WORST]
    yield Heading("Worst characters")
    yield Paragraph(
        f"{len(wrong)} of {len(said)} characters are given another letter, {int(valid.sum())} of "
        f"them PVALID. In up to {_FONTS} fonts: the character, the letter that it is, and the "
        "letter that is said."
    )
    rows, pictures = [], []
    for place in order:
        code_point = int(found.votes.code_points[place])
        true, told = int(found.letters[place]), int(said[place])
        rows.append(
            (
                f"U+{code_point:04X} {name(code_point)}",
                "yes" if is_pvalid(code_point) else "no",
                class_name(true),
                class_name(told),
                f"{found.votes.fonts[place]}",
                f"{float(sure[place]):.2f}",
            )
        )
        pictures.append(_drawn(glyphs, code_point, CLASSES[true] + CLASSES[told]))
    header = ("character", "PVALID", "true", "said", "fonts", "surer by")
    yield Gallery(header, tuple(rows), tuple(pictures))


def _drawn(glyphs: Glyphs, code_point: int, letters: str) -> npt.NDArray[np.uint8]:
    """Give the pictures of a character and of letters in the same fonts, font by font."""
    own = np.flatnonzero(glyphs.code_points == code_point)[:_FONTS]
    wanted = [code_point, *map(ord, letters)]
    rows = []
    for family in glyphs.families[own]:
        mine = np.flatnonzero(glyphs.families == family)
        places = np.searchsorted(glyphs.code_points[mine], wanted)  # ascending within a family
        rows.extend(mine[places].tolist())
    return np.asarray(glyphs.images[rows])

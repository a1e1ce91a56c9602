"""Fit the scale of scores: networks' answers out of fold, and verdicts, in; coefficients out.

Usage: python -m tests.benchmarks.calibration --glyphs DIR --confusables FILE --networks DIR
           [--output classifier/data/combination.json]

The verdicts are those of ``classifier/data/calibration.csv`` and ``verdicts.csv``. Prints the
coefficients and how well they do on pairs that were left out: the verdicts are cut in five by a
hash of the code point, and each part is scored by a fit to the others.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np

from classifier.calibration import VERDICTS as SCALE
from classifier.calibration import calibrate
from classifier.cross_validation import MEMBERS, cross_validate, label_all
from classifier.export import measure
from classifier.labels import CLASSES
from classifier.metrics import auc
from classifier.splits import fold_of
from classifier.verdicts import VERDICTS, load_verdicts
from glyphs.characters import pvalid
from glyphs.store import GlyphStore

BINS = (0.0, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0)


def main() -> None:
    """Fit, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--glyphs", type=Path, required=True)
    parser.add_argument("--confusables", type=Path, required=True)
    parser.add_argument("--networks", type=Path, required=True)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    store = GlyphStore.open(options.glyphs)
    labels = label_all(store, options.confusables)
    answers = cross_validate(store, labels, options.networks, members=MEMBERS)
    candidates = measure(store, pvalid(), lambda rows: answers.log_probs[rows])
    verdicts = (*load_verdicts(SCALE), *load_verdicts(VERDICTS))
    fitted = calibrate(candidates, labels, verdicts)
    print(fitted.to_json())
    place = {
        (int(c), CLASSES[letter]): row
        for row, (c, letter) in enumerate(
            zip(candidates.code_points, candidates.letters, strict=True)
        )
    }
    scores, right = [], []
    for fold in range(5):
        others = [each for each in verdicts if fold_of(each.code_point) != fold]
        found = calibrate(candidates, labels, others).score(candidates)
        for each in verdicts:
            row = place.get((each.code_point, each.letter))
            if each.answer != "unsure" and fold_of(each.code_point) == fold and row is not None:
                scores.append(found[row])
                right.append(each.answer == "right")
    scored, truth = np.array(scores), np.array(right)
    print(f"{len(scored)} decided verdicts, left out: AUC {auc(scored, truth):.3f}")
    for low, high in pairwise(BINS):
        rows = (scored > low) & (scored <= high)
        if rows.any():
            share = truth[rows].mean()
            print(f"score {low:.2f} - {high:.2f}: {share:.3f} of {rows.sum()} right")
    if options.output:
        options.output.write_text(fitted.to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()

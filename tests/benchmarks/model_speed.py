"""How long a release's work takes on real fonts: drawing, labelling, training, asking.

Usage: python -m tests.benchmarks.model_speed --confusables FILE [--steps N] [--jobs N]
                                              [--device cuda]

Wall time of each part, with processor time beside it. All networks of the committee are trained
and asked (`classifier.cross_validation.MEMBERS`). The bar is five minutes for all of it on two
cores, and ten for five folds, which are five times training and one time asking.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from classifier.committee import Committee
from classifier.cross_validation import MEMBERS, STEPS, label_all
from classifier.training import train
from glyphs.fonts import find_fonts
from glyphs.manifest import load_manifest
from glyphs.store import render_store

WHOLE_BAR, FOLDS_BAR = 300, 600


class Watch:
    """Says how long it was since it was last asked."""

    def __init__(self) -> None:
        self.clock, self.times = time.perf_counter(), os.times()

    def lap(self, what: str) -> float:
        """Print one part; give its wall time in seconds."""
        clock, times = time.perf_counter(), os.times()
        wall = clock - self.clock
        busy = sum(times[:4]) - sum(self.times[:4])
        print(f"{what:40} {wall:8.1f} s  {busy:8.1f} s of a processor", flush=True)
        self.clock, self.times = clock, times
        return wall


def main() -> None:
    """Do it once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--confusables", type=Path, required=True)
    parser.add_argument("--fonts", type=Path, nargs="+", help="folders; the system's if not given")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        watch = Watch()
        families = find_fonts(load_manifest(), options.fonts)
        store = render_store(families, Path(folder) / "glyphs", jobs=options.jobs)
        drawing = watch.lap(f"{len(store):,} pictures drawn")
        labels = label_all(store, options.confusables)
        dataset = MEMBERS[0].dataset(store, labels)
        labelling = watch.lap(f"{len(dataset):,} pictures labelled")
        training, networks = 0.0, []
        for each in MEMBERS:
            recipe = replace(each.recipe, steps=options.steps)
            networks.append(train(recipe, each.examples(dataset), device=options.device))
            training += watch.lap(f"{each.name}: {recipe.steps:,} steps of {recipe.batch} trained")
        committee = Committee(networks, [each.knows_capitals for each in MEMBERS])
        committee.read(store.images, options.device)
        asking = watch.lap("all pictures asked about")
    whole = drawing + labelling + training + asking
    folds = labelling + 5 * training + asking
    print(f"{'all of it':40} {whole:8.1f} s  bar {WHOLE_BAR}")
    print(f"{'five folds':40} {folds:8.1f} s  bar {FOLDS_BAR}")


if __name__ == "__main__":
    main()

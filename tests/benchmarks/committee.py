"""What a committee reads that its members do not: figures out of fold, side by side.

Usage: python -m tests.benchmarks.committee --glyphs DIR --confusables FILE --networks DIR
           [--members wide0,narrow1]

One column for each member alone, for the plain mean of all, and for the committee
(`classifier.committee`), and the area under the curve of the open set. Networks that the folder has
are not trained again.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from classifier.answers import figures
from classifier.committee import normalized
from classifier.cross_validation import OutOfFold, cross_validate, label_all, narrow, wide
from classifier.evaluation import ask, by_network
from classifier.open_set import by_networks, populate, separations
from glyphs.store import GlyphStore

KINDS = {"wide": wide, "narrow": narrow}


def main() -> None:
    """Compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--glyphs", type=Path, required=True)
    parser.add_argument("--confusables", type=Path, required=True)
    parser.add_argument("--networks", type=Path, required=True)
    parser.add_argument("--members", default="wide0,narrow1")
    options = parser.parse_args()
    store = GlyphStore.open(options.glyphs)
    labels = label_all(store, options.confusables)
    members = []
    for name in options.members.split(","):
        kind = name.rstrip("0123456789")
        members.append(KINDS[kind](int(name.removeprefix(kind))))
    alone = [cross_validate(store, labels, options.networks, members=[each]) for each in members]
    total = np.stack([each.log_probs for each in alone]).mean(axis=0, dtype=np.float32)
    columns = {
        **{member.name: told for member, told in zip(members, alone, strict=True)},
        "mean": OutOfFold(normalized(np.asarray(total)), ""),
        "committee": cross_validate(store, labels, options.networks, members=members),
    }
    question, population = ask(store, labels), populate(store, labels)
    print(f"{'':34}", *(f"{name:>12}" for name in columns))
    found = [figures(by_network(question, told)) for told in columns.values()]
    for name in found[0]:
        print(f"{name:34}", *(f"{each[name].value:12.4f}" for each in found))
    apart = [
        separations(population, by_networks(population, store, told)["network: 1 - p(none)"])
        for told in columns.values()
    ]
    for group in apart[0]:
        print(f"AUC {group:30}", *(f"{each[group].auc:12.4f}" for each in apart))


if __name__ == "__main__":
    main()

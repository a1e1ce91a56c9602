"""``glyphwatch demo``: scan the bundled sample, check what is found, show it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pipeline.display import escape, table
from pipeline.errors import Exit

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from detector.detection import Detection
    from pipeline.trial import Trial

_EPILOG = """\
The sample is 100,000 made-up records of passive DNS with lookalikes of every technique planted in
it (`glyphwatch sample make`). It exits with 1 unless exactly those are found.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("--all", action="store_true", help="show every lookalike")


def run(options: argparse.Namespace) -> Exit:
    """Scan, check, show."""
    from detector.screen import COMPILED
    from pipeline.screening import cores
    from pipeline.trial import run_trial

    def say(message: str) -> None:
        sys.stderr.write(f"glyphwatch: {escape(message)}\n")

    if not COMPILED:
        say("the compiled screen is missing, so this takes a minute")
    trial = run_trial(cores(), say)
    print("\n".join(_lines(trial, show_all=options.all)))
    return Exit.DONE if trial.is_exact else Exit.MATCH


def _lines(trial: Trial, *, show_all: bool) -> Iterator[str]:
    yield _found_table(list(trial.found) if show_all else _examples(trial))
    counted = trial.techniques()
    rows = [[", ".join(key), f"{count:,}"] for key, count in sorted(counted.items())]
    yield "\n" + table(["found by", "lookalikes"], rows, right="lookalikes")
    rows = [
        ["records", f"{trial.counts.records:,}"],
        ["seconds", f"{trial.seconds:.2f}"],
        ["resolutions of lookalikes", f"{trial.overview.resolutions:,}"],
        ["brands hit", f"{trial.overview.brands:,}"],
        ["lookalikes planted", f"{trial.planted:,}"],
        ["of them found (recall)", f"{trial.recall:.1%}"],
        ["false reports", f"{len(trial.false):,}"],
    ]
    yield "\n" + table(["the sample", ""], rows)
    for planted in trial.missed:
        yield f"missed: {planted.name} ({planted.target}, {', '.join(planted.techniques)})"
    for said in trial.false:
        yield f"false: {said.name} ({said.target}, {', '.join(said.techniques)})"
    for planted, said in trial.misread:
        yield f"misread: {said.name}: {', '.join(said.techniques)}, not {planted.techniques}"
    yield "\nexactly what was planted" if trial.is_exact else "\nNOT what was planted"


def _examples(trial: Trial) -> list[Detection]:
    """Choose one lookalike for each mixture of techniques, the most resolved."""
    best: dict[tuple[str, ...], Detection] = {}
    for each in trial.found:
        known = best.get(each.techniques)
        if known is None or (known.count or 0) < (each.count or 0):
            best[each.techniques] = each
    return [best[key] for key in sorted(best)]


def _found_table(found: list[Detection]) -> str:
    rows = [
        [
            escape(each.name),
            escape(each.target),
            escape(each.industry),
            f"{each.score:.3f}",
            str(each.severity),
            ", ".join(each.techniques),
            escape(each.unicode_name),
        ]
        for each in found
    ]
    header = ["lookalike", "looks like", "industry", "score", "severity", "by", "shown as"]
    return table(header, rows, right="score")

"""``glyphwatch model evaluate``: how good the network is on characters that it never saw."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.text_output import write_text
from pipeline.errors import Exit, SinkUnavailable, UsageError

if TYPE_CHECKING:
    import argparse

    from classifier.cross_validation import Told
    from classifier.protocol import Evaluation, Plan
    from classifier.recipe import Recipe
    from classifier.training import Progress

_SECONDS = 10
"""Time between two lines."""

MARKDOWN, HTML, FIGURES = "report.md", "report.html", "figures.json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that evaluation alone has."""
    parser.add_argument(
        "--output", metavar="DIR", type=Path, required=True, help=f"for {MARKDOWN} and {HTML}"
    )
    parser.add_argument(
        "--networks", metavar="DIR", type=Path, help="where they are kept; OUTPUT/networks"
    )
    parser.add_argument(
        "--members", metavar="NAMES", default="wide0,narrow1", help="as in wide0,narrow1"
    )
    parser.add_argument(
        "--seeds",
        metavar="NAMES",
        default="",
        help="more committees, to see what seeds change: wide2+narrow3,...",
    )
    parser.add_argument(
        "--whole", action="store_true", help="also the other splits and the bare network"
    )
    parser.add_argument(
        "--before", metavar="FILE", type=Path, help="an older confusables.txt: the test of time"
    )


def evaluate(options: argparse.Namespace, recipe: Recipe | None) -> Exit:
    """Train what is missing, ask, and write the report.

    Args:
        options: of the command line.
        recipe: of every member; its own if None.
    """
    from classifier.cross_validation import label_all
    from classifier.document import to_html, to_markdown
    from classifier.protocol import examine
    from classifier.report import TITLE, report
    from glyphs.store import GlyphStore

    plan = _plan(options, recipe)
    output: Path = options.output
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{output}: cannot be made: {error.strerror or error}"
        raise SinkUnavailable(msg) from error
    started = time.monotonic()
    store = GlyphStore.open(options.glyphs)
    labels = label_all(store, options.confusables, options.verdicts)
    folder = options.networks or output / "networks"
    evaluation = examine(store, labels, folder, plan, None if options.quiet else _teller())
    about = [
        ("networks", ", ".join(each.name for each in plan.members)),
        ("recipe", plan.members[0].recipe.to_json()),
        ("seconds, networks kept from before not counted", f"{time.monotonic() - started:.0f}"),
    ]
    blocks = report(evaluation, store, labels, about)
    write_text(str(output / MARKDOWN), to_markdown(TITLE, blocks))
    write_text(str(output / HTML), to_html(TITLE, blocks))
    write_text(str(output / FIGURES), _to_json(evaluation))
    print(output / MARKDOWN, output / HTML, output / FIGURES, sep="\n")
    return Exit.DONE


def _plan(options: argparse.Namespace, recipe: Recipe | None) -> Plan:
    from dataclasses import replace

    from classifier.cross_validation import Member, narrow, wide
    from classifier.labels import build_labels
    from classifier.protocol import WHOLE, Plan

    kinds = {"wide": wide, "narrow": narrow}

    def members(names: str, between: str = ",") -> tuple[Member, ...]:
        found = []
        for name in filter(None, names.split(between)):
            kind = name.rstrip("0123456789")
            seed = name.removeprefix(kind)
            if kind not in kinds or not seed or len(seed) > 9:
                msg = f"{name!a}: members are named wide or narrow, and their seed: wide0,narrow1"
                raise UsageError(msg)
            found.append(kinds[kind](int(seed), recipe))
        return tuple(found)

    before = build_labels(options.before) if options.before else None
    plan = replace(
        WHOLE if options.whole else Plan(),
        members=members(options.members),
        seeds=[members(each, "+") for each in filter(None, options.seeds.split(","))],
        before=before,
        device=options.device,
    )
    if not plan.members:
        msg = "--members: at least one is judged"
        raise UsageError(msg)
    return plan


def _to_json(evaluation: Evaluation) -> str:
    import json
    import math
    from dataclasses import asdict

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        if isinstance(value, float):
            return round(value, 5) if math.isfinite(value) else None
        return value if isinstance(value, str) else int(str(value))

    told = {
        "splits": {
            split: {
                method: {key: asdict(figure) for key, figure in found.items()}
                for method, found in methods.items()
            }
            for split, methods in evaluation.splits.items()
        },
        "networks": {
            name: {key: asdict(figure) for key, figure in found.items()}
            for name, found in evaluation.seeds.items()
        },
        "auc": {
            score: {group: each.auc for group, each in groups.items()}
            for score, groups in evaluation.open_set.items()
        },
    }
    return json.dumps(plain(told), indent=1) + "\n"


def _teller() -> Told:
    """Make what says how trainings go, a line now and then."""
    said = time.monotonic()

    def tell(name: str, fold: int, now: Progress) -> None:
        nonlocal said
        if now.step != now.steps and time.monotonic() - said < _SECONDS:
            return
        said = time.monotonic()
        which = f"{name} without fold {fold}" if fold >= 0 else name
        sys.stderr.write(
            f"glyphwatch: {which}: step {now.step:,} of {now.steps:,}, loss {now.loss:.3f}, "
            f"accuracy {now.accuracy:.3f}, {now.pictures_per_second:,.0f} pictures/s\n"
        )
        sys.stderr.flush()

    return tell

"""``glyphwatch model``: train the network that says what characters look like, and judge it."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands import model_evaluation
from pipeline.commands.extras import needs
from pipeline.commands.text_output import write_text
from pipeline.display import escape
from pipeline.errors import Exit, InputError, PipelineError, SinkUnavailable, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from classifier.errors import ClassifierError
    from classifier.lesson import Lesson
    from classifier.recipe import Recipe
    from classifier.search import Tried
    from classifier.training import Progress

KERNELS = ("3+3", "5+3", "5+5")

_EPILOG = """\
It needs pip install 'glyphwatch[train]', and pictures: glyphwatch glyphs render.

  train  writes a model. Interrupted, and started again in the same way, it goes on where it was;
         on a CPU the same weights come out. How it goes is said on standard error, what came out
         on standard output, in JSON.
  evaluate  asks networks about characters that they were trained without, and writes a report.
  tune   tries learning rates, dropouts and kernel sizes by short trainings without one fold of
         characters, and writes the recipe that reads those best.

examples:
  glyphwatch model train --glyphs glyphs --confusables confusables.txt --output model.safetensors
  glyphwatch model train ... --hold-out 0    # without a fifth of the characters; scored by them
  glyphwatch model tune --glyphs glyphs --confusables confusables.txt --output recipe.json
  glyphwatch model train ... --recipe recipe.json
  glyphwatch model evaluate --glyphs glyphs --confusables confusables.txt --output evaluation
"""

_TUNE_STEPS = 400
_REPORT_SECONDS = 10
"""Time between two lines where nobody watches a terminal."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    train = actions.add_parser("train", help="train a network and write it as a model")
    _add_data(train)
    train.add_argument("--output", metavar="FILE", type=Path, required=True, help="the model")
    train.add_argument("--hold-out", metavar="0..4", type=int, help="fold of characters to score")
    train.add_argument("--full", action="store_true", help="weights as float32, not float16")
    train.add_argument("--journal", metavar="FILE", type=Path, help="OUTPUT.journal if not given")
    train.add_argument("--fresh", action="store_true", help="start anew, whatever the journal says")
    tune = actions.add_parser("tune", help="search for a better recipe")
    _add_data(tune)
    tune.add_argument(
        "--output", metavar="FILE", help="the best recipe; standard output if - or not given"
    )
    tune.add_argument("--hold-out", metavar="0..4", type=int, default=0, help="fold to score (0)")
    tune.add_argument("--trials", metavar="N", type=int, default=24, help="settings to try (24)")
    judge = actions.add_parser("evaluate", help="ask about characters never seen; report")
    _add_data(judge)
    model_evaluation.configure(judge)
    tune.add_argument("--search", metavar="FILE", type=Path, help="SQLite file to go on from later")


def _add_data(parser: argparse.ArgumentParser) -> None:
    """Add what both actions are told."""
    parser.add_argument("--glyphs", metavar="DIR", type=Path, required=True, help="glyph store")
    parser.add_argument(
        "--confusables",
        metavar="FILE",
        type=Path,
        required=True,
        help="Unicode's confusables.txt, plain or compressed by gzip",
    )
    parser.add_argument(
        "--verdicts",
        metavar="FILE",
        type=Path,
        help="verdicts by eye; the packaged ones if not given",
    )
    parser.add_argument("--recipe", metavar="FILE", type=Path, help="as tune writes it")
    parser.add_argument("--seed", metavar="N", type=int)
    parser.add_argument("--steps", metavar="N", type=int, help="batches to train on")
    parser.add_argument("--batch", metavar="N", type=int, help="pictures in each")
    parser.add_argument("--learning-rate", metavar="X", type=float)
    parser.add_argument("--dropout", metavar="0..0.9", type=float)
    parser.add_argument("--kernels", choices=KERNELS, help="sizes in the first and second cell")
    parser.add_argument("--bf16", action="store_true", default=None, help="multiply in bfloat16")
    parser.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    parser.add_argument("--quiet", action="store_true", help="say nothing of progress")


def run(options: argparse.Namespace) -> Exit:
    """Do what is asked with a model.

    Raises:
        UsageError: the extra is not installed, or a recipe, model or search cannot be used.
        InputError: glyphs, tables or verdicts cannot be used.
        SinkUnavailable: what came out cannot be written.
    """
    with needs("train"):
        from classifier.errors import ClassifierError
        from glyphs.errors import GlyphError

        try:
            return {"train": _train, "tune": _tune, "evaluate": _evaluate}[options.action](options)
        except ClassifierError as error:
            raise _translated(error) from error
        except GlyphError as error:
            raise InputError(str(error)) from error


def _translated(error: ClassifierError) -> PipelineError:
    """Give an error the exit code that it has here."""
    from classifier.errors import (
        InvalidConfusables,
        InvalidDataset,
        InvalidVerdicts,
        ModelNotWritten,
    )

    if isinstance(error, ModelNotWritten):
        return SinkUnavailable(str(error))
    if isinstance(error, InvalidConfusables | InvalidDataset | InvalidVerdicts):
        return InputError(str(error))
    return UsageError(str(error))


def _train(options: argparse.Namespace) -> Exit:
    from classifier.checkpoint import Checkpoint, save_checkpoint
    from classifier.training import Journal, train

    journal = options.journal or options.output.with_name(f"{options.output.name}.journal")
    _hold_apart(options, [("--output", str(options.output)), ("--journal", str(journal))])
    if not options.output.parent.is_dir():  # better said now than after the training
        msg = f"{options.output}: there is no folder {options.output.parent}"
        raise SinkUnavailable(msg)
    recipe = _recipe(options)
    lesson = _lesson(options)
    if options.fresh:
        journal.unlink(missing_ok=True)
    started = time.monotonic()
    network = train(
        recipe,
        lesson.examples,
        device=options.device,
        progress=None if options.quiet else _teller(),
        journal=Journal(path=journal),
    )
    seconds = time.monotonic() - started
    data = lesson.examples.digest()
    save_checkpoint(
        Checkpoint(network, recipe, data, recipe.steps), options.output, half=not options.full
    )
    journal.unlink(missing_ok=True)
    result: dict[str, object] = {
        "model": str(options.output),
        "pictures": len(lesson.examples.images),
        "steps": recipe.steps,
        "seconds": round(seconds, 1),
        "data": data,
    }
    if options.hold_out is not None:
        grade = lesson.grade(network, device=options.device)
        result["held_out"] = {
            "fold": options.hold_out,
            "score": round(grade.score, 4),
            "images": round(grade.images, 4),
            "characters": round(grade.characters, 4),
            "auc": round(grade.auc, 4),
        }
    print(json.dumps(result))
    return Exit.DONE


def _tune(options: argparse.Namespace) -> Exit:
    import dataclasses

    from classifier.search import Plan, search
    from classifier.training import train

    outputs = [("--search", str(options.search))] if options.search else []
    if options.output:
        outputs.append(("--output", options.output))
    _hold_apart(options, outputs)
    if options.trials < 1:
        msg = f"--trials {options.trials}: at least one setting is to be tried"
        raise UsageError(msg)
    full = _recipe(options)
    base = full if options.steps else dataclasses.replace(full, steps=_TUNE_STEPS)
    lesson = _lesson(options)

    def objective(recipe: Recipe) -> float:
        network = train(recipe, lesson.examples, device=options.device)
        return lesson.grade(network, device=options.device).score

    plan = Plan(
        base=base,
        trials=options.trials,
        seed=base.seed,
        data=lesson.examples.digest(),
        path=options.search,
    )
    best, *_ = search(plan, objective, None if options.quiet else _tell_setting)
    write_text(options.output, dataclasses.replace(best.recipe, steps=full.steps).to_json() + "\n")
    return Exit.DONE


def _evaluate(options: argparse.Namespace) -> Exit:
    from classifier.recipe import Recipe

    recipe = _recipe(options)
    return model_evaluation.evaluate(options, None if recipe == Recipe() else recipe)


def _hold_apart(options: argparse.Namespace, outputs: list[tuple[str, str]]) -> None:
    from pipeline.places import hold_apart

    inputs = [options.confusables, options.verdicts, options.recipe]
    hold_apart(outputs, [("input", str(each)) for each in inputs if each is not None])


def _recipe(options: argparse.Namespace) -> Recipe:
    """Read the recipe, and change what flags say."""
    import dataclasses

    from classifier.recipe import Recipe

    base = Recipe()
    if options.recipe is not None:
        try:
            base = Recipe.from_json(options.recipe.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{options.recipe}: cannot be read: {getattr(error, 'strerror', error)}"
            raise UsageError(msg) from error
    names = ("seed", "steps", "batch", "learning_rate", "dropout", "bf16")
    said = {name: getattr(options, name) for name in names}
    if options.kernels is not None:
        said["kernels"] = tuple(int(size) for size in options.kernels.split("+"))
    changes = {name: value for name, value in said.items() if value is not None}
    return dataclasses.replace(base, **changes)


def _lesson(options: argparse.Namespace) -> Lesson:
    """Join pictures and labels."""
    from classifier.lesson import load_dataset, make_lesson
    from classifier.splits import FOLDS
    from glyphs.store import GlyphStore

    if options.hold_out is not None and not 0 <= options.hold_out < FOLDS:
        msg = f"--hold-out {options.hold_out}: folds are 0 to {FOLDS - 1}"
        raise UsageError(msg)
    store = GlyphStore.open(options.glyphs)
    dataset = load_dataset(store, options.confusables, options.verdicts)
    return make_lesson(dataset, options.hold_out)


def _teller() -> Callable[[Progress], None]:
    """Make what says how a training goes: one line that changes, or now and then a new one."""
    watched = sys.stderr.isatty()
    said = time.monotonic()

    def tell(progress: Progress) -> None:
        nonlocal said
        last = progress.step == progress.steps
        if not (watched or last or time.monotonic() - said > _REPORT_SECONDS):
            return
        said = time.monotonic()
        start, end = ("\r\x1b[K", "\n" if last else "") if watched else ("", "\n")
        sys.stderr.write(
            f"{start}glyphwatch: step {progress.step:,} of {progress.steps:,}, "
            f"loss {progress.loss:.3f}, accuracy {progress.accuracy:.3f}, "
            f"{progress.pictures_per_second:,.0f} pictures/s{end}"
        )
        sys.stderr.flush()

    return tell


def _tell_setting(tried: Tried) -> None:
    recipe = tried.recipe
    kernels = "+".join(map(str, recipe.kernels))
    line = (
        f"setting {tried.number}: score {tried.score:.4f} with learning rate "
        f"{recipe.learning_rate:.2e}, dropout {recipe.dropout:.2f}, kernels {kernels} "
        f"({tried.seconds:.0f} s)"
    )
    sys.stderr.write(f"glyphwatch: {escape(line)}\n")

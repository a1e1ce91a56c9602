"""``glyphwatch explain``: the whole story of one name, in ASCII."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from detector.errors import InvalidName
from pipeline.commands.extras import needs
from pipeline.commands.flags import add_judging, say_problems, settings_of
from pipeline.errors import Exit, InputError, UsageError

if TYPE_CHECKING:
    import argparse

    from detector.explanation import Explanation
    from pipeline.settings import Settings

_EPILOG = """\
examples:
  glyphwatch explain xn--80ak6aa92e.com
  glyphwatch explain --targets mine.csv paypa1.com
  glyphwatch explain rnicrosoft.com --image evidence.svg
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("name", metavar="NAME", help="a DNS name")
    parser.add_argument(
        "--image",
        metavar="FILE",
        type=Path,
        help="also draw the name above its target, in several typefaces: .png or .svg",
    )
    add_judging(parser)


def run(options: argparse.Namespace) -> Exit:
    """Tell the story.

    Raises:
        InputError: the name is none; or there is nothing to draw.
        UsageError: the picture is to be of another kind, or what it takes is not installed.
        SinkUnavailable: it cannot be written.
    """
    from detector.explanation import explain, render
    from pipeline.engine import load_judge

    settings = settings_of(options)
    if options.image is not None:
        _must_be_drawable(options.image, settings)
    judge = load_judge(settings)
    say_problems(judge.targets, settings.targets)
    try:
        story = explain(judge, options.name)
    except InvalidName as error:
        msg = f"{error.detail} ({error.reason})"
        raise InputError(msg) from error
    print(render(story), end="", flush=True)
    if options.image is not None:
        _draw(story, options.image)
    return Exit.DONE


def _must_be_drawable(path: Path, settings: Settings) -> None:
    """See to it that a picture can be made, before anything else is done."""
    from pipeline.places import hold_apart, read_by

    if path.suffix.lower() not in (".png", ".svg"):
        msg = f"--image {path}: is to end with .png or .svg"
        raise UsageError(msg)
    hold_apart([("--image", str(path))], read_by(settings))
    with needs("train"):
        import glyphs.figure
        import glyphs.typefaces  # noqa: F401 - so that what is missing is said first


def _draw(story: Explanation, path: Path) -> None:
    from glyphs.errors import GlyphError
    from pipeline.commands.glyphs import translated
    from pipeline.evidence import Comparison, save

    findings = sorted(story.findings, key=lambda each: bool(each.suppressed))
    if not findings:
        msg = f"{story.judgement.name.text}: reads as no target, so there is nothing to draw"
        raise InputError(msg)
    try:
        with needs("train"):
            save(Comparison.of(findings[0].detection.to_json()), path)
    except GlyphError as error:
        raise translated(error) from error

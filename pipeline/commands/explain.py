"""``glyphwatch explain``: the whole story of one name, in ASCII."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detector.errors import InvalidName
from pipeline.commands.flags import add_judging, say_problems, settings_of
from pipeline.errors import Exit, InputError

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
examples:
  glyphwatch explain xn--80ak6aa92e.com
  glyphwatch explain --targets mine.csv paypa1.com
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("name", metavar="NAME", help="a DNS name")
    add_judging(parser)


def run(options: argparse.Namespace) -> Exit:
    """Tell the story.

    Raises:
        InputError: the name is none.
    """
    from detector.explanation import explain, render
    from pipeline.engine import load_judge

    settings = settings_of(options)
    judge = load_judge(settings)
    say_problems(judge.targets, settings.targets)
    try:
        story = explain(judge, options.name)
    except InvalidName as error:
        msg = f"{error.detail} ({error.reason})"
        raise InputError(msg) from error
    print(render(story), end="")
    return Exit.DONE

"""``glyphwatch silence``: what nobody is to be told of, whatever it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from detector.allow_list import ANY, Verb
from pipeline.commands.allow import add, add_rules, said_by
from pipeline.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from pipeline.errors import Exit

_EPILOG = """\
examples:
  glyphwatch silence paypa1.com --until 2027-01-31 --why "reported to the registrar, ticket 4711"
  glyphwatch silence --target usa.com --why "not ours to watch"
  glyphwatch silence --suffix de --target uber.com --why "über is a German word"

To silence says nothing of whether a name is harmless, and so is meant for a while; what is known to
be harmless goes to `glyphwatch allow add`. Both are rows of the same list: `glyphwatch allow list`
shows them, `glyphwatch allow remove '*.de=uber.com'` takes one out.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "rules",
        nargs="*",
        metavar="NAME[=TARGET]",
        help="a lookalike; - for standard input: such lines, or JSON lines of detections",
    )
    parser.add_argument("--target", metavar="DOMAIN", help="whatever imitates this target")
    parser.add_argument("--suffix", metavar="SUFFIX", help="whatever is below this suffix")
    add_rules(parser)


def run(options: argparse.Namespace) -> Exit:
    """Add the rows."""
    return add(options, Verb.SILENCE, _said(options))


def _said(options: argparse.Namespace) -> Iterator[str]:
    """Give what is asked for as ``NAME[=TARGET]``."""
    if options.target is None and options.suffix is None:
        if not options.rules:
            msg = "say what to silence: names, --target or --suffix"
            raise UsageError(msg)
        yield from said_by(options.rules)
        return
    if options.rules:
        msg = "--target and --suffix stand alone; a name and its target are NAME=TARGET"
        raise UsageError(msg)
    name = ANY if options.suffix is None else f"*.{options.suffix.removeprefix('*').lstrip('.')}"
    yield name if options.target is None else f"{name}={options.target}"

"""``glyphwatch targets``: check a target list, make one of a top-sites list, count one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.text_output import write_text
from pipeline.display import escape, table
from pipeline.errors import Exit, InputError, UsageError

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
examples:
  glyphwatch targets check mine.csv
  glyphwatch targets import top-1m.csv --limit 10000 --output mine.csv
  glyphwatch targets stats
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="say what is wrong with a target list, line by line")
    check.add_argument("file", metavar="FILE", type=Path)
    check.add_argument(
        "--industries",
        action="store_true",
        help="industries must be of the bundled list's vocabulary",
    )
    make = actions.add_parser("import", help="make a target list of popular names")
    make.add_argument(
        "file", metavar="FILE", help="rank,domain or one name a line, plain or compressed; -"
    )
    make.add_argument("--limit", metavar="N", type=int, help="take the first N domains only")
    make.add_argument("--output", metavar="FILE", help="standard output if - or not given")
    stats = actions.add_parser("stats", help="count targets, brands and industries")
    stats.add_argument(
        "file", metavar="FILE", type=Path, nargs="?", help="the bundled list if not given"
    )


def run(options: argparse.Namespace) -> Exit:
    """Do what is asked with a target list."""
    action = {"check": _check, "import": _import, "stats": _stats}[options.action]
    return action(options)


def _check(options: argparse.Namespace) -> Exit:
    from detector.targets import check_targets, load_industries

    industries = load_industries() if options.industries else None
    _must_open(options.file)
    found = 0
    for problem in check_targets(options.file, industries):
        found += 1
        print(escape(f"{options.file}: {problem}"))
    sys.stderr.write(f"glyphwatch: {escape(str(options.file))}: {_count(found, 'problem')}\n")
    return Exit.INPUT if found else Exit.DONE


def _must_open(path: Path) -> None:
    """See to it that a file can be read: a missing one is not a list with a problem."""
    try:
        if not path.is_fifo():  # which can be opened once only
            path.open("rb").close()
    except OSError as error:
        msg = f"{path}: {error.strerror or error}"
        raise UsageError(msg) from error


def _import(options: argparse.Namespace) -> Exit:
    from detector.top_sites import import_targets, render_targets
    from pipeline.compression import Decompressed
    from pipeline.inputs import open_input
    from pipeline.places import hold_apart

    if options.output is not None:
        hold_apart([("--output", options.output)], [("input", options.file)])
    with open_input(options.file) as source:
        data = b"".join(Decompressed(source.read))
    found = import_targets(data.decode("utf-8", "replace").split("\n"))
    targets = found.targets[: options.limit]
    for problem in found.problems[:10]:
        sys.stderr.write(f"glyphwatch: {escape(f'{options.file}: {problem}')}\n")
    sys.stderr.write(
        f"glyphwatch: {_count(len(targets), 'target')} of {_count(found.names, 'name')}; "
        f"{_count(found.duplicates, 'duplicate')}, {_count(len(found.problems), 'problem')}\n"
    )
    if not targets:
        msg = f"{options.file}: names no domain"
        raise InputError(msg)
    write_text(options.output, render_targets(targets))
    return Exit.DONE


def _stats(options: argparse.Namespace) -> Exit:
    from detector.targets import TargetList

    numbers = TargetList.load(options.file).statistics()
    rows = [
        ["targets", f"{numbers.targets:,}"],
        ["brands", f"{numbers.brands:,}"],
        ["names never reported", f"{numbers.names:,}"],
        ["industries", f"{len(numbers.industries):,}"],
    ]
    print(table(["target list", ""], rows))
    shares = [
        [escape(name), f"{count:,}", f"{count / numbers.targets:.1%}"]
        for name, count in numbers.industries
    ]
    print("\n" + table(["industry", "targets", "share"], shares, right="targets share"))
    return Exit.DONE


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

"""``glyphwatch sample``: make the bundled sample of passive DNS again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.display import escape
from pipeline.errors import Exit, SinkUnavailable
from pipeline.plants import render_answer
from pipeline.sample import RECORDS, SEED, make_records, pack

if TYPE_CHECKING:
    import argparse

SAMPLE = "sample.ndjson.gz"
ANSWER = "sample_answer.csv"

_EPILOG = f"""\
It writes DIR/{SAMPLE} and DIR/{ANSWER}; the same seed gives the same records.

examples:
  glyphwatch sample make --output pipeline/data
  glyphwatch sample make --seed 7 --records 1000000 --output /tmp
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    make = actions.add_parser("make", help="write the sample and its answer")
    make.add_argument("--seed", type=int, default=SEED, help=f"of all chance ({SEED})")
    make.add_argument("--records", type=int, default=RECORDS, help=f"how many ({RECORDS})")
    make.add_argument("--output", metavar="DIR", type=Path, default=Path(), help="where (here)")


def run(options: argparse.Namespace) -> Exit:
    """Write the sample.

    Raises:
        SinkUnavailable: the files cannot be written.
    """
    lines, planted = make_records(options.seed, max(0, options.records))
    try:
        (options.output / SAMPLE).write_bytes(pack(lines))
        (options.output / ANSWER).write_text(render_answer(planted), encoding="ascii", newline="\n")
    except OSError as error:
        msg = f"{options.output}: cannot be written: {error.strerror or error}"
        raise SinkUnavailable(msg) from error
    place = escape(str(options.output / SAMPLE))
    sys.stderr.write(
        f"glyphwatch: {place}: {len(lines):,} records, {len(planted):,} lookalikes planted\n"
    )
    return Exit.DONE

"""``glyphwatch produce``: files that the scan can read in, messages of a topic out."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from pipeline.commands.extras import needs
from pipeline.commands.flags import add_config
from pipeline.commands.stream import add_kafka, say, stream_settings_of
from pipeline.display import escape
from pipeline.errors import Exit, InputError
from pipeline.formats import ALIASES, FORMATS

if TYPE_CHECKING:
    import argparse

    from pipeline.stream.producing import Producing

_EPILOG = """\
Lines that the stream can read one by one are sent as they are, also those that cannot be read; tell
the stream their --format. Rows of CSV and Parquet, Zeek's fields, dnstap, zone files and the text
of DNS-collector become objects of passive DNS (COF, the stream's own format), where a captured
message with several names is an object for each owner. With --arrow N, N records at a time become
one message.

examples:
  glyphwatch produce --kafka localhost:9092 --topic dns pdns-2026-10.ndjson.gz
  zcat names.gz | glyphwatch produce --kafka localhost:9092 --topic dns --arrow 5000 -
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("paths", nargs="+", metavar="FILE", help="a file; - for standard input")
    parser.add_argument("--topic", metavar="NAME", required=True, help="where to")
    parser.add_argument("--format", choices=[*FORMATS, *ALIASES], help="format of every file")
    parser.add_argument("--column", metavar="NAME|N", help="column with the names: csv, parquet")
    parser.add_argument("--arrow", metavar="N", type=int, help="records of an Arrow IPC message")
    parser.add_argument("--limit", metavar="N", type=int, help="send so many messages at most")
    parser.add_argument(
        "--create-topics", action="store_true", help="make the topic if it is not there"
    )
    parser.add_argument("--quiet", action="store_true", help="no summary")
    add_kafka(parser)
    add_config(parser)


def run(options: argparse.Namespace) -> Exit:
    """Send every record of every file."""
    from pipeline.inputs import expand, open_input

    labels = expand(options.paths)
    stream = stream_settings_of(options)
    with needs("kafka"):
        from pipeline.stream.producing import Producing

        producing = Producing(stream, options.topic, say=say, create=options.create_topics)
    errors: list[InputError] = []
    began = time.monotonic()
    try:
        for label in labels:
            try:
                with open_input(label) as source:
                    producing.send(
                        source,
                        format_name=ALIASES.get(options.format, options.format),
                        column=options.column,
                        rows=options.arrow,
                        limit=options.limit,
                    )
            except InputError as error:
                errors.append(error)
    finally:
        producing.close()
    for each in errors:
        say(str(each))
    if not options.quiet:
        sys.stderr.write(f"{_told(producing)} in {time.monotonic() - began:.1f} s\n")
    return Exit.INPUT if errors or producing.rejected else Exit.DONE


def _told(producing: Producing) -> str:
    line = f"{producing.sent:,} messages sent to {escape(producing.topic)}"
    left: Counter[str] = producing.rejected
    if left:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(left.items()))
        line += f", {left.total():,} records left out ({reasons})"
    return line

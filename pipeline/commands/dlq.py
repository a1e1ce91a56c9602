"""``glyphwatch dlq``: dead letters, shown or sent again."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from pipeline.commands.extras import needs
from pipeline.commands.flags import add_config
from pipeline.commands.stream import add_dead_letters, add_kafka, stream_settings_of
from pipeline.display import escape, table
from pipeline.errors import Exit
from pipeline.json_lines import dumps

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from pipeline.stream.dead_letter_reading import DeadLetterReading, Letter

SHOWN = 40
"""Bytes of a value that the table shows."""

_EPILOG = """\
`replay` sends letters to the topics that they came from, each once, and remembers how far it got
unless --reason or --limit picks some. Letters that were cut are left, and those that were sent
again before in vain, unless --again.

examples:
  glyphwatch dlq show --config /etc/glyphwatch.toml --reason bad_json
  glyphwatch dlq replay --config /etc/glyphwatch.toml --dry-run
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("what", choices=["show", "replay"], help="what to do with them")
    add_kafka(parser)
    add_dead_letters(parser)
    parser.add_argument("--group", metavar="NAME", help="whose letters they are (glyphwatch)")
    parser.add_argument("--reason", metavar="CODE", action="append", help="these (repeatable)")
    parser.add_argument("--limit", metavar="N", type=int, help="so many at most")
    parser.add_argument("--json", action="store_true", help="show: one JSON object a line, whole")
    parser.add_argument("--to", metavar="TOPIC", help="replay: all to this topic")
    parser.add_argument("--dry-run", action="store_true", help="replay: send nothing")
    parser.add_argument(
        "--from-start", action="store_true", help="replay: also what was replayed before"
    )
    parser.add_argument(
        "--again", action="store_true", help="replay: also what was sent again in vain"
    )
    add_config(parser)


def run(options: argparse.Namespace) -> Exit:
    """Show the letters, or send them again."""
    stream = stream_settings_of(options)
    with needs("kafka"):
        from pipeline.stream.dead_letter_reading import DeadLetterReading
    reading = DeadLetterReading(stream)
    try:
        if options.what == "show":
            _show(options, islice(_wanted(options, reading, from_start=True), options.limit))
            return Exit.DONE
        return _replay(options, reading)
    finally:
        reading.close()


def _wanted(
    options: argparse.Namespace, reading: DeadLetterReading, *, from_start: bool
) -> Iterator[Letter]:
    """Give each letter once, of the reasons that were asked for."""
    seen: set[str] = set()
    for letter in reading.letters(from_start=from_start):
        coordinates = letter.about.get("coordinates", "")
        wanted = not options.reason or letter.about.get("reason") in options.reason
        if wanted and coordinates not in seen:
            seen.update(coordinates and [coordinates])
            yield letter


def _show(options: argparse.Namespace, letters: Iterator[Letter]) -> None:
    if options.json:
        for letter in letters:
            print(dumps(_object(letter)))
        return
    rows = [
        [
            _time(letter.about.get("timestamp", "")),
            escape(letter.about.get("reason", "")),
            escape("/".join(letter.about.get(key, "") for key in ("topic", "partition", "offset"))),
            escape(letter.about.get("length", str(len(letter.value)))),
            escape(letter.about.get("detail", "")[:60]),
            escape(letter.value[:SHOWN].decode("utf-8", "backslashreplace")),
        ]
        for letter in letters
    ]
    print(table(["time", "reason", "from", "bytes", "detail", "begins"], rows, right="bytes"))


def _object(letter: Letter) -> dict[str, Any]:
    """Write a letter as JSON: all that is known, and the bytes in base64."""
    return {
        **letter.about,
        "key": None if letter.key is None else b64encode(letter.key).decode(),
        "value": b64encode(letter.value).decode(),
        "headers": [
            [name, None if value is None else b64encode(value).decode()]
            for name, value in letter.headers
        ],
    }


def _time(milliseconds: str) -> str:
    try:
        time = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return time.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")


def _replay(options: argparse.Namespace, reading: DeadLetterReading) -> Exit:
    from pipeline.stream.replaying import Replaying

    counts: Counter[str] = Counter()
    replaying = Replaying(stream_settings_of(options))
    letters = _wanted(options, reading, from_start=options.from_start)
    try:
        for letter in letters:
            if options.limit is not None and counts["sent"] >= options.limit:
                break
            if not letter.is_whole or "coordinates" not in letter.about:
                counts["cut or no letters of ours"] += 1
            elif letter.was_replayed and not options.again:
                counts["sent again before"] += 1
            else:
                counts["sent"] += 1
                if not options.dry_run:
                    replaying.send(letter, options.to or letter.about["topic"])
        replaying.finish()
    finally:
        replaying.close()
    if not options.dry_run and not options.reason and options.limit is None:
        reading.passed()
    sent = counts.pop("sent", 0)
    left = "".join(f"; left: {count:,} {why}" for why, count in sorted(counts.items()))
    would = "would be sent" if options.dry_run else "sent"
    sys.stderr.write(f"{sent:,} dead letters {would} again{left}\n")
    return Exit.DONE

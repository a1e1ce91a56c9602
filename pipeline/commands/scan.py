"""``glyphwatch scan``: files of names in; detections into the store, or out as JSON lines."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.extras import needs
from pipeline.commands.flags import add_fail_on, add_judging, say_problems, settings_of
from pipeline.display import escape
from pipeline.errors import Exit
from pipeline.formats import ALIASES, FORMATS
from pipeline.settings import DEFAULT_STORE

if TYPE_CHECKING:
    import argparse

    from pipeline.json_lines import JsonLines
    from pipeline.scan import Outcome, Request
    from pipeline.settings import Settings
    from pipeline.sinks import Sink
    from pipeline.store import Store

_EPILOG = f"""\
formats (by content, unless --format says):
{chr(10).join(f"  {name:12} {line}" for name, line in FORMATS.items())}
  gzip, zstd, bzip2 and xz are unpacked, whatever the file is called.

where detections go:
  Into the store ({DEFAULT_STORE} here), unless --output is given without --store. The same content
  scanned again changes nothing there, and a scan that was interrupted goes on when it is started
  again; with --output or --rejects, which are to be complete, it reads everything again.
  A file named by --output or --rejects appears when it is complete; until then it is FILE.partial.

examples:
  glyphwatch scan pdns-2026-10.ndjson.gz
  glyphwatch scan --format csv --column query --known top-1m.csv dns.csv.zst
  zcat names.gz | glyphwatch scan - --format names --targets mine.csv --output -
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file or folder; - for stdin")
    parser.add_argument("--format", choices=[*FORMATS, *ALIASES], help="format of every input")
    parser.add_argument("--column", metavar="NAME|N", help="column with the names: csv, parquet")
    parser.add_argument("--output", metavar="FILE", help="JSON lines of detections; - for stdout")
    parser.add_argument("--store", metavar="FILE", help=f"SQLite store ({DEFAULT_STORE})")
    parser.add_argument("--rejects", metavar="FILE", help="JSON lines of records without a name; -")
    parser.add_argument("--jobs", metavar="N", help="threads (one a core)")
    parser.add_argument(
        "--max-ratio", metavar="N", help="give an input up that unpacks to over N times its size"
    )
    parser.add_argument("--fresh", action="store_true", help="read all, also what was read before")
    parser.add_argument("--quiet", action="store_true", help="no progress, no summary")
    add_fail_on(parser)
    add_judging(parser)


def run(options: argparse.Namespace) -> Exit:
    """Scan every input."""
    from pipeline.inputs import STDIN, expand
    from pipeline.meter import Meter
    from pipeline.opening import Openings
    from pipeline.places import hold_apart, read_by

    settings = settings_of(options)
    outputs = _outputs(options, settings)
    with needs("aws"):
        labels = expand(options.paths, [path for _, path in outputs])
    paths = [each for each in labels if isinstance(each, str)]
    hold_apart(outputs, [*(("input", each) for each in paths), *read_by(settings)])
    request = _request(options, settings)
    sizes = [Path(path).stat().st_size for path in paths if Path(path).is_file()]
    sizes += [each.size for each in labels if not isinstance(each, str)]
    total = sum(sizes) if STDIN not in labels and len(sizes) == len(labels) else None
    meter = Meter(total, enabled=not options.quiet)

    def say(message: str) -> None:
        meter.clear()
        sys.stderr.write(f"glyphwatch: {escape(message)}\n")

    with ExitStack() as stack:
        inputs = Openings(labels, aside=request.jobs > 1)
        stack.callback(inputs.close)
        from detector.screen import COMPILED, keep_memory  # while the first file is hashed
        from pipeline.engine import load_engine
        from pipeline.scan import Scan

        keep_memory()
        engine = load_engine(settings)
        say_problems(engine.targets, settings.targets)
        if not COMPILED:
            say("the compiled screen is missing, so this takes a hundred times as long as it could")
        sinks, store = _sinks(options, settings, stack)
        rejects = _rejects(options, stack)
        resumes = store is not None and len(sinks) == 1 and rejects is None and not options.fresh
        scan = Scan(
            engine,
            sinks,
            request,
            resume=store if resumes else None,
            rejects=rejects,
            meter=meter,
            say=say,
        )
        outcome = scan.run(inputs)
    meter.clear()
    for error in outcome.errors:
        say(str(error))
    if not options.quiet:
        say(f"{outcome.counts.describe()} in {outcome.seconds:.1f} s")
    return _exit_code(options, outcome)


def _outputs(options: argparse.Namespace, settings: Settings) -> list[tuple[str, str]]:
    """Give the files that are written, by flag, also until they are complete."""
    from pipeline.json_lines import partial_of

    store = settings.store
    if store is None and options.output is None:
        store = DEFAULT_STORE
    outputs = [("--store", str(store))] if store is not None else []
    for flag, path in (("--output", options.output), ("--rejects", options.rejects)):
        if path is not None:
            partial = partial_of(path)
            outputs += [(flag, path)] if partial is None else [(flag, path), (flag, str(partial))]
    return outputs


def _request(options: argparse.Namespace, settings: Settings) -> Request:
    from pipeline.scan import Request
    from pipeline.screening import cores

    return Request(
        format=ALIASES.get(options.format, options.format),
        column=options.column,
        jobs=settings.jobs or cores(),
        max_ratio=settings.max_ratio,
    )


def _sinks(
    options: argparse.Namespace, settings: Settings, stack: ExitStack
) -> tuple[list[Sink], Store | None]:
    """Open where detections go: the store last, since it notes how far the others have come."""
    from pipeline.sinks import JsonLinesSink

    sinks: list[Sink] = []
    store = None
    if options.output is not None:
        lines = JsonLinesSink(options.output)
        stack.callback(lines.close)
        sinks.append(lines)
    if settings.store is not None or not sinks:
        from pipeline.store import Store

        store = Store(settings.store or DEFAULT_STORE)
        stack.callback(store.close)
        sinks.append(store)
    return sinks, store


def _rejects(options: argparse.Namespace, stack: ExitStack) -> JsonLines | None:
    if options.rejects is None:
        return None
    from pipeline.json_lines import JsonLines

    rejects = JsonLines(options.rejects)
    stack.callback(rejects.abandon)
    return rejects


def _exit_code(options: argparse.Namespace, outcome: Outcome) -> Exit:
    """Usage before matches, since they were asked for; matches before what was rejected."""
    codes = {error.exit_code for error in outcome.errors}
    if Exit.USAGE in codes:
        return Exit.USAGE
    if options.fail_on and outcome.counts.matched:
        return Exit.MATCH
    counts = outcome.counts
    return Exit.INPUT if codes or counts.rejected or counts.damage else Exit.DONE

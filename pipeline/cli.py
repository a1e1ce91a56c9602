"""The command line: parses, calls one command, and turns what goes wrong into a line and a code.

Only the command that is asked for is imported, so that asking about one name stays quick.
"""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pipeline
from pipeline.errors import Exit, PipelineError
from pipeline.streams import ClosedOutput, mend_streams

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

COMMANDS = {
    "check": "names in, their lookalike targets out",
    "explain": "the whole story of one name",
    "scan": "find lookalikes in files of DNS names or passive DNS",
    "stream": "find lookalikes in DNS records from Kafka, for months",
    "produce": "feed a topic from files that the scan can read",
    "dlq": "what could not be read: show it, or send it again",
    "db": "the stream's databases: make them, check them, ask them",
    "allow": "the allow list: what is nobody's lookalike, and why",
    "silence": "what nobody is to be told of, for a while or for good",
    "report": "what the store holds: lookalikes, brands, industries, techniques",
    "export": "block lists and sharing formats from what the store holds",
    "targets": "the target list: check one, make one, count one",
    "map": "the confusable map: build it, look into it",
    "glyphs": "fonts, and pictures of all characters that they draw",
    "model": "train the network that says what characters look like",
    "sample": "make the bundled sample of passive DNS again",
    "demo": "scan the bundled sample and check what is found",
    "version": "versions of glyphwatch and its data",
}
"""Every command, with a word on each; a command is a module in `pipeline.commands`."""

GARBAGE_EVERY = 100_000
"""Objects that are made before Python looks for garbage among them, instead of 700: what a command
loads stays, and what it makes then is let go of at once, since nothing in it holds itself."""

_EPILOG = """\
exit codes:
  0 done                                       3 some input was unreadable or rejected
  1 something was found, with --fail-on match  4 a broker or sink is unavailable
  2 wrong usage or configuration               130 interrupted

settings:
  A flag wins over its environment variable (--min-score, GLYPHWATCH_MIN_SCORE),
  that over the key in the file named by --config or GLYPHWATCH_CONFIG (min-score = 0.5).

examples:
  glyphwatch check xn--80ak6aa92e.com
  zcat pdns.ndjson.gz | jq -r .rrname | glyphwatch check -
  glyphwatch scan pdns.ndjson.gz && glyphwatch report
"""


def make_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """Make the parser; of the commands, only the chosen one has its arguments."""
    parser = argparse.ArgumentParser(
        prog="glyphwatch",
        description="Finds domain names that look like a brand's name.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {pipeline.__version__}")
    commands = parser.add_subparsers(
        dest="command",
        metavar="COMMAND",
        required=True,
        prog=parser.prog,  # or else argparse renders its help to find out
    )
    for name, line in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=line,
            description=f"{line[0].upper()}{line[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if name == chosen:
            import_module(f"pipeline.commands.{name}").configure(command)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code.

    Args:
        arguments: the command line without the program; the process's own if None.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(GARBAGE_EVERY)
    mend_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    chosen = next((word for word in words if word in COMMANDS), None)
    parser = make_parser(chosen)
    previous = signal.signal(signal.SIGTERM, _interrupt)
    code = Exit.DONE
    try:
        code = _run(parser.parse_args(words))
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        code = Exit.DONE  # whoever read has seen enough
    except KeyboardInterrupt:
        sys.stderr.write("glyphwatch: interrupted\n")
        code = Exit.INTERRUPTED
    except OSError as error:  # of standard output, in print or flush
        if code is not Exit.SINK:  # a sink that is standard output has said so
            _complain(f"standard output: cannot be written: {error.strerror or error}")
        _drop_output()
        code = Exit.SINK
    finally:
        signal.signal(signal.SIGTERM, previous)
        gc.set_threshold(*thresholds)
    return int(code)


def _run(options: argparse.Namespace) -> Exit:
    from detector.errors import DetectorError

    try:
        exit_code: Exit = import_module(f"pipeline.commands.{options.command}").run(options)
    except PipelineError as error:
        _complain(str(error))
        return error.exit_code
    except DetectorError as error:  # of a map, a target list or other data: configuration
        _complain(str(error))
        return Exit.USAGE
    return exit_code


def _complain(message: str) -> None:
    from pipeline.display import escape

    first, *rest = message.splitlines() or [""]
    lines = [f"glyphwatch: {escape(first)}", *(f"  {escape(line)}" for line in rest)]
    sys.stderr.write("\n".join(lines) + "\n")


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _drop_output() -> None:
    """Let the interpreter's own last flush go nowhere, so that it does not complain."""
    if isinstance(sys.stdout, ClosedOutput):
        return
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())

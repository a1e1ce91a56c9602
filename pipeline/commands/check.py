"""``glyphwatch check``: names in; one JSON line, or a row of a table, per name out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from detector.errors import InvalidName
from pipeline.blocks import MAX_LINE
from pipeline.commands.flags import add_fail_on, add_judging, say_problems, settings_of
from pipeline.display import escape, table
from pipeline.errors import Exit, InputError
from pipeline.json_lines import dumps

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from detector.judge import Judge

_EPILOG = """\
examples:
  glyphwatch check paypa1.com xn--80ak6aa92e.com
  echo rnicrosoft.com | glyphwatch check - --format jsonl
  glyphwatch check --fail-on match "$DOMAIN" || echo "looks like a brand"
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("names", nargs="+", metavar="NAME", help="a DNS name; - for standard input")
    parser.add_argument(
        "--format",
        choices=["table", "jsonl"],
        help="table on a terminal, jsonl elsewhere, if not given",
    )
    add_fail_on(parser)
    add_judging(parser)


def run(options: argparse.Namespace) -> Exit:
    """Judge every name."""
    from pipeline.engine import load_judge

    settings = settings_of(options)
    judge = load_judge(settings)
    say_problems(judge.targets, settings.targets)
    as_table = options.format == "table" or (options.format is None and sys.stdout.isatty())
    answers = (answer(judge, name) for name in _names(options.names))
    matched, rejected = _print_table(answers) if as_table else _print_lines(answers)
    if matched and options.fail_on:
        return Exit.MATCH
    return Exit.INPUT if rejected else Exit.DONE


def _names(arguments: Iterable[str]) -> Iterator[str | bytes]:
    for argument in arguments:
        if argument != "-":
            yield argument
            continue
        if sys.stdin is None:
            msg = "standard input is closed"
            raise InputError(msg)
        while line := sys.stdin.buffer.readline(MAX_LINE):
            name = line.strip()
            if name and not name.startswith(b"#"):
                yield name


def answer(judge: Judge, name: str | bytes) -> dict[str, Any]:
    """Give what there is to say about one name: its detections, or why it is no name."""
    if isinstance(name, bytes):
        shown = name.decode("utf-8", "backslashreplace")
    else:
        shown = name.encode("utf-8", "backslashreplace").decode()
    try:
        judgement = judge.judge(name)
    except InvalidName as error:
        fault = {"reason": str(error.reason), "detail": error.detail}
        return {"name": shown, "detections": [], "error": fault}
    found = {"name": shown, "detections": [each.to_json() for each in judgement.detections]}
    return found | {"held": list(judgement.held)} if judgement.held else found


def _print_lines(answers: Iterable[dict[str, Any]]) -> tuple[bool, bool]:
    matched = rejected = False
    for each in answers:
        print(dumps(each), flush=True)  # whoever asks name by name waits for it
        matched = matched or bool(each["detections"])
        rejected = rejected or "error" in each
    return matched, rejected


def _print_table(answers: Iterable[dict[str, Any]]) -> tuple[bool, bool]:
    rows: list[list[str]] = []
    matched = rejected = False
    for each in answers:
        if "error" in each:
            rejected = True
            rows.append([escape(each["name"]), "", each["error"]["reason"], "", "", ""])
        elif not each["detections"]:
            held = ", ".join(each.get("held", ["-"]))  # by which rules of the allow list
            rows.append([escape(each["name"]), "", held, "", "", ""])
        for found in each["detections"]:
            matched = True
            rows.append(
                [
                    found["name"],
                    found["target"],
                    found["severity"],
                    f"{found['score']:.3f}",
                    ", ".join(found["techniques"]),
                    escape(found["unicode_name"]),
                ]
            )
    print(table(["name", "looks like", "severity", "score", "by", "shown as"], rows, right="score"))
    return matched, rejected

"""``glyphwatch allow``: what is nobody's lookalike, row by row, with the reason."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.allow_list import ANY, Rule, Verb
from pipeline.commands.flags import add_config, settings_of
from pipeline.display import escape, table
from pipeline.errors import Exit, InputError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from pipeline.allow_file import Row

_ISOLATES = "\u2068\u2069"
"""What `escape` puts around text from right to left, for the line of a terminal."""

_HOLDS = ("no", "yes")

_LOOKED_AT = 20_000
"""Targets among which one is looked for that may have been meant."""

_EPILOG = """\
examples:
  glyphwatch allow add xn--mnchen-3ya.de --why "the city's own site"
  glyphwatch allow add deita.com=delta.com --why "a bakery; still watched for other targets"
  jq -c 'select(.score < 0.6)' found.jsonl | glyphwatch allow add - --why "looked at, 2026-11-23"
  glyphwatch allow list
  glyphwatch allow remove xn--mnchen-3ya.de

A rule holds for a name and all below it. *.SUFFIX stands for all below a suffix, * for any name.
check, explain, scan and stream read the same file, and count what each rule keeps back; `report`
shows it. See also `glyphwatch silence`.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="say that a name is nobody's lookalike, or not a target's")
    add_rules(add)
    add.add_argument(
        "rules",
        nargs="+",
        metavar="NAME[=TARGET]",
        help="a false report; - for standard input: such lines, or JSON lines of detections",
    )
    shown = actions.add_parser("list", help="show the rules")
    shown.add_argument("--format", choices=["table", "jsonl"], help="table on a terminal")
    remove = actions.add_parser("remove", help="take rules out, also those of `silence`")
    remove.add_argument("rules", nargs="+", metavar="NAME[=TARGET]", help="as `list` shows it")
    for action in (shown, remove):
        _add_place(action)


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Add what goes with every rule that is added."""
    parser.add_argument("--why", metavar="TEXT", required=True, help="the reason, for who reads it")
    parser.add_argument("--until", metavar="DATE", default="-", help="last day (UTC) that it holds")
    parser.add_argument("--targets", metavar="FILE", help="target list")
    _add_place(parser)


def _add_place(parser: argparse.ArgumentParser) -> None:
    from pipeline.allow_file import DEFAULT_ALLOW

    parser.add_argument("--allow", metavar="FILE", action="append", help=f"({DEFAULT_ALLOW})")
    add_config(parser)


def run(options: argparse.Namespace) -> Exit:
    """Do what is asked with the allow list."""
    if options.action == "add":
        return add(options, Verb.ALLOW, said_by(options.rules))
    return _list(options) if options.action == "list" else _remove(options)


def place_of(options: argparse.Namespace) -> Path:
    """Give the one file that is edited.

    Raises:
        UsageError: several are set.
    """
    from pipeline.allow_file import DEFAULT_ALLOW

    paths = settings_of(options).allow or (DEFAULT_ALLOW,)
    if len(paths) > 1:
        msg = f"{len(paths)} allow lists are set: say with --allow which one is meant"
        raise UsageError(msg)
    return paths[0]


def add(options: argparse.Namespace, verb: Verb, said: Iterable[str]) -> Exit:
    """Add rules, and say what each keeps back.

    Raises:
        UsageError: one of them cannot be used; none is added then.
    """
    from detector.targets import TargetList
    from pipeline.allow_editing import add_rows
    from pipeline.allow_file import NEVER, Row, make_rule, parse_day, this_day

    path = place_of(options)
    why = " ".join(options.why.split())
    if not why:
        msg = "--why: says nothing"
        raise UsageError(msg)
    until, today = parse_day(options.until), this_day()
    if until != NEVER and until < today:
        msg = f"--until {until}: is over"
        raise UsageError(msg)
    domains = frozenset(TargetList.load(settings_of(options).targets).domains)
    rows = []
    for each in said:
        name, _, target = each.partition("=")
        rule = make_rule(verb, name, target or ANY)
        _must_be_target(rule.target, domains)
        rows.append(Row(rule, today, until, escape(why).strip(_ISOLATES), str(path)))
    if not rows:
        msg = "no name was given"
        raise InputError(msg)
    fresh = set(add_rows(path, rows))
    _tell(options, path, rows, fresh)
    return Exit.DONE


def _must_be_target(domain: str, domains: frozenset[str]) -> None:
    """See to it that a rule's target is one: a typing error would hold nothing back, for ever."""
    if domain == ANY or domain in domains:
        return
    import difflib

    near = difflib.get_close_matches(domain, sorted(domains)[:_LOOKED_AT], 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    msg = f"{domain}: is no target of the list{hint}"
    raise UsageError(msg)


def _tell(options: argparse.Namespace, path: Path, rows: Sequence[Row], fresh: set[Row]) -> None:
    """Say of each row whether it was added, and what it keeps back as things are."""
    from pipeline.engine import load_judge

    judge = load_judge(settings_of(options)._replace(allow=(path,)))
    for row in rows:
        words = "added" if row in fresh else "was there already"
        if not row.rule.name.startswith(ANY):
            held = judge.judge(row.rule.name).held
            words += "" if held else "; as it is, nothing would be reported of that name"
        sys.stderr.write(f"glyphwatch: {escape(f'{path}: {row.rule.key}: {words}')}\n")


def said_by(arguments: Iterable[str]) -> Iterator[str]:
    """Give the rules that arguments and standard input ask for, as ``NAME[=TARGET]``."""
    for argument in arguments:
        if argument != "-":
            yield argument
            continue
        if sys.stdin is None:
            msg = "standard input is closed"
            raise InputError(msg)
        data = sys.stdin.buffer.read().decode("utf-8", "replace")
        for number, line in enumerate(data.split("\n"), start=1):
            text = line.strip()
            if text.startswith("{"):
                yield from _pairs(text, number)
            elif text and not text.startswith("#"):
                yield text


def _pairs(text: str, number: int) -> Iterator[str]:
    """Give the lookalike and target of a detection, or of what ``check`` says of a name."""
    try:
        value: Any = json.loads(text)
        for each in value.get("detections", [value]):
            yield f"{each['registrable_domain'] or each['name']}={each['target']}"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        msg = f"standard input, line {number}: is no detection"
        raise UsageError(msg) from error


def _list(options: argparse.Namespace) -> Exit:
    from pipeline.allow_file import AllowFiles, allow_paths
    from pipeline.json_lines import dumps

    found = AllowFiles.read(allow_paths(settings_of(options)))
    as_table = options.format == "table" or (options.format is None and sys.stdout.isatty())
    if as_table:
        lines = [
            [
                *_shown(row.rule),
                row.added,
                row.until,
                _HOLDS[row.holds(found.today)],
                escape(row.why),
            ]
            for row in found.rows
        ]
        lines += [["allow", name, ANY, "-", "-", _HOLDS[True], ""] for name in sorted(found.names)]
        print(table(["verb", "name", "target", "added", "until", "holds", "why"], lines))
        return Exit.DONE
    for row in found.rows:
        fields = row._asdict() | {"holds": row.holds(found.today)}
        del fields["rule"]
        print(dumps(row.rule._asdict() | fields))
    for name in sorted(found.names):
        print(dumps(Rule(Verb.ALLOW, name)._asdict() | {"holds": True}))
    return Exit.DONE


def _shown(rule: Rule) -> list[str]:
    return [str(rule.verb), rule.name, rule.target]


def _remove(options: argparse.Namespace) -> Exit:
    from pipeline.allow_editing import remove_rules
    from pipeline.allow_file import make_rule

    path = place_of(options)
    keys = []
    for each in options.rules:
        name, _, target = each.partition("=")
        keys.append(make_rule(Verb.ALLOW, name, target or ANY).key.partition(" ")[2])
    lines = remove_rules(path, keys)
    for line in lines:
        sys.stderr.write(f"glyphwatch: {escape(f'{path}: removed: {line}')}\n")
    if not lines:
        msg = f"{path}: has no such rule"
        raise InputError(msg)
    return Exit.DONE

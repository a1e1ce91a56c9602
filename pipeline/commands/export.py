"""``glyphwatch export``: what was found, as block lists and in formats to share."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.commands.flags import add_config, settings_of
from pipeline.display import escape
from pipeline.errors import Exit, InputError, UsageError
from pipeline.export.rpz import MAX_WIRE, POLICIES, parse_policies
from pipeline.json_lines import STDOUT
from pipeline.settings import DEFAULT_STORE, SEVERITIES

if TYPE_CHECKING:
    import argparse
    from collections.abc import Set as AbstractSet

    from detector.targets import TargetList
    from pipeline.export.findings import Findings
    from pipeline.export.selection import Chosen, Filter
    from pipeline.settings import Settings

FORMATS = {
    "rpz": "response policy zone for BIND, Unbound, Knot, PowerDNS",
    "names": "names, one a line",
    "stix": "STIX 2.1 bundle: an indicator for each name",
    "misp": "MISP event",
    "csv": "all that is known of each name and target, for spreadsheets",
    "parquet": "the same, for programs",
    "zeek": "file for Zeek's intelligence framework",
    "suricata": "dataset of `type string` for Suricata",
}
BLOCKS = frozenset({"rpz", "names"})
"""Formats that stop people: from severity high on, unless more is asked for."""

_EPILOG = f"""\
formats:
{chr(10).join(f"  {name:8} {line}" for name, line in FORMATS.items())}

what is exported:
  The domain that reads as a target's; where only a label left of it does, all from that label on.
  Never a public suffix, a name on an allow list or in the target list. rpz and names begin at
  severity high, the others at info, unless --severity says otherwise.

examples:
  glyphwatch export --to rpz --allow ours.txt --output rpz.zone
  glyphwatch export --to stix --since 7d --industry banking --only-new shared.txt > bundle.json
  glyphwatch export --to csv --from found.jsonl --severity medium --output found.csv
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    parser.add_argument("--to", choices=list(FORMATS), required=True, help="format")
    parser.add_argument("--output", metavar="FILE", default=STDOUT, help="- for stdout (default)")
    parser.add_argument("--store", metavar="FILE", help=f"SQLite store ({DEFAULT_STORE})")
    parser.add_argument(
        "--from",
        dest="lines",
        metavar="FILE",
        action="append",
        help="JSON lines of detections instead of the store; - for stdin (repeatable)",
    )
    parser.add_argument("--quiet", action="store_true", help="do not say what was left out")
    add_config(parser)
    group = parser.add_argument_group("which names")
    group.add_argument("--since", metavar="WHEN", help="seen since: 2026-11-16, 36h, 7d, 2w")
    group.add_argument("--severity", choices=SEVERITIES, help="from here on")
    group.add_argument(
        "--industry", metavar="NAME", action="append", help="of these targets only (repeatable)"
    )
    group.add_argument(
        "--only-new",
        metavar="FILE",
        help="no names that FILE lists; it is made, and the exported ones are added",
    )
    group.add_argument(
        "--allow", metavar="FILE", action="append", help="names that are never exported, nor below"
    )
    group.add_argument("--targets", metavar="FILE", help="target list, whose names are not either")
    zone = parser.add_argument_group("rpz")
    zone.add_argument(
        "--policy",
        metavar="SEVERITY=POLICY",
        action="append",
        default=[],
        help=f"{', '.join(POLICIES)} (nxdomain; repeatable)",
    )
    zone.add_argument("--zone", metavar="NAME", default="rpz", help="name it will have (rpz)")
    zone.add_argument("--ttl", metavar="SECONDS", type=int, default=300, help="(300)")
    zone.add_argument(
        "--serial", metavar="N", type=int, help="else newer than that of the file there was"
    )


def run(options: argparse.Namespace) -> Exit:
    """Export what was found."""
    from detector.suffixes import SuffixList
    from detector.targets import TargetList
    from pipeline.allow_file import AllowFiles, allow_paths
    from pipeline.export.output import add_names
    from pipeline.export.selection import Guard, choose

    settings = settings_of(options)
    _check(options, settings)
    now = datetime.now(UTC)
    wanted = _filter(options, now)
    suffixes = SuffixList.load()
    targets = TargetList.load(settings.targets, suffixes)
    allow = AllowFiles.read(allow_paths(settings))
    allowed = allow.names | allow.allowed_names
    findings = _findings(options, settings)
    chosen = choose(
        findings.summaries(),
        wanted,
        Guard(targets.own, allow.names, suffixes, allow.rules),
        hosts_only=options.to not in {"csv", "parquet"},
    )
    notes = _write(options, chosen, _Protected(settings, targets, allowed), now)
    if options.only_new is not None:
        add_names(options.only_new, {found.lookalike for found in chosen.findings})
    if not options.quiet:
        _say(chosen, notes)
    if findings.rejected:
        _tell(_rejected(findings))
        return Exit.INPUT
    return Exit.DONE


def _rejected(findings: Findings) -> str:
    count = f"{findings.rejected:,} line{'' if findings.rejected == 1 else 's'}"
    return f"{count} rejected, first: {findings.first_fault}"


class _Protected:
    """What the zone lets through."""

    def __init__(self, settings: Settings, targets: TargetList, allowed: AbstractSet[str]) -> None:
        self.guarded = frozenset(targets.own) | allowed
        own = frozenset(targets.own) if settings.targets is not None else frozenset[str]()
        self.passthru = own | allowed  # the bundled list's names are others' business


def _check(options: argparse.Namespace, settings: Settings) -> None:
    """Find fault with what was asked for, before anything is read or written."""
    from pipeline.json_lines import partial_of
    from pipeline.places import hold_apart, read_by

    if options.lines and options.store is not None:
        msg = "--from and --store: one of them"
        raise UsageError(msg)
    if options.to == "rpz" and options.only_new is not None:
        msg = "--only-new: a zone is whole; what is left out of it is no longer blocked"
        raise UsageError(msg)
    if not 0 <= options.ttl < 1 << 31:
        msg = "--ttl: is not a number of seconds from 0 to 2147483647"
        raise UsageError(msg)
    if options.serial is not None and not 0 < options.serial < 1 << 32:
        msg = "--serial: is not a number from 1 to 4294967295"
        raise UsageError(msg)
    if len(options.zone) > MAX_WIRE // 2:
        msg = f"--zone: has more than {MAX_WIRE // 2} characters"
        raise UsageError(msg)
    if options.to == "parquet" and options.output == STDOUT and sys.stdout.isatty():
        msg = "--to parquet: a terminal cannot show it; name a file with --output"
        raise UsageError(msg)
    try:
        parse_policies(options.policy)
    except ValueError as error:
        msg = f"--policy {error}"
        raise UsageError(msg) from error
    reads = [("--from", path) for path in options.lines or ()]
    reads = reads or [("--store", str(settings.store or DEFAULT_STORE))]
    writes = [("--output", options.output)]
    if options.only_new is not None:
        writes.append(("--only-new", options.only_new))
    for flag, path in tuple(writes):
        partial = partial_of(path)
        writes += [] if partial is None else [(flag, str(partial))]
    hold_apart(writes, [*reads, *read_by(settings)])


def _filter(options: argparse.Namespace, now: datetime) -> Filter:
    from detector.verdict import Severity
    from pipeline.export.selection import Filter, parse_since
    from pipeline.name_list import NameList

    least = options.severity or ("high" if options.to in BLOCKS else "info")
    exported: frozenset[str] = frozenset()
    if options.only_new is not None and Path(options.only_new).exists():
        exported = NameList.read([Path(options.only_new)]).names
    try:
        since = None if options.since is None else parse_since(options.since, now)
    except (ValueError, OverflowError) as error:
        msg = f"--since: {error}"
        raise UsageError(msg) from error
    industries = frozenset(options.industry or ())
    return Filter(since, Severity.parse(least), industries, exported)


def _findings(options: argparse.Namespace, settings: Settings) -> Findings:
    from pipeline.export.findings import Findings, add_all
    from pipeline.store import Store

    findings = Findings()
    with ExitStack() as stack:
        for label in options.lines or ():
            if label == STDOUT:
                if sys.stdin is None:
                    msg = "standard input: is closed"
                    raise InputError(msg)
                findings.add_lines(sys.stdin.buffer, "standard input")
                continue
            try:
                file = stack.enter_context(Path(label).open("rb"))
            except OSError as error:
                msg = f"{label}: cannot be read: {error.strerror or error}"
                raise InputError(msg) from error
            findings.add_lines(file, label)
        if not options.lines:
            store = Store(settings.store or DEFAULT_STORE, read_only=True)
            stack.callback(store.close)
            add_all(findings, store.detections())
    if findings.rejected and (options.to == "rpz" or not findings.summaries()):
        why = "nothing is written" + (", since a zone is whole" if options.to == "rpz" else "")
        msg = f"{_rejected(findings)}; {why}"
        raise InputError(msg)
    return findings


def _write(
    options: argparse.Namespace, chosen: Chosen, protected: _Protected, now: datetime
) -> list[str]:
    """Write the export; gives what is to be said of it."""
    from pipeline.export import lists, misp, stix, tables
    from pipeline.export.output import whole_file, write_whole
    from pipeline.export.selection import by_name

    if options.to == "parquet":
        with whole_file(options.output) as file:
            tables.write_parquet(chosen.findings, file)
        return []
    if options.to == "csv":
        write_whole(options.output, tables.write_csv(chosen.findings))
        return []
    names = by_name(chosen.findings)
    if options.to == "rpz":
        return _write_zone(options, names, protected, now)
    writers: dict[str, Any] = {
        "names": lambda: lists.write_names(names),
        "stix": lambda: stix.write_stix(names),
        "misp": lambda: misp.write_misp(names, now),
        "zeek": lambda: lists.write_zeek(names),
        "suricata": lambda: lists.write_suricata(names),
    }
    write_whole(options.output, writers[options.to]())
    return []


def _write_zone(
    options: argparse.Namespace, names: dict[str, Any], protected: _Protected, now: datetime
) -> list[str]:
    from pipeline.export.rpz import Zone, make_rules
    from pipeline.export.zone_file import replace_zone

    zone = Zone(
        parse_policies(options.policy),
        protected.passthru,
        protected.guarded,
        options.zone,
        options.ttl,
    )
    rules = make_rules(names, zone)
    notes = [f"serial {replace_zone(options.output, rules, zone, now, options.serial)}"]
    if rules.collapsed:
        notes.append(f"{rules.collapsed:,} covered by a name above")
    if rules.too_long:
        notes.append(f"{rules.too_long:,} that no trigger can name")
    return notes


def _say(chosen: Chosen, notes: list[str]) -> None:
    names = len({found.lookalike for found in chosen.findings})
    parts = [f"{names:,} name{'' if names == 1 else 's'} exported", *notes]
    for title, counted in (("left out", chosen.left_out), ("refused", chosen.refused)):
        if counted:
            what = ", ".join(f"{count:,} {reason}" for reason, count in counted.most_common())
            parts.append(f"{title}: {what}")
    _tell("; ".join(parts))


def _tell(message: str) -> None:
    sys.stderr.write(f"glyphwatch: {escape(message)}\n")

"""RPZ: names in, a response policy zone out, which BIND, Unbound, Knot and PowerDNS load.

Triggers are relative to the zone, so the file loads under any name. A name does not cover what is
under it, so each is written twice: ``name`` and ``*.name``. The format is that of
draft-vixie-dnsop-dns-rpz-00, the zone file's that of RFC 1035, section 5.

Wildcards match by RFC 4592: what stands under any name of the zone, even one that only has names
under it, is no longer covered by a wildcard further up. So where a name lies two or more labels
under a blocked one, the names between are written out as well.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

from detector.verdict import Severity
from pipeline.export.selection import is_host

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from pipeline.summary import Summary

POLICIES: Final = {
    "drop": "rpz-drop.",
    "nxdomain": ".",
    "nodata": "*.",
    "tcp-only": "rpz-tcp-only.",
    "passthru": "rpz-passthru.",
}
"""Policies, strictest first, and the CNAME target that stands for each."""

PASSTHRU: Final = "passthru"
NXDOMAIN: Final = "nxdomain"

MAX_WIRE: Final = 255
"""Octets of a name on the wire, trigger and zone together."""

_STRICTNESS = {name: rank for rank, name in enumerate(POLICIES)}
_SERIAL = re.compile(
    rb"^@\s+(?:\d+\s+)?(?:IN\s+)?SOA\s+\S+\s+\S+\s+\(?\s*(\d{1,10})\b", re.MULTILINE
)
_HALF = 1 << 31


class Zone(NamedTuple):
    """How a zone is made."""

    policies: Mapping[Severity, str]
    """Policy for each severity; one that is not named is `NXDOMAIN`."""

    passthru: Collection[str] = ()
    """Names that are let through, with all under them, whatever other zones say."""

    guarded: Collection[str] = ()
    """Names that are let through where they lie under a blocked one."""

    name: str = "rpz"
    """What the zone will be called, which its names' lengths depend on."""

    ttl: int = 300
    """Seconds for which an answer may be kept."""


def parse_policies(said: Iterable[str]) -> dict[Severity, str]:
    """Read policies for severities, the last one said of each.

    >>> parse_policies(["high=nodata", "critical=drop"])
    {<Severity.HIGH: 3>: 'nodata', <Severity.CRITICAL: 4>: 'drop'}

    Raises:
        ValueError: one names no severity or no policy.
    """
    policies = {}
    for each in said:
        severity, _, policy = each.partition("=")
        if severity not in map(str, Severity) or policy not in POLICIES:
            known = ", ".join(POLICIES)
            msg = f"{each}: is not SEVERITY=POLICY, such as high=nxdomain; policies are {known}"
            raise ValueError(msg)
        policies[Severity.parse(severity)] = policy
    return policies


class Rules(NamedTuple):
    """What a zone does."""

    policy: dict[str, str]
    """Policy of each name and all that is under it, in order of names."""

    collapsed: int
    """Names that are covered by one above them."""

    too_long: int
    """Names that do not fit, or would be read as another kind of trigger."""


def make_rules(findings: Mapping[str, list[Summary]], zone: Zone) -> Rules:
    """Decide what becomes of each name.

    Args:
        findings: names to block, each with its findings, most severe first.
        zone: how the zone is made.
    """
    wanted: dict[str, str] = {}
    unfit = 0
    for name, (worst, *_) in findings.items():
        if _fits(name, zone.name):
            wanted[name] = zone.policies.get(worst.best_severity, NXDOMAIN)
        else:
            unfit += 1
    let_through = {
        name for name in zone.guarded if any(above in wanted for above in _above(name))
    }.union(zone.passthru)
    let_through = {name for name in let_through if is_host(name) and _fits(name, zone.name)}
    wanted.update(dict.fromkeys(let_through, PASSTHRU))
    kept: dict[str, str] = {}
    for name in sorted(wanted, key=lambda each: each.count(".")):
        cover = next((kept[above] for above in _above(name) if above in kept), None)
        stricter = cover is None or _STRICTNESS[wanted[name]] < _STRICTNESS[cover]
        if stricter or (name in let_through and cover != PASSTHRU):
            kept[name] = wanted[name]
    collapsed = len(wanted) - len(kept)
    between = {
        node: policy
        for name in kept
        for node, policy in _between(name, kept)
        if _fits(node, zone.name)
    }
    return Rules(dict(sorted((between | kept).items())), collapsed, unfit)


def _above(name: str) -> Iterator[str]:
    """Give the names above one, nearest first."""
    while "." in name:
        name = name.partition(".")[2]
        yield name


def _between(name: str, kept: Mapping[str, str]) -> list[tuple[str, str]]:
    """Give the names between one and the nearest above it that is kept, with that one's policy."""
    between: list[str] = []
    for above in _above(name):
        if above in kept:
            return [(each, kept[above]) for each in between]
        between.append(above)
    return []


def _fits(name: str, zone: str) -> bool:
    """Tell whether a trigger fits; ``rpz-ip`` and its like at its end mean something else."""
    wire = len(name) + 2 + (len(zone.rstrip(".")) + 1 if zone.rstrip(".") else 0)
    return wire <= MAX_WIRE and not name.rpartition(".")[2].startswith("rpz-")


def records(rules: Rules, zone: Zone) -> Iterator[str]:
    """Write the records below the zone's own, one a line."""
    for name, policy in rules.policy.items():
        yield f"{name} CNAME {POLICIES[policy]}\n"
        if _fits(f"*.{name}", zone.name):
            yield f"*.{name} CNAME {POLICIES[policy]}\n"


def write_zone(rules: Rules, zone: Zone, serial: int) -> Iterator[str]:
    """Write the zone, line by line; the same rules and serial give the same bytes."""
    head = (
        f"$TTL {zone.ttl}\n"
        f"@ SOA localhost. root.localhost. ( {serial} 3600 600 86400 {zone.ttl} )\n"
        "@ NS localhost.\n"
    )
    return chain((head,), records(rules, zone))


def serial_of(zone_file: bytes) -> int | None:
    """Read the serial of a zone that was written here or is written alike.

    >>> serial_of(b"@ SOA localhost. root.localhost. ( 2026112201 3600 600 86400 300 )")
    2026112201
    """
    found = _SERIAL.search(zone_file)
    return int(found[1]) % (1 << 32) if found else None


def next_serial(previous: int | None, now: datetime) -> int:
    """Give a serial that secondaries take for newer (RFC 1982): day and hundredth of the day.

    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> next_serial(None, noon), next_serial(2026112250, noon), next_serial(4294967295, noon)
    (2026112250, 2026112251, 2026112250)
    """
    seconds = now.hour * 3600 + now.minute * 60 + now.second
    dated = int(f"{now:%Y%m%d}") * 100 + seconds * 100 // 86400
    if previous is None or 0 < (dated - previous) % (1 << 32) < _HALF:
        return dated
    return (previous + 1) % (1 << 32) or 1

"""Selection: findings in, those that are asked for and may be named out, the others counted."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from detector.allow_list import AllowList
from detector.labels import parse_name
from detector.verdict import Severity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from detector.suffixes import SuffixList
    from pipeline.summary import Summary

_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_AGO = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class Filter(NamedTuple):
    """What is asked for."""

    since: int | None = None
    """Seen at or after this time, in seconds since the epoch."""

    severity: Severity = Severity.INFO
    """At least this severe."""

    industries: frozenset[str] = frozenset()
    """Imitates a brand of one of these; empty for all."""

    exported: Collection[str] = frozenset()
    """Names that somebody has already."""

    def leaves_out(self, found: Summary) -> str:
        """Say why a finding is not asked for; empty if it is."""
        if found.best_severity < self.severity:
            return f"below {self.severity}"
        if self.since is not None and found.last_seen is None:
            return "without a time"
        if self.since is not None and (found.last_seen or 0) < self.since:
            return "older"
        if self.industries and found.industry not in self.industries:
            return "other industries"
        return "exported before" if found.lookalike in self.exported else ""


class Guard:
    """Knows the names that may be on no list of ours."""

    def __init__(
        self,
        own: Collection[str],
        allow: Collection[str],
        suffixes: SuffixList,
        rules: AllowList | None = None,
    ) -> None:
        """Take what is protected.

        Args:
            own: domains of the target list and what their brands own.
            allow: names of allow lists, which stand for all that lies under them, too.
            suffixes: the Public Suffix List.
            rules: what allow lists say of names and targets.
        """
        self._rules = rules or AllowList()
        self._own = own
        self._allow = allow
        self._suffixes = suffixes

    def refuses(self, name: str, target: str, *, hosts_only: bool) -> str:
        """Say why a name may not be exported; empty if it may.

        Args:
            name: it, in A-label form.
            target: the domain that it imitates.
            hosts_only: refuse also what no host can be called, such as ``a;b.com``: for formats
                that such a name could break.
        """
        labels = name.split(".")
        icann, both = self._suffixes.suffix_lengths(labels)
        if len(labels) in (icann, both):
            return "public suffixes"
        domain = ".".join(labels[-both - 1 :])
        above = [".".join(labels[start:]) for start in range(len(labels))]
        by_rule = self._rules.rule_for(name, domain, target) is not None
        if by_rule or any(each in self._allow for each in above):
            return "on the allow list"
        if any(each in self._own for each in above if len(each) >= len(domain)):
            return "in the target list"
        if hosts_only and not is_host(name):
            return "no host names"
        return ""


def is_host(name: str) -> bool:
    """Tell whether a name can stand in any list as it is: letters, digits, ``-``, ``_``.

    >>> is_host("xn--80ak6aa92e.com"), is_host("a;b.com"), is_host("*.com"), is_host("10.0.0.1")
    (True, False, False, False)
    """
    labels = name.split(".")
    return all(map(_HOST.fullmatch, labels)) and not labels[-1].isdecimal()


class Chosen(NamedTuple):
    """What is exported, and what is not."""

    findings: list[Summary]
    """What is exported, in order of names."""

    left_out: Counter[str]
    """Findings that were not asked for, by reason."""

    refused: Counter[str]
    """Findings that were asked for and may not be named, by reason."""


def choose(
    findings: Iterable[Summary], wanted: Filter, guard: Guard, *, hosts_only: bool
) -> Chosen:
    """Select findings."""
    chosen = Chosen([], Counter(), Counter())
    for found in findings:
        if reason := wanted.leaves_out(found):
            chosen.left_out[reason] += 1
        elif reason := guard.refuses(found.lookalike, found.target, hosts_only=hosts_only):
            chosen.refused[reason] += 1
        else:
            chosen.findings.append(found)
    return chosen


def by_name(findings: Iterable[Summary]) -> dict[str, list[Summary]]:
    """Group findings by the name to block, most severe target first; in order of names."""
    names: dict[str, list[Summary]] = {}
    for found in findings:
        names.setdefault(found.lookalike, []).append(found)
    return {name: sorted(names[name], key=_rank) for name in sorted(names)}


def _rank(found: Summary) -> tuple[int, float, str]:
    return -found.best_severity, -found.best_score, found.target


def unicode_of(name: str) -> str:
    """Give a name as a person would read it: hostile text, to be escaped.

    >>> unicode_of("xn--80ak6aa92e.com")
    'аррӏе.com'
    """
    return parse_name(name).unicode


def parse_since(text: str, now: datetime) -> int:
    """Read a day, a time or a span before now, as seconds since the epoch.

    >>> now = datetime(2026, 11, 23, tzinfo=UTC)
    >>> parse_since("2026-11-16", now) == parse_since("7d", now) == parse_since("1w", now)
    True
    >>> parse_since("2026-11-16T02:00:00+02:00", now) == parse_since("168h", now)
    True

    Raises:
        ValueError: it is none of them.
    """
    if ago := _AGO.fullmatch(text):
        start = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        return int(start.timestamp())
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        msg = f"{text!a} is no day (2026-11-16), no time (2026-11-16T12:00Z), no span (36h, 7d, 2w)"
        raise ValueError(msg) from None
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())

"""The overview: what a store holds, in numbers, as ``report`` prints it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from detector.allow_list import AllowList
from pipeline.periods import by_period

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.allow_file import AllowFiles
    from pipeline.periods import Period
    from pipeline.sinks import Progress
    from pipeline.summary import Summary


@dataclass(frozen=True, slots=True)
class Share:
    """One industry, technique or severity."""

    name: str
    """What it is called."""

    lookalikes: int
    """Lookalike domains that belong to it."""

    share: float
    """Their part of all lookalike domains, 0 to 1; a domain may belong to several."""

    resolutions: int
    """How often they were resolved."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What one rule of the allow list keeps from being shown."""

    rule: str
    """The rule, as `Rule.key` writes it."""

    why: str
    """Its reason; empty if none is given, or the rule is there no more."""

    detections: int
    """How often it kept something from being stored."""

    lookalikes: int
    """Lookalikes that were stored before it was there, and are left out here."""

    resolutions: int
    """How often those were resolved."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What a store holds."""

    sources: int
    """Different inputs that were scanned, wholly or in part."""

    records: int
    """Records in them."""

    resolutions: int
    """How often lookalikes were resolved."""

    lookalikes: int
    """Different registrable domains that read as a target."""

    brands: int
    """Different brands that they imitate."""

    targets: int
    """Different domains that they imitate."""

    first_seen: int | None
    """When the first was first seen, in seconds since the epoch."""

    last_seen: int | None
    """When the last was last seen."""

    industries: tuple[Share, ...]
    """By industry of the target, most lookalikes first."""

    techniques: tuple[Share, ...]
    """By technique."""

    severities: tuple[Share, ...]
    """By severity."""

    top_brands: tuple[Share, ...]
    """By brand, the first ones only."""

    top: tuple[Summary, ...]
    """The lookalikes that were resolved most."""

    periods: tuple[Period, ...] = ()
    """Lookalikes by when they were first seen, as far as that is known."""

    held: tuple[HeldBack, ...] = ()
    """What the allow list keeps back, rule by rule, most first; nothing of it is counted above."""


class _Tally:
    """Counts lookalike domains once under each heading."""

    def __init__(self) -> None:
        self._lookalikes: dict[str, set[str]] = {}
        self._resolutions: Counter[str] = Counter()

    def add(self, name: str, summary: Summary) -> None:
        self._lookalikes.setdefault(name, set()).add(summary.lookalike)
        self._resolutions[name] += summary.resolutions

    def shares(self, total: int) -> tuple[Share, ...]:
        found = [
            Share(name, len(domains), round(len(domains) / total, 4), self._resolutions[name])
            for name, domains in self._lookalikes.items()
        ]
        return tuple(sorted(found, key=lambda s: (-s.lookalikes, -s.resolutions, s.name)))

    def __len__(self) -> int:
        return len(self._lookalikes)


class _Held:
    """Counts what rules keep back."""

    def __init__(self, allow: AllowFiles | None) -> None:
        self._rules = AllowList() if allow is None else allow.rules
        self._why = {row.rule.key: row.why for row in allow.rows} if allow else {}
        self._detections: Counter[str] = Counter()
        self._lookalikes: Counter[str] = Counter()
        self._resolutions: Counter[str] = Counter()

    def takes(self, row: Summary) -> bool:
        """Say whether a rule keeps a summary back, which is then counted under it."""
        rule = self._rules.rule_for(row.lookalike, row.lookalike, row.target)
        if rule is None:
            return False
        self._lookalikes[rule.key] += 1
        self._resolutions[rule.key] += row.resolutions
        return True

    def add(self, detections: Counter[str]) -> None:
        self._detections += detections

    def rules(self) -> tuple[HeldBack, ...]:
        found = [
            HeldBack(
                key,
                self._why.get(key, ""),
                self._detections[key],
                self._lookalikes[key],
                self._resolutions[key],
            )
            for key in self._detections | self._lookalikes
        ]
        return tuple(sorted(found, key=lambda h: (-h.detections, -h.lookalikes, h.rule)))


def make_overview(
    summaries: Iterable[Summary],
    scans: Iterable[Progress],
    top: int,
    allow: AllowFiles | None = None,
) -> Overview:
    """Count summaries.

    A domain that reads as several targets counts with each of them under brand and industry, and
    once in the totals: with the target whose records say most.

    Args:
        summaries: most resolved first, as `Store.summaries` gives them.
        scans: how far each source was read; the same source may be there for several maps.
        top: how many lookalikes and brands to name.
        allow: what is not shown, though it may have been stored before.
    """
    held = _Held(allow)
    rows = [row for row in summaries if not held.takes(row)]
    resolutions: dict[str, int] = {}
    first: dict[str, int] = {}
    tallies = {key: _Tally() for key in ("industry", "technique", "severity", "brand", "target")}
    for row in rows:
        best = max(resolutions.get(row.lookalike, 0), row.resolutions)
        resolutions[row.lookalike] = best
        if row.first_seen is not None:
            first[row.lookalike] = min(first.get(row.lookalike, row.first_seen), row.first_seen)
        tallies["industry"].add(row.industry, row)
        tallies["severity"].add(str(row.best_severity), row)
        tallies["brand"].add(row.brand, row)
        tallies["target"].add(row.target, row)
        for technique in row.techniques:
            tallies["technique"].add(technique, row)
    total = max(1, len(resolutions))
    records: dict[str, int] = {}
    kept: dict[str, Counter[str]] = {}
    for scan in scans:
        records[scan.source] = max(records.get(scan.source, 0), scan.counts.records)
        kept[scan.source] = kept.get(scan.source, Counter()) | scan.counts.held  # the larger
    for detections in kept.values():
        held.add(detections)
    return Overview(
        sources=len(records),
        records=sum(records.values()),
        resolutions=sum(resolutions.values()),
        lookalikes=len(resolutions),
        brands=len(tallies["brand"]),
        targets=len(tallies["target"]),
        first_seen=min(
            (row.first_seen for row in rows if row.first_seen is not None), default=None
        ),
        last_seen=max((row.last_seen for row in rows if row.last_seen is not None), default=None),
        industries=tallies["industry"].shares(total),
        techniques=tallies["technique"].shares(total),
        severities=tallies["severity"].shares(total),
        top_brands=tuple(islice(tallies["brand"].shares(total), top)),
        top=tuple(rows[:top]),
        periods=by_period(first.values()),
        held=held.rules(),
    )


def to_json(overview: Overview) -> dict[str, Any]:
    """Give the overview as one JSON object."""
    from dataclasses import asdict

    periods = [each._asdict() for each in overview.periods]
    top = [row._asdict() | {"best_severity": str(row.best_severity)} for row in overview.top]
    return {"schema": 1, **asdict(overview), "top": top, "periods": periods}

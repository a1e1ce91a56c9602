"""Summaries: what is known of one lookalike domain and the target it imitates, over all records."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from detector.substitution import Technique

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from detector.detection import Detection
    from detector.verdict import Severity

MAX_RESOLUTIONS = 2**63 - 1
"""Where the sum of counts stops: more does not fit in 64 bits."""

_TECHNIQUES = tuple(Technique)


class Summary(NamedTuple):
    """One lookalike domain and one target."""

    lookalike: str
    """The registrable domain that reads as the target, in A-label form."""

    target: str
    """The domain it imitates."""

    brand: str
    """Whose that is."""

    industry: str
    """What the brand does."""

    first_seen: int | None
    """Earliest time of its records, in seconds since the epoch; None if none has a time."""

    last_seen: int | None
    """Latest."""

    resolutions: int
    """How often it was resolved: the sum of its records' counts, once where there is none."""

    records: int
    """Records it was seen in."""

    best_score: float
    """The highest score among them."""

    best_severity: Severity
    """The highest severity among them."""

    techniques: tuple[Technique, ...]
    """Every technique that was seen."""

    @classmethod
    def of(cls, detection: Detection) -> Summary:
        """Summarise one detection."""
        return cls(
            lookalike=detection.registrable_domain,
            target=detection.target,
            brand=detection.brand,
            industry=detection.industry,
            first_seen=_earliest(detection.time_first, detection.time_last),
            last_seen=_latest(detection.time_first, detection.time_last),
            resolutions=1 if detection.count is None else detection.count,
            records=1,
            best_score=detection.score,
            best_severity=detection.severity,
            techniques=detection.techniques,
        )

    def merged(self, newer: Summary) -> Summary:
        """Add what other records of the same domain and target say; brand and industry as newest.

        In whatever order they are added, the rest of the result is the same.
        """
        return newer._replace(
            first_seen=_earliest(self.first_seen, newer.first_seen),
            last_seen=_latest(self.last_seen, newer.last_seen),
            resolutions=min(self.resolutions + newer.resolutions, MAX_RESOLUTIONS),
            records=self.records + newer.records,
            best_score=max(self.best_score, newer.best_score),
            best_severity=max(self.best_severity, newer.best_severity),
            techniques=tuple(t for t in _TECHNIQUES if t in self.techniques + newer.techniques),
        )


def added_up(summaries: Iterable[Summary]) -> list[Summary]:
    """Merge those of the same lookalike and target; most resolved first."""
    merged: dict[tuple[str, str], Summary] = {}
    for each in summaries:
        pair = each.lookalike, each.target
        merged[pair] = merged[pair].merged(each) if pair in merged else each
    return sorted(
        merged.values(), key=lambda s: (-s.resolutions, -s.best_score, s.lookalike, s.target)
    )


COLUMNS = Summary._fields
"""Names of the fields, in order."""


def _earliest(*times: int | None) -> int | None:
    return _pick(min, times)


def _latest(*times: int | None) -> int | None:
    return _pick(max, times)


def _pick(choose: Callable[[list[int]], int], times: tuple[int | None, ...]) -> int | None:
    known = [time for time in times if time is not None]
    return choose(known) if known else None

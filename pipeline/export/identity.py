"""Identity: what a thing is in, an id that is the same in every export out (RFC 9562, UUIDv5)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from pipeline.display import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.summary import Summary

NAMESPACE: Final = UUID("7a603461-9d19-54ec-9d6b-27618d9036b4")
"""Of all ids that are ours: UUIDv5 of ``glyphwatch`` in the namespace of DNS."""


def made_id(kind: str, name: str) -> str:
    """Make an id.

    >>> made_id("indicator", "a.com") == made_id("indicator", "a.com") != made_id("x", "a.com")
    True
    """
    return str(uuid5(NAMESPACE, f"{kind}:{name}"))


def timestamp(time: int) -> str:
    """Write a time as STIX and MISP do.

    >>> timestamp(1763700000)
    '2025-11-21T04:40:00Z'
    """
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%S}Z".rjust(20, "0")


def described(findings: Sequence[Summary]) -> str:
    """Say in a line what a name looks like, in text that is safe to print.

    Args:
        findings: of one name, most severe first; at least one.
    """
    worst = findings[0]
    targets = ", ".join(f"{found.target} ({found.brand})" for found in findings)
    techniques = dict.fromkeys(each for found in findings for each in found.techniques)
    return escape(
        f"looks like {targets}; {worst.best_severity}, score {worst.best_score:.3f}"
        f", by {', '.join(techniques) or 'no substitution'}"
    )


def span(findings: Sequence[Summary]) -> tuple[int | None, int | None]:
    """Give when a name was first and last seen."""
    first = [found.first_seen for found in findings if found.first_seen is not None]
    last = [found.last_seen for found in findings if found.last_seen is not None]
    return min(first, default=None), max(last, default=None)

"""MISP: findings in, one event out, with an attribute for each name, an attribute a line.

The format is that of MISP's core format (draft-dulaunoy-misp-core-format). Ids are UUIDv5, so that
an event that is sent again changes the one that is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from detector.verdict import Severity
from pipeline.export.identity import described, made_id, span, timestamp
from pipeline.json_lines import dumps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from pipeline.summary import Summary

TITLE = "Lookalike domains found by glyphwatch"

_LEVELS = {Severity.CRITICAL: 1, Severity.HIGH: 1, Severity.MEDIUM: 2}
"""MISP's threat levels: 1 high, 2 medium, 3 low."""


def write_misp(names: Mapping[str, list[Summary]], now: datetime) -> Iterator[str]:
    """Write an event.

    Args:
        names: names to share, each with its findings, most severe first.
        now: when, which tells MISP the newer of two events.
    """
    level = max((found[0].best_severity for found in names.values()), default=Severity.LOW)
    event = {
        "uuid": made_id("event", TITLE),
        "info": TITLE,
        "date": f"{now:%Y-%m-%d}",
        "timestamp": str(int(now.timestamp())),
        "threat_level_id": str(_LEVELS.get(level, 3)),
        "analysis": "1",  # ongoing
        "distribution": "0",  # this organisation only, until somebody decides otherwise
        "published": False,
    }
    yield f'{{"Event": {dumps(event)[:-1]}, "Attribute": ['
    for number, (name, findings) in enumerate(names.items()):
        yield f"{',' if number else ''}\n{dumps(_attribute(name, findings, now))}"
    yield "\n]}}\n"


def _attribute(name: str, findings: Sequence[Summary], now: datetime) -> dict[str, Any]:
    first, last = span(findings)
    attribute = {
        "uuid": made_id("attribute", name),
        "type": "domain",
        "category": "Network activity",
        "value": name,
        "comment": described(findings),
        "to_ids": findings[0].best_severity >= Severity.HIGH,
        "distribution": "5",  # as the event
        "timestamp": str(int(now.timestamp())),
    }
    if first is not None and last is not None:
        attribute |= {"first_seen": timestamp(first), "last_seen": timestamp(last)}
    return attribute

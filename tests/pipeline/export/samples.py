"""A finding to export, in one line."""

from __future__ import annotations

from typing import Any

from detector.substitution import Technique
from detector.verdict import Severity
from pipeline.summary import Summary


def finding(name: str, **fields: Any) -> Summary:  # noqa: ANN401
    made = Summary(
        lookalike=name,
        target="apple.com",
        brand="Apple",
        industry="consumer-electronics",
        first_seen=1763700000,
        last_seen=1763800000,
        resolutions=5,
        records=1,
        best_score=0.98,
        best_severity=Severity.HIGH,
        techniques=(Technique.IDN,),
    )
    return made._replace(**fields)

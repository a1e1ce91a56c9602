"""Rejects: records that could not be used, kept as they came, for ``--rejects``."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.records import Rejected


def reject_row(rejected: Rejected, name: str, digest: str) -> dict[str, Any]:
    """Give a rejected record as ``--rejects`` keeps it: reason, place, and the bytes in base64."""
    row: dict[str, Any] = {
        "schema": 1,
        "reason": str(rejected.reason),
        "detail": rejected.detail,
        "source": f"{name}:{rejected.offset}",
        "digest": digest,
        "offset": rejected.offset,
        "length": len(rejected.original) if rejected.length is None else rejected.length,
        "original": b64encode(rejected.original).decode(),
    }
    if rejected.sha256 is not None:
        row["sha256"] = rejected.sha256
    return row

"""Samples of input that several files of scan tests share, and the sum that every scan keeps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.opening import Openings

if TYPE_CHECKING:
    from tests.pipeline.conftest import Scanned

NAMES = b"example.com\npaypa1.com\nwww.paypal.com\nxn--pple-43d.com\n"
FOUND = ["paypa1.com", "xn--pple-43d.com"]
COF = (
    b'{"rrname":"example.com","rrtype":"A","rdata":"192.0.2.1","count":1}\n'
    b'{"rrname":"paypa1.com.","rrtype":"A","rdata":"192.0.2.1","count":5,"time_first":100}\n'
)


def one(path: Path) -> Openings:
    return Openings([str(path)], aside=False)


def accounted(result: Scanned) -> bool:
    """Inputs == clean + matched + rejected + skipped, and each reject is kept."""
    counts = result.outcome.counts
    parts = counts.clean + counts.matched + counts.rejected.total() + counts.skipped.total()
    kept = counts.rejected.total() + counts.damage.total()
    return counts.records == parts and len(result.rejects) == kept

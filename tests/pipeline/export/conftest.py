"""What the tests of exports share: findings in one line, detections as a scan writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.summary import Summary
from tests.pipeline.export.samples import finding

Make = Callable[..., Summary]


@pytest.fixture(name="finding")
def finding_fixture() -> Make:
    return finding


@pytest.fixture
def record() -> dict[str, Any]:
    """A detection as ``scan --output`` writes it, of a label left of somebody's domain."""
    return {
        "schema": 1,
        "id": "00" * 16,
        "name": "www.xn--pple-43d.com.evil.example",
        "registrable_domain": "evil.example",
        "label": "xn--pple-43d",
        "position": "subdomain",
        "target": "apple.com",
        "brand": "Apple",
        "industry": "consumer-electronics",
        "techniques": ["idn"],
        "score": 0.998,
        "severity": "medium",
        "count": 7,
        "time_first": 100,
        "time_last": 200,
        "source": "x.ndjson:0",
    }

"""Judges that several files of tests share."""

from __future__ import annotations

import pytest

from detector.judge import Judge, Options
from detector.verdict import Severity
from tests.detector.judging import make_judge


@pytest.fixture(scope="module")
def judge() -> Judge:
    return make_judge()


@pytest.fixture(scope="module")
def eager() -> Judge:
    """A judge that is asked for everything."""
    return make_judge(
        options=Options(
            scope_all=True,
            embedded=True,
            suffix_swap=True,
            min_severity=Severity.INFO,
            min_score=0,
        )
    )

"""The fault matrix of RELIABILITY.md 1.2: every case against real servers."""

from tests.faults import crashes, groups

CASES = [*crashes.CASES, *groups.CASES]

"""The fault matrix of RELIABILITY.md 1.2: every case against real servers."""

from tests.faults import crashes, dynamo_faults, groups, postgres_faults

CASES = [*crashes.CASES, *groups.CASES, *postgres_faults.CASES, *dynamo_faults.CASES]

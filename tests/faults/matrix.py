"""The fault matrix of RELIABILITY.md 1.2: every case against real servers."""

from tests.faults import (
    broker_faults,
    clocks,
    cluster_faults,
    crashes,
    dynamo_faults,
    endings,
    files,
    groups,
    inputs,
    lists,
    postgres_faults,
    secrets,
    soak,
)

CASES = [
    *crashes.CASES,
    *groups.CASES,
    *broker_faults.CASES,
    *cluster_faults.CASES,
    *postgres_faults.CASES,
    *dynamo_faults.CASES,
    *inputs.CASES,
    *endings.CASES,
    *files.CASES,
    *clocks.CASES,
    *lists.CASES,
    *secrets.CASES,
    *soak.CASES,
]

"""The fault matrix of RELIABILITY.md 1.2: every case against real servers."""

from tests.faults import (
    broker_faults,
    cluster_faults,
    crashes,
    dynamo_faults,
    endings,
    groups,
    inputs,
    postgres_faults,
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
    *soak.CASES,
]

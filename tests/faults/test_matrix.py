"""The quick part of the fault matrix, on real servers; ``make faults`` runs all of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from infra.stack import DynamoServer, KafkaServer, PostgresServer
from tests.faults import crashes, dynamo_faults, endings, groups, inputs, postgres_faults
from tests.faults.arena import Servers
from tests.faults.outcome import Outcome

QUICK: dict[str, Callable[[Servers, Path, int], Outcome]] = {
    "F1-control": crashes.control,
    "F3-zombie": groups.zombie,
    "F5-killed": partial(postgres_faults.outage, postgres_faults.killed, 3.0),
    "F6-unprocessed": partial(dynamo_faults.trouble, "unprocessed", 2.0),
    "F6-answer-lost": partial(dynamo_faults.trouble, "answer lost", 2.0),
    "F7-poison": inputs.poison,
    "F8-oversized": inputs.oversized,
    "F12-drained": endings.drained,
}
SEED = 1


@pytest.fixture(scope="module")
def servers(kafka: KafkaServer, dynamo: DynamoServer, postgres: PostgresServer) -> Servers:
    return Servers(kafka, dynamo, postgres)


def test_a_kill_at_any_seam_loses_nothing(servers: Servers, tmp_path: Path) -> None:
    def once(seam: str) -> Outcome:
        return crashes.crash_at(seam, servers, tmp_path / seam, SEED, session=crashes.QUICK_SESSION)

    with ThreadPoolExecutor(3) as pool:
        outcomes = dict(zip(crashes.SEAMS, pool.map(once, crashes.SEAMS), strict=True))
    assert {seam: each.problems for seam, each in outcomes.items() if each.problems} == {}


@pytest.mark.parametrize("name", QUICK)
def test_a_fault_loses_nothing(servers: Servers, tmp_path: Path, name: str) -> None:
    assert QUICK[name](servers, tmp_path / "case", SEED).problems == []

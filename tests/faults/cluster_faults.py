"""F4 on a cluster: leaders and coordinators move, a broker is away, requests fail."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from confluent_kafka import KafkaError

from tests.faults.arena import Arena, Servers
from tests.faults.broker_faults import HEALED
from tests.faults.mock_cluster import BROKERS, MockCluster
from tests.faults.outcome import Case, Outcome, beyond, judged

Harm = Callable[[MockCluster, Arena, random.Random], str]
"""Does something once; says what."""

SECONDS = 30
"""How long it goes on."""

PRODUCE, FETCH, LIST_OFFSETS = 0, 1, 2
OFFSET_COMMIT, OFFSET_FETCH, FIND_COORDINATOR, JOIN_GROUP, HEARTBEAT, SYNC_GROUP = *range(8, 13), 14
"""Kafka's numbers of requests."""

GROUP_ERRORS = (
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
)
ERRORS = {
    PRODUCE: (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.REQUEST_TIMED_OUT),
    FETCH: (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE),
    LIST_OFFSETS: (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE),
    OFFSET_COMMIT: (
        *GROUP_ERRORS,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.ILLEGAL_GENERATION,
    ),
    OFFSET_FETCH: GROUP_ERRORS,
    FIND_COORDINATOR: (KafkaError.COORDINATOR_NOT_AVAILABLE,),
    JOIN_GROUP: GROUP_ERRORS,
    HEARTBEAT: (*GROUP_ERRORS, KafkaError.UNKNOWN_MEMBER_ID, KafkaError.ILLEGAL_GENERATION),
    SYNC_GROUP: (*GROUP_ERRORS, KafkaError.REBALANCE_IN_PROGRESS),
}
"""What each request can be answered, that passes."""


def move(cluster: MockCluster, arena: Arena, draw: random.Random) -> str:
    """Take a broker away; the others lead every partition, and one of them coordinates."""
    brokers = list(range(1, BROKERS + 1))
    for broker in brokers:
        cluster.up(broker)
    away = draw.choice(brokers)
    brokers.remove(away)
    leaders = [draw.choice(brokers) for _ in range(arena.partitions)]
    for number, broker in enumerate(leaders):
        cluster.lead(arena.name, number, broker)
    cluster.lead(arena.dead, 0, draw.choice(brokers))
    coordinator = draw.choice(brokers)
    cluster.coordinate(arena.name, coordinator)
    cluster.down(away)
    return f"leaders {leaders}, coordinator {coordinator}, away {away}"


def refuse(cluster: MockCluster, _arena: Arena, draw: random.Random) -> str:
    """Have the next requests of two kinds fail."""
    said = []
    for request in draw.sample(sorted(ERRORS), 2):
        errors = [draw.choice(ERRORS[request]) for _ in range(draw.randint(1, 5))]
        cluster.fail(request, errors)
        said.append(f"{request}: {errors}")
    return ", ".join(said)


def heal(cluster: MockCluster) -> None:
    for broker in range(1, BROKERS + 1):
        cluster.up(broker)
    for request in ERRORS:
        cluster.heal(request)


def trouble(harm: Harm, servers: Servers, folder: Path, seed: int) -> Outcome:
    """Do harm every half second while messages come; then all is well again."""
    draw = random.Random(seed)
    done: list[str] = []
    with MockCluster() as cluster, Arena(servers, folder, cluster=cluster) as arena:
        arena.produce(seed, 1_000)
        arena.watch()
        workers = [arena.worker(batch=200), arena.worker(batch=200)]
        arena.moves_within(60)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            arena.produce(seed + 1 + len(done), 400)
            done.append(harm(cluster, arena, draw))
            time.sleep(0.5)
        heal(cluster)
        arena.produce(seed, 12_000)
        goes_on = arena.moves_within(60)
        took = arena.read_within(120)
        return judged(
            arena.verdict(),
            *(None if each.alive else f"a worker ended: {each.said[-300:]}" for each in workers),
            None if len(done) > 10 else f"void: {len(done)} times only",
            beyond("time to go on", goes_on, HEALED),
            times=float(len(done)),
            goes_on_after_s=goes_on,
            to_the_end_s=took,
        )


CASES = [
    Case(
        "F4",
        "leaders and coordinator move, brokers are away, 30 s (mock cluster)",
        "goes on < 20 s after it",
        partial(trouble, move),
        seeds=3,
    ),
    Case(
        "F4",
        "requests fail for 30 s, of nine kinds (mock cluster)",
        "the same",
        partial(trouble, refuse),
        seeds=3,
    ),
]

"""F2 and F3: partitions change hands, in order and out of it."""

from __future__ import annotations

import random
import signal
import threading
import time
from functools import partial
from pathlib import Path

from tests.faults.arena import Arena, Servers
from tests.faults.messages import Mixture, messages
from tests.faults.outcome import Case, Outcome, beyond, judged
from tests.faults.proxies import DynamoProxy, wait_for

IDLE = 20.0
"""Seconds after the last change for which no partition may stand still."""


def storm(seconds: float, servers: Servers, folder: Path, seed: int) -> Outcome:
    """Start, stop and kill workers every 2 to 5 seconds, while messages keep coming."""
    dice = random.Random(seed)
    with Arena(servers, folder, partitions=6) as arena:
        arena.watch()
        sending = threading.Thread(target=_send_for, args=(arena, seed, seconds), daemon=True)
        sending.start()
        until = time.monotonic() + seconds
        changes = 0
        while time.monotonic() < until:
            alive = [worker for worker in arena.workers if worker.alive]
            if len(alive) < 2 or (len(alive) < 4 and dice.random() < 0.5):
                arena.worker(batch=200)
            else:
                chosen = dice.choice(alive)
                chosen.signal(dice.choice([signal.SIGTERM, signal.SIGKILL]))
            changes += 1
            time.sleep(dice.uniform(2, 5))
        sending.join()
        if not any(worker.alive for worker in arena.workers):
            arena.worker()
        settled = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if changes >= seconds / 6 else f"void: {changes} changes only",
            beyond("time to the end", settled, IDLE),
            changes=changes,
            to_the_end_after_the_last_s=settled,
        )


def _send_for(arena: Arena, seed: int, seconds: float) -> None:
    """Send about 15,000 messages, spread over the time."""
    parts = max(1, int(seconds * 2))
    each = 15_000 // parts + 1
    for part in range(parts):
        began = time.monotonic()
        arena.send(messages(seed * 1000 + part, each, Mixture()))
        time.sleep(max(0.0, seconds / parts - (time.monotonic() - began)))


def zombie(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Freeze a worker in the midst of a write until another has its partitions; then wake it."""
    with Arena(servers, folder) as arena, DynamoProxy(servers.dynamo.port) as proxy:
        arena.session = 3000
        arena.endpoint = proxy.endpoint
        arena.produce(seed)
        arena.watch()
        first = arena.worker()
        arena.moves_within(60)
        proxy.trouble = "error"  # so that a batch is under way for as long as it is needed
        wait_for(lambda: proxy.calls["troubled"] > 0, 20)
        first.signal(signal.SIGSTOP)
        left = arena.lag()
        second = arena.worker()
        proxy.trouble = ""
        taken = arena.read_within(60)
        arena.produce(seed + 1, 1000)
        first.signal(signal.SIGCONT)
        again = arena.read_within(60)
        second.signal(signal.SIGTERM)
        second.wait(30)
        arena.produce(seed + 2, 1000)
        alone = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if left else "void: nothing was left when it was frozen",
            None if first.alive else "the frozen worker ended",
            others_took_over_s=taken,
            to_the_end_with_both_s=again,
            to_the_end_with_the_woken_alone_s=alone,
        )


def stalled(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Have the details' answers take twice as long as `max.poll.interval.ms`."""
    with Arena(servers, folder) as arena, DynamoProxy(servers.dynamo.port) as proxy:
        arena.endpoint = proxy.endpoint
        arena.produce(seed)
        arena.watch()
        worker = arena.worker(extra={"GLYPHWATCH_KAFKA_MAX_POLL_INTERVAL_MS": "10000"})
        arena.moves_within(60)
        proxy.trouble = "slow"
        wait_for(lambda: proxy.calls["troubled"] > 0, 20)
        left = arena.lag()
        time.sleep(20)
        troubled = proxy.calls["troubled"]
        proxy.trouble = ""
        took = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if left and troubled else "void: no write was held up",
            None if worker.alive else "the worker ended",
            "it left the group" if "maximum poll interval" in worker.said.lower() else None,
            beyond("time to the end", took, 30),
            calls_held_up=troubled,
            to_the_end_after_it_s=took,
        )


CASES = [
    Case(
        "F2",
        "rebalance storm: 4 workers started, stopped and killed for 2 min",
        "read to the end < 20 s after the last change",
        partial(storm, 120.0),
        side_by_side=1,
    ),
    Case(
        "F3",
        "a frozen worker is thrown out of the group with a write under way, and wakes up",
        "it commits nothing that is not its own, and takes part again",
        zombie,
        seeds=3,
    ),
    Case(
        "F3",
        "a sink stalls for twice `max.poll.interval.ms` (10 s)",
        "the worker stays in the group; catches up < 30 s",
        stalled,
    ),
]

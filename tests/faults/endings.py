"""F10 and F12: full disks, and signals."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from tests.faults.arena import Arena, Servers
from tests.faults.outcome import Case, Outcome, beyond, judged
from tests.faults.proxies import DynamoProxy, wait_for

GRACE = 10.0
"""Seconds that a stop may take."""


def full_disk(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Let the store grow to 200 kB and no further; then start another without a limit."""
    with Arena(servers, folder) as arena:
        arena.store = folder / "store.sqlite"
        arena.session = 2000
        arena.produce(seed)
        worker = arena.worker(batch=200, limit=200_000)
        wait_for(lambda: not worker.alive or worker.ready() == 503, 30)
        time.sleep(2)
        left = arena.lag()
        code = worker.wait(0)
        said = worker.said
        worker.kill()
        arena.worker()
        took = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if left else "void: the limit was not reached",
            None if code != 0 else "it ended as if all was well",
            None if "full" in said or "disk" in said else f"it did not say why: {said[-200:]}",
            to_the_end_with_room_s=took,
        )


def drained(servers: Servers, folder: Path, seed: int) -> Outcome:
    """SIGTERM in the midst of the reading: exit 0, and nothing is read twice by the next."""
    with Arena(servers, folder) as arena:
        arena.produce(seed, 20_000)
        arena.watch()
        slowest = 0.0
        problems = []
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
            worker = arena.worker(batch=200)
            arena.moves_within(60)
            left = arena.lag()
            began = time.monotonic()
            worker.signal(number)
            code = worker.wait(30)
            slowest = max(slowest, time.monotonic() - began)
            if code != 0:
                problems.append(f"{number.name}: exit {code}")
            if not left:
                problems.append("void: nothing was left")
        arena.worker()
        arena.read_within(60)
        return judged(
            arena.verdict(),
            *problems,
            beyond("time to stop", slowest, GRACE),
            slowest_stop_s=slowest,
        )


def stuck(servers: Servers, folder: Path, seed: int) -> Outcome:
    """SIGTERM, and SIGINT twice, while a sink does not answer."""
    with Arena(servers, folder) as arena, DynamoProxy(servers.dynamo.port) as proxy:
        arena.endpoint = proxy.endpoint
        arena.produce(seed)
        arena.watch()
        taken = {}
        codes = {}
        for name in ("SIGTERM", "SIGINT twice"):
            proxy.trouble = ""
            worker = arena.worker(batch=100)
            arena.moves_within(60)
            proxy.trouble, before = "slow", proxy.calls["troubled"]
            wait_for(lambda before=before: proxy.calls["troubled"] > before, 20)  # type: ignore[misc]
            if name == "SIGTERM":
                worker.signal(signal.SIGTERM)
            else:
                worker.signal(signal.SIGINT)
                time.sleep(0.7)
                worker.signal(signal.SIGINT)
            began = time.monotonic()
            codes[name] = worker.wait(30)
            taken[name] = time.monotonic() - began
        proxy.trouble = ""
        arena.worker()
        arena.read_within(60)
        return judged(
            arena.verdict(),
            None if codes == {"SIGTERM": 4, "SIGINT twice": 130} else f"exits {codes}",
            beyond("stop with a stuck sink", taken["SIGTERM"], GRACE),
            beyond("second SIGINT", taken["SIGINT twice"], 1.0),
            SIGTERM_s=taken["SIGTERM"],
            second_SIGINT_s=taken["SIGINT twice"],
        )


CASES = [
    Case(
        "F10", "the store's disk is full (`RLIMIT_FSIZE`)", "says so; goes on with room", full_disk
    ),
    Case("F12", "SIGTERM, SIGINT in the midst", "exit 0 < 10 s", drained, 3),
    Case("F12", "the same with a stuck sink", "exit 4 < 10 s; second SIGINT 130 < 1 s", stuck),
]

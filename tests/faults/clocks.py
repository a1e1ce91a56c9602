"""F13: the wall clock jumps an hour forth and two back, and drifts, while a worker reads."""

from __future__ import annotations

import time
from pathlib import Path

from tests.faults.arena import Arena, Servers
from tests.faults.outcome import Case, Outcome, beyond, judged

LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1")
"""Where Debian's libfaketime lies."""

JUMPS = ("+3600s", "-3600s", "+0.5s", "-0.5s", "+0s")
"""What the wall clock says beside the true time, one after another; in the end, the truth."""

BUSY = 20.0
"""Percent of a core that a worker with nothing to do may take."""


def library() -> Path:
    """Find libfaketime.

    Raises:
        FileNotFoundError: it is not there.
    """
    for pattern in LIBRARIES:
        for path in Path("/").glob(pattern.lstrip("/")):
            return path
    msg = "libfaketime is needed to move a worker's clock: apt-get install libfaketime"
    raise FileNotFoundError(msg)


def jumping(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Move the clock of a worker that reads, and of it alone; then leave it without work."""
    preload = library()
    folder.mkdir(parents=True, exist_ok=True)
    clock = folder / "clock"
    clock.write_text("+0s\n", encoding="ascii")
    extra = {
        "LD_PRELOAD": str(preload),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # as a jump does not
    }
    with Arena(servers, folder) as arena:
        arena.produce(seed, 2_000)
        arena.watch()
        worker = arena.worker(extra=extra)
        arena.moves_within(60)
        slowest = 0.0
        latency: list[float] = []
        for number, jump in enumerate(JUMPS, 1):
            clock.write_text(f"{jump}\n", encoding="ascii")
            time.sleep(1.5)  # until libfaketime looks again
            arena.produce(seed + number, 2_000)
            slowest = max(slowest, arena.read_within(30) or 30.0)
            latency.append(worker.metric("glyphwatch_latency_seconds_sum"))
        clock.write_text("-3600s\n", encoding="ascii")
        time.sleep(1.5)
        began, taken = time.monotonic(), worker.seconds
        time.sleep(5)
        busy = 100 * (worker.seconds - taken) / (time.monotonic() - began)
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            None if latency[0] > 1000 else f"void: the clock did not jump: {latency}",
            None if latency == sorted(latency) else f"a latency below zero: {latency}",
            beyond("time to read after a jump", slowest, 20),
            beyond("percent of a core without work", busy, BUSY),
            read_after_a_jump_s=slowest,
            percent_of_a_core_without_work=busy,
        )


CASES = [
    Case(
        "F13",
        "the wall clock jumps 1 h forth and 2 h back, 0.5 s forth and back (libfaketime)",
        "no latency below zero, no busy loop",
        jumping,
    )
]

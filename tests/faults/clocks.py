"""F13: the wall clock jumps an hour forth and two back, and a little, while a worker reads."""

from __future__ import annotations

import shutil
import struct
import subprocess
import time
from pathlib import Path

from tests.faults.arena import Arena, Servers
from tests.faults.outcome import Case, Outcome, beyond, judged

SOURCE = Path(__file__).with_name("clock.c")

JUMPS = (3600.0, -3600.0, 0.5, -0.5, 0.0)
"""Seconds by which the wall clock is beside the true time, one after another."""

BUSY = 20.0
"""Percent of a core that a worker with nothing to do may take."""

HEALED = 20.0
"""Seconds after which all must be read."""


class WallClock:
    """The wall clock of one process; that of everybody else goes on."""

    def __init__(self, folder: Path) -> None:
        """Compile what is loaded into the process."""
        compiler = shutil.which("cc")
        assert compiler is not None, "a C compiler is needed to move a worker's clock"
        folder.mkdir(parents=True, exist_ok=True)
        self._library, self._file = folder / "clock.so", folder / "clock"
        command = [compiler, "-std=c11", "-O2", "-shared", "-fPIC", "-o", str(self._library)]
        subprocess.run([*command, str(SOURCE), "-ldl"], check=True)
        self.set(0.0)

    def set(self, seconds: float) -> None:
        """Set it beside the true time by so many seconds."""
        octets = struct.pack("=q", int(seconds * 1e9))
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(octets)

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_PRELOAD": str(self._library), "GLYPHWATCH_CLOCK": str(self._file)}


def jumping(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Move the clock of a worker, of it alone, while it waits; then give it something to read."""
    clock = WallClock(folder / "clock")
    with Arena(servers, folder) as arena:
        arena.produce(seed, 2_000)
        arena.watch()
        worker = arena.worker(extra=clock.environment)
        arena.read_within(60)
        slowest = busiest = 0.0
        latency: list[float] = []
        for number, jump in enumerate(JUMPS, 1):
            clock.set(jump)
            began, taken = time.monotonic(), worker.seconds
            time.sleep(2 * arena.session / 1000)  # longer than the group waits for a word
            busy = 100 * (worker.seconds - taken) / (time.monotonic() - began)
            busiest = max(busiest, busy)
            arena.produce(seed + number, 2_000)
            slowest = max(slowest, arena.read_within(60) or 60.0)
            latency.append(worker.metric("glyphwatch_latency_seconds_sum"))
        rebalances = worker.metric("glyphwatch_rebalances_total")
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            None if latency[0] > 1000 else f"void: the clock did not jump: {latency}",
            None if latency == sorted(latency) else f"a latency below zero: {latency}",
            beyond("time to read after a jump", slowest, HEALED),
            beyond("percent of a core without work", busiest, BUSY),
            read_after_a_jump_s=slowest,
            percent_of_a_core_without_work=busiest,
            rebalances=rebalances,
        )


CASES = [
    Case(
        "F13",
        "the wall clock jumps 1 h forth and 2 h back, 0.5 s forth and back",
        "no latency below zero, no busy loop, goes on < 20 s after it",
        jumping,
    )
]

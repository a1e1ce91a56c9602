"""F14: lists that change while a worker reads, and are broken once."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.faults.arena import Arena, Servers
from tests.faults.messages import TARGETS, Sent, record
from tests.faults.outcome import Case, Outcome, judged
from tests.faults.proxies import wait_for

MORE = f"{TARGETS}netflix.com,Netflix,streaming\n"
"""The targets that are read later."""


def replace(folder: Path, text: str) -> None:
    """Put another list in the place of the targets, all at once."""
    (folder / "new.csv").write_text(text, encoding="utf-8")
    (folder / "new.csv").replace(folder / "targets.csv")


def reloaded(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Replace the targets by nonsense, then by a longer list; what is found depends on it alone."""
    with Arena(servers, folder) as arena:
        arena.produce(seed)
        arena.watch()
        worker = arena.worker(batch=100)
        arena.moves_within(60)
        before = arena.lag()
        replace(folder, "nonsense\n")
        worker.signal(signal.SIGHUP)
        refused = wait_for(lambda: worker.metric("glyphwatch_config_reload_errors_total") > 0, 20)
        kept = worker.metric("glyphwatch_config_reload_ok") == 0
        arena.produce(seed + 1, 2_000)  # with the old list
        kept_on = arena.read_within(60)
        replace(folder, MORE)
        worker.signal(signal.SIGHUP)
        taken = wait_for(lambda: worker.metric("glyphwatch_config_reload_ok") == 1, 20)
        new = Sent(record("netf1ix.com", 1, 3), "planted", "netf1ix.com", "netflix.com", 3)
        arena.send([new] * 5)
        arena.produce(seed + 2, 2_000)
        took = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            None if before else "void: all was read before the list changed",
            None if refused and kept else "the broken list was not told of",
            None if taken else "the sound list was not taken",
            read_with_the_old_list_s=kept_on,
            read_with_the_new_list_s=took,
        )


CASES = [
    Case(
        "F14",
        "the targets become nonsense, then a longer list (SIGHUP)",
        "old kept, counted in `config_reload_errors`; new taken",
        reloaded,
    )
]

"""F1: the worker is killed, at each seam of the write protocol and at any moment."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path
from typing import get_args

import psycopg

from pipeline.stream.seams import Seam
from tests.faults.arena import Arena, Servers
from tests.faults.outcome import Case, Outcome, beyond, judged

SEAMS: tuple[str, ...] = get_args(Seam)
QUICK_SESSION = 2000
RESTART = 15.0
"""Seconds from a restart to its first commit, with a session of 6 s."""


def crash_at(
    seam: str, servers: Servers, folder: Path, seed: int, *, session: int = 6000
) -> Outcome:
    """Kill a worker the N-th time that it gets to a seam; start another."""
    dice = random.Random(f"{seam}{seed}")
    with Arena(servers, folder) as arena:
        arena.session = session
        arena.produce(seed)
        arena.watch()
        first = arena.worker(crash=f"{seam}:{dice.randint(1, 12)}")
        code = first.wait(60)
        left = arena.lag()
        arena.worker()
        restart = arena.moves_within(60)
        arena.read_within(60)
        verdict = arena.verdict()
        return judged(
            verdict,
            None if code == -9 else f"void: {seam} was not reached, exit {code}",
            None if left else f"void: nothing was left to do after {seam}",
            beyond("restart to first commit", restart, RESTART),
            restart_to_first_commit_s=restart,
        )


def crash_anywhere(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Kill workers at three random moments."""
    dice = random.Random(seed)
    with Arena(servers, folder) as arena:
        arena.session = QUICK_SESSION
        arena.produce(seed, 20_000)
        arena.watch()
        kills = 0
        for _ in range(3):
            worker = arena.worker(batch=200)
            arena.moves_within(60)
            worker.wait(dice.random() * 0.4)
            kills += worker.alive and arena.lag() > 0
            worker.kill()
        arena.worker()
        took = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if kills else "void: no kill came in the midst of the reading",
            kills_in_the_midst=kills,
            last_worker_to_the_end_s=took,
        )


def control(servers: Servers, folder: Path, seed: int) -> Outcome:
    """The negative control: without the progress row, a crash before the commit counts twice."""
    with Arena(servers, folder) as arena:
        arena.session = QUICK_SESSION
        arena.produce(seed)
        code = arena.worker(crash="before_commit:5").wait(60)
        with psycopg.connect(arena.direct) as session:
            session.execute("DELETE FROM glyphwatch.consumer_progress")
        arena.worker()
        arena.read_within(60)
        verdict = arena.verdict()
        doubled = [each for each in verdict.problems if "counted" in each]
        problems = [] if doubled else ["the summary was not wrong, so the checks see nothing"]
        if code != -9:
            problems.append("void: before_commit was not reached")
        return Outcome(problems, verdict.handled)


CASES = [
    *(
        Case(
            "F1",
            f"SIGKILL at the seam `{seam}`, the N-th time",
            "first commit < 15 s after the restart, session 6 s",
            partial(crash_at, seam),
            seeds=20,
            side_by_side=4,
        )
        for seam in SEAMS
    ),
    Case(
        "F1",
        "SIGKILL at random moments, three a run",
        "",
        crash_anywhere,
        seeds=34,
        side_by_side=3,
    ),
    Case("F1", "negative control: progress row removed", "must double-count", control),
]

"""Replay: a schedule of the machine, done again with real processes and real servers.

What a process cannot be told from outside is left out (a commit that fails, a write that waits); a
step is a wait until something more is committed. In the end the real sinks must hold what the fakes
did, which is what proves the fakes honest.
"""

from __future__ import annotations

import signal
import time
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from pipeline.engine import Engine
from tests.faults.arena import Arena
from tests.faults.ledger import Found
from tests.faults.machine import WORKERS, Action, Machine, Schedule, sent
from tests.faults.proxies import DynamoProxy, TcpProxy, Trouble

SESSION = 2000
DETAILS: dict[str, Trouble] = {
    "": "",
    "down": "error",
    "applied": "answer lost",
    "half": "unprocessed",
}
"""A fake's trouble, as the proxy in front of DynamoDB Local has it."""

WANTED = frozenset({"produce", "crash_at", "crash", "lose", "stop", "trouble"})


def sample(engine: Engine, size: int) -> list[Schedule]:
    """Have the machine make schedules, always the same; give those in which most happens."""
    schedules: list[Schedule] = []
    names = {"engine": engine, "schedules": schedules}
    run_state_machine_as_test(
        type("Sampled", (Machine,), names),
        settings=settings(
            max_examples=200,
            stateful_step_count=30,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    schedules.sort(
        key=lambda each: (-len({a.name for a in each.actions} & WANTED), len(each.actions))
    )
    return [each for each in schedules if each.found.details and each.found.letters][:size]


class Replay:
    """One schedule on real servers."""

    def __init__(self, arena: Arena, dynamo: DynamoProxy, postgres: TcpProxy) -> None:
        """Args: dynamo, postgres: stand before the arena's servers."""
        self.arena = arena
        self.arena.session = SESSION
        self.arena.endpoint = dynamo.endpoint
        port = arena.servers.postgres.port
        self.arena.conninfo = arena.direct.replace(f":{port}/", f":{postgres.port}/")
        self.dynamo = dynamo
        self.postgres = postgres
        self.workers: list[Any] = [None] * WORKERS

    def run(self, actions: list[Action]) -> None:
        self.start(0)
        for action in actions:
            getattr(self, action.name, _nothing)(*action.arguments)
        self.heal()

    def produce(self, partition: int, kinds: tuple[str, ...]) -> None:
        begin = len(self.arena.ledger.sent)
        made = [sent(kind, begin + place) for place, kind in enumerate(kinds)]
        self.arena.send(made, partition=partition)

    def start(self, number: int, crash: str = "") -> None:
        if self.workers[number] is None or not self.workers[number].alive:
            self.workers[number] = self.arena.worker(batch=4, crash=crash)

    def step(self, number: int, _times: int) -> None:
        if self.workers[number] is not None and self.workers[number].alive:
            self.arena.moves_within(1.0)

    def crash_at(self, number: int, seam: str, times: int) -> None:
        """A process cannot be armed while it runs: another takes its place."""
        self.stop(number)
        self.start(number, f"{seam}:{times}")
        self.arena.moves_within(2.0)

    def crash(self, number: int) -> None:
        if self.workers[number] is not None:
            self.workers[number].kill()

    def stop(self, number: int) -> None:
        if self.workers[number] is not None:
            self.workers[number].signal(signal.SIGTERM)
            if self.workers[number].wait(20) is None:
                self.workers[number].kill()

    def lose(self, number: int) -> None:
        """Freeze it until the group has given it up."""
        if self.workers[number] is not None:
            self.workers[number].signal(signal.SIGSTOP)
            time.sleep(SESSION / 1000 + 0.5)
            self.workers[number].signal(signal.SIGCONT)

    def trouble(self, name: str, trouble: str) -> None:
        if name == "details":
            self.dynamo.trouble = DETAILS[trouble]
        elif name == "summary":
            self.postgres.mode = "refusing" if trouble in ("down", "half") else "open"
            if trouble:
                self.postgres.cut()

    def heal(self) -> None:
        self.dynamo.trouble = ""
        self.postgres.mode = "open"
        for number in range(WORKERS):
            self.crash(number)
        self.start(0)


def _nothing(*_arguments: object) -> None:
    """What cannot be done from outside."""


def alike(real: Found, fake: Found) -> bool:
    """Whether real sinks hold what the fakes did; a dead letter may be there twice in either."""
    return (
        sorted((place, pair) for place, _, pair in real.details)
        == sorted((place, pair) for place, _, pair in fake.details)
        and dict(real.resolutions) == dict(fake.resolutions)
        and dict(real.records) == dict(fake.records)
        and {(each.place, each.reason, each.value) for each in real.letters}
        == {(each.place, each.reason, each.value) for each in fake.letters}
    )

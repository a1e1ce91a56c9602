"""F7, F8 and F9: what senders write that nobody can read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tests.faults.arena import Arena, Servers
from tests.faults.messages import Mixture, Sent, messages, record
from tests.faults.outcome import Case, Outcome, beyond, judged

LETTER = 900_000
"""Bytes that a dead letter may have."""

RATE = 0.9
"""Share of the clean rate that must be left with poison among the messages."""

DETECTED = 50.0
"""Microseconds that a message with a malformed A-label may take to be read, screened and judged."""


def poison(servers: Servers, folder: Path, seed: int) -> Outcome:
    """One message in twenty cannot be read, and one in fifty is no observation."""
    with Arena(servers, folder) as arena:
        arena.produce(seed, 20_000, Mixture(planted=0.02, poison=0.05, skipped=0.02))
        arena.watch()
        worker = arena.worker(batch=1000)
        took = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            read_within_s=took,
        )


def rates(servers: Servers, folder: Path, seed: int) -> Outcome:
    """How fast a worker is with one poisoned message in a hundred, and without."""
    clean, poisoned = Mixture(0.01, 0.0, 0.0), Mixture(0.01, 0.01, 0.0)
    taken: dict[Mixture, list[float]] = {clean: [], poisoned: []}
    handled = 0
    problems: list[str] = []
    for turn in range(2):
        for mixture, times in taken.items():
            place = folder / f"{turn}{len(times)}{mixture.poison}"
            with Arena(servers, place) as arena:
                arena.produce(seed, 150_000, mixture)
                arena.worker(batch=5000)
                arena.moves_within(60)
                left = arena.lag()
                seconds = arena.read_within(120)
                times.append((seconds or 120.0) / max(1, left))
                verdict = arena.verdict()
                handled += verdict.handled
                problems += verdict.problems
    share = min(taken[clean]) / min(taken[poisoned])
    if share < RATE:
        problems.append(f"the rate with poison is {share:.2f} of that without")
    return Outcome(problems, handled, {"rate_of_the_clean_percent": 100 * share})


def oversized(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Messages of 1.1 and 2.5 MB among the others, which no dead letter can hold whole."""
    with Arena(servers, folder) as arena:
        arena.produce(seed)
        large = [b'{"rrname":"' + b"a" * size + b'"}' for size in (1_100_000, 2_500_000, 70_000)]
        arena.send(Sent(value, "poison", reason="oversize_line") for value in large)
        arena.produce(seed + 1, 1000)
        arena.watch()
        worker = arena.worker()
        took = arena.read_within(60)
        heaviest = max(len(letter.value) for letter in arena.found().letters)
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            None if heaviest <= LETTER else f"a dead letter has {heaviest} bytes",
            largest_letter_kB=heaviest / 1000,
            read_within_s=took,
        )


def _malformed(seed: int, count: int) -> Iterator[Sent]:
    """A-labels that are none, each another one, among planted lookalikes."""
    dice = random.Random(seed)
    for number, sent in enumerate(messages(seed, count, Mixture(0.02, 0.0, 0.0))):
        if sent.kind == "clean":
            letters = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789-", k=12))
            tail = dice.choice(["", "-", "99999999", letters, f"-{letters}"])
            name = f"xn--{letters}{tail}.example"
            yield Sent(record(name, number, 1), "clean")
        else:
            yield sent


def punycode(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Every clean name is malformed Punycode, or at best a name in no script of ours."""
    count = 100_000
    with Arena(servers, folder) as arena:
        arena.send(_malformed(seed, count))
        arena.watch()
        worker = arena.worker(batch=5000)
        took = arena.read_within(60)
        each = 1e6 * worker.metric("glyphwatch_stage_seconds_sum", stage="detect") / count
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            None if each else "void: nobody said how long it took",
            beyond("time to detect, in microseconds a message,", each, DETECTED),
            microseconds_each=each,
            read_within_s=took,
        )


CASES = [
    Case("F7", "5 % poison of 18 kinds, tombstones", "no restart; dead letters exact", poison, 3),
    Case("F7", "rate with 1 % poison", "at least 90 % of the rate without", rates, side_by_side=1),
    Case("F8", "messages of 1.1 and 2.5 MB", "dead letters of 900 kB at most", oversized),
    Case(
        "F9",
        "100,000 malformed A-labels",
        "no exception; 50 us each",
        punycode,
        2,
        side_by_side=1,
    ),
]

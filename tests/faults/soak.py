"""F16: hours in small: 70 % of what a worker can, for half an hour, and what it holds meanwhile."""

from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path

import psycopg
from confluent_kafka import Producer

from tests.faults.arena import Arena, Servers
from tests.faults.messages import Mixture, messages
from tests.faults.outcome import Case, Outcome, beyond
from tests.faults.proxies import wait_for

BLOCK = 20_000
SHARE = 0.7
SLOPE = 1.0
"""Megabytes a minute by which a worker may grow, once it is warm."""

WARM = 0.25
"""Share of the time after which it is."""


class Feed:
    """Sends the same block of messages again and again."""

    def __init__(self, arena: Arena, seed: int) -> None:
        self.sent = list(messages(seed, BLOCK, Mixture(0.01, 0.001, 0.001)))
        self.planted = sum(each.kind == "planted" for each in self.sent)
        self.blocks = 0
        self._arena = arena
        self._producer = Producer(
            {"bootstrap.servers": arena.servers.kafka.bootstrap, "linger.ms": 20}
        )

    def send(self, seconds: float = 0.0) -> None:
        """Send a block, spread over so many seconds."""
        began = time.monotonic()
        for number, each in enumerate(self.sent):
            while True:
                try:
                    self._producer.produce(
                        self._arena.name, each.value, partition=number % self._arena.partitions
                    )
                    break
                except BufferError:
                    self._producer.poll(0.05)
            if number % 500 == 0:
                self._producer.poll(0)
                ahead = seconds * number / BLOCK - (time.monotonic() - began)
                time.sleep(max(0.0, ahead))
        self._producer.flush(60)
        self.blocks += 1

    @property
    def lag(self) -> int:
        return self.blocks * BLOCK - sum(self._arena.committed().values())


def soak(minutes: float, servers: Servers, folder: Path, seed: int) -> Outcome:
    """Measure the peak, run at a share of it, and look at memory and descriptors."""
    with Arena(servers, folder) as arena:
        feed = Feed(arena, seed)
        for _ in range(10):
            feed.send()
        worker = arena.worker(batch=10_000)
        wait_for(lambda: sum(arena.committed().values()) > BLOCK, 60)
        began, left = time.monotonic(), feed.lag
        wait_for(lambda: feed.lag == 0, 120)
        peak = left / max(0.1, time.monotonic() - began)
        stop = threading.Event()

        def feeding() -> None:
            while not stop.is_set():
                feed.send(BLOCK / (SHARE * peak))

        sending = threading.Thread(target=feeding, daemon=True)
        sending.start()
        looked: list[tuple[float, float, int, int]] = []
        began = time.monotonic()
        while (now := time.monotonic() - began) < minutes * 60 and worker.alive:
            looked.append((now / 60, worker.megabytes, worker.descriptors, feed.lag))
            time.sleep(2)
        stop.set()
        sending.join()
        wait_for(lambda: feed.lag == 0, 60)
        problems = [] if worker.alive and feed.lag == 0 else ["it did not read to the end"]
        with psycopg.connect(arena.direct) as session:
            row = session.execute("SELECT sum(records)::bigint FROM glyphwatch.summary").fetchone()
        if row is None or row[0] != feed.blocks * feed.planted:
            problems.append(f"I2: {row} records counted, {feed.blocks * feed.planted} sent")
        warm = [each for each in looked if each[0] > minutes * WARM]
        slope = _slope([(at, size) for at, size, _, _ in warm])
        grown = warm[-1][2] - warm[0][2]
        problems += filter(None, [beyond("slope", slope, SLOPE), beyond("descriptors", grown, 3)])
        return Outcome(
            problems,
            feed.blocks * BLOCK,
            {
                "minutes": minutes,
                "peak_messages_a_second": peak,
                "growth_MB_a_minute": slope,
                "largest_MB": max(size for _, size, _, _ in looked),
                "descriptors_grown": grown,
                "longest_lag_messages": max(lag for *_, lag in warm),
            },
        )


def _slope(points: list[tuple[float, float]]) -> float:
    """Least squares."""
    x = sum(at for at, _ in points) / len(points)
    y = sum(value for _, value in points) / len(points)
    below = sum((at - x) ** 2 for at, _ in points)
    return sum((at - x) * (value - y) for at, value in points) / below if below else 0.0


CASES = [
    Case(
        "F16",
        "30 minutes at 70 % of peak",
        "growth < 1 MB a minute once warm, no descriptors leaked",
        partial(soak, 30.0),
        side_by_side=1,
    )
]

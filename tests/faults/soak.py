"""F16: hours in small: 70 % of what a worker can, for half an hour, and what it holds meanwhile."""

from __future__ import annotations

import math
import threading
import time
from functools import partial
from pathlib import Path
from typing import NamedTuple

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


KEPT = 256 << 20
"""Octets that a partition keeps: what was read long ago need not fill the disk."""

PEAK = 30.0
"""Seconds for which it is looked how much a worker can, as much being sent as it takes."""

MOST_WAITING = 20 * BLOCK
"""Messages that wait at most meanwhile."""


class Feed:
    """Sends the same block of messages again and again, in a thread."""

    def __init__(self, arena: Arena, seed: int) -> None:
        self.sent = list(messages(seed, BLOCK, Mixture(0.01, 0.001, 0.001)))
        self.planted = sum(each.kind == "planted" for each in self.sent)
        self.blocks = 0
        self.pace = math.inf
        """Messages a second."""
        self._arena = arena
        self._stop = threading.Event()
        self._producer = Producer(
            {"bootstrap.servers": arena.servers.kafka.bootstrap, "linger.ms": 20}
        )
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._send()
            while self.pace == math.inf and self.lag > MOST_WAITING and not self._stop.is_set():
                time.sleep(0.05)

    def _send(self) -> None:
        """Send a block."""
        began, pace = time.monotonic(), self.pace
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
                time.sleep(max(0.0, number / pace - (time.monotonic() - began)))
        self._producer.flush(60)
        self.blocks += 1
        time.sleep(max(0.0, BLOCK / pace - (time.monotonic() - began)))

    @property
    def read(self) -> int:
        return sum(self._arena.committed().values())

    @property
    def lag(self) -> int:
        return self.blocks * BLOCK - self.read

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


class Look(NamedTuple):
    """What a worker held at one time."""

    minute: float
    megabytes: float
    descriptors: int
    waiting: int
    """Messages sent and not committed yet."""


def soak(minutes: float, servers: Servers, folder: Path, seed: int) -> Outcome:
    """Measure the peak, run at a share of it, and look at memory and descriptors."""
    with Arena(servers, folder) as arena:
        arena.keep(KEPT)
        feed = Feed(arena, seed)
        worker = arena.worker(batch=10_000)
        wait_for(lambda: feed.read > MOST_WAITING, 120)
        before, began = feed.read, time.monotonic()
        time.sleep(PEAK)
        peak = (feed.read - before) / (time.monotonic() - began)
        feed.pace = SHARE * peak
        wait_for(lambda: feed.lag < 2 * BLOCK, 120)
        looked: list[Look] = []
        began = time.monotonic()
        while (now := time.monotonic() - began) < minutes * 60 and worker.alive:
            looked.append(Look(now / 60, worker.megabytes, worker.descriptors, feed.lag))
            time.sleep(2)
        sent = feed.blocks
        feed.stop()
        wait_for(lambda: feed.lag == 0, 60)
        problems = [] if worker.alive and feed.lag == 0 else ["it did not read to the end"]
        with psycopg.connect(arena.direct) as session:
            row = session.execute("SELECT sum(records)::bigint FROM glyphwatch.summary").fetchone()
        if row is None or row[0] != feed.blocks * feed.planted:
            problems.append(f"I2: {row} records counted, {feed.blocks * feed.planted} sent")
        measured = {"minutes": minutes, "peak_messages_a_second": peak} | _measured(
            [each for each in looked if each.minute > minutes * WARM], feed.pace
        )
        measured["largest_MB"] = max(each.megabytes for each in looked)
        problems += filter(
            None,
            [
                beyond("slope", measured["growth_MB_a_minute"], SLOPE),
                beyond("descriptors", measured["descriptors_grown"], 3),
                beyond("lag", measured["behind_p99_s_late"], 2 * measured["behind_p99_s"] + 1),
            ],
        )
        return Outcome(problems, sent * BLOCK, measured)


def _measured(warm: list[Look], pace: float) -> dict[str, float]:
    """Sum up; how far it is behind is told for the first and for the second half."""
    half = len(warm) // 2
    return {
        "growth_MB_a_minute": _slope([(each.minute, each.megabytes) for each in warm]),
        "descriptors_grown": warm[-1].descriptors - warm[0].descriptors,
        "behind_p99_s": _behind(warm[:half], pace),
        "behind_p99_s_late": _behind(warm[half:], pace),
    }


def _behind(looked: list[Look], pace: float) -> float:
    """Give the 99th percentile of the seconds that the worker was behind what was sent."""
    waiting = sorted(each.waiting for each in looked)
    return waiting[min(len(waiting) - 1, len(waiting) * 99 // 100)] / pace


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
        "growth < 1 MB a minute once warm, no descriptors leaked, no further behind",
        partial(soak, 30.0),
        side_by_side=1,
    )
]

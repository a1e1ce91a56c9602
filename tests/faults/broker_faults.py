"""F4: Kafka goes away, freezes, is far, and breaks connections."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from infra.stack import KafkaServer
from infra.stack.ports import LOOPBACK, free_port
from tests.faults.arena import Arena, Servers
from tests.faults.outcome import Case, Outcome, beyond, judged
from tests.faults.proxies import TcpProxy
from tests.servers import restored

GRACE = 10.0
"""Seconds that a stop may take."""

HEALED = 20.0
"""Seconds after which it must go on."""


class ProxiedKafka(KafkaServer):
    """A broker that sends clients of `through` over a proxy for everything."""

    def __init__(self) -> None:
        super().__init__()
        self._inner = free_port()
        self.proxy = TcpProxy(self._inner)

    @property
    def through(self) -> str:
        return f"{LOOPBACK}:{self.proxy.port}"

    def _properties(self) -> dict[str, str]:
        usual = super()._properties()
        return {
            **usual,
            "listeners": f"{usual['listeners']},FAR://{LOOPBACK}:{self._inner}",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap},FAR://{self.through}",
            "listener.security.protocol.map": (
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,FAR:PLAINTEXT"
            ),
            "inter.broker.listener.name": "PLAINTEXT",
        }

    def close(self) -> None:
        super().close()
        self.proxy.close()


def outage(
    harm: Callable[[Servers], contextlib.AbstractContextManager[None]],
    servers: Servers,
    folder: Path,
    seed: int,
) -> Outcome:
    """Take the broker away in the midst of the reading, and give it back."""
    with Arena(servers, folder) as arena, restored(servers.kafka):
        arena.produce(seed, 20_000)
        arena.watch()
        worker = arena.worker(batch=200)
        arena.moves_within(60)
        left = arena.lag()
        with harm(servers):
            pass
        goes_on = arena.moves_within(60) if left else None
        took = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            None if left else "void: nothing was left",
            beyond("time to go on", goes_on, HEALED),
            goes_on_after_s=goes_on,
            to_the_end_s=took,
        )


@contextlib.contextmanager
def killed(seconds: float, servers: Servers) -> Iterator[None]:
    servers.kafka.kill()
    time.sleep(seconds)
    servers.kafka.start()
    yield


@contextlib.contextmanager
def frozen(seconds: float, servers: Servers) -> Iterator[None]:
    servers.kafka.pause()
    time.sleep(seconds)
    servers.kafka.resume()
    yield


def far(servers: Servers, folder: Path, seed: int) -> Outcome:
    """A round trip of 500 ms to the broker; then every connection is broken, eight times."""
    with ProxiedKafka() as kafka, Arena(servers._replace(kafka=kafka), folder) as arena:
        arena.bootstrap = kafka.through
        arena.produce(seed, 15_000)
        arena.watch()
        kafka.proxy.delay = 0.25
        worker = arena.worker(batch=200)
        slowly = arena.read_within(240)
        kafka.proxy.delay = 0.0
        arena.produce(seed + 1, 15_000)
        for _ in range(8):
            kafka.proxy.cut()
            time.sleep(0.3)
        took = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            read_with_500_ms_RTT_s=slowly,
            to_the_end_after_the_last_cut_s=took,
        )


def closing(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Ask a worker to stop while the broker does not answer: it ends, and does not crash."""
    import signal

    with Arena(servers, folder) as arena, restored(servers.kafka):
        arena.produce(seed, 20_000)
        worker = arena.worker(batch=200)
        arena.moves_within(60)
        left = arena.lag()
        servers.kafka.pause()
        began = time.monotonic()
        worker.signal(signal.SIGTERM)
        code = worker.wait(60)
        ended = time.monotonic() - began
        servers.kafka.resume()
        arena.worker()
        arena.read_within(60)
        return judged(
            arena.verdict(),
            None if code in (0, 4) else f"exit {code}",
            None if left else "void: nothing was left",
            beyond("time to end", ended, GRACE),
            ended_after_s=ended,
        )


CASES = [
    Case(
        "F4",
        "broker killed, down for 10 s",
        "goes on < 20 s after it is back",
        partial(outage, partial(killed, 10.0)),
        seeds=2,
        side_by_side=1,
    ),
    Case(
        "F4",
        "broker frozen for 30 s",
        "the same",
        partial(outage, partial(frozen, 30.0)),
        side_by_side=1,
    ),
    Case("F4", "500 ms RTT, then connections broken 8 times", "the worker lives", far),
    Case("F4", "SIGTERM while the broker is frozen", "ends < 10 s", closing, side_by_side=1),
]

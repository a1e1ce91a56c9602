"""F6: DynamoDB throttles, fails, forgets to answer, is slow, or is gone."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from tests.faults.arena import Arena, Servers
from tests.faults.messages import Mixture
from tests.faults.outcome import Case, Outcome, beyond, judged
from tests.faults.proxies import DynamoProxy, Trouble, wait_for

THROTTLED = 0.2
"""Share of the usual calls that may be made while everything is throttled."""

OFTEN = Mixture(planted=0.2)
"""Many detections: a batch of 500 is four calls and more."""


def trouble(kind: Trouble, seconds: float, servers: Servers, folder: Path, seed: int) -> Outcome:
    """Let a worker read while its writes fare badly for a while."""
    with Arena(servers, folder) as arena, DynamoProxy(servers.dynamo.port, seed) as proxy:
        arena.endpoint = proxy.endpoint
        arena.produce(seed, 12_000, OFTEN)
        arena.watch()
        worker = arena.worker()
        wait_for(lambda: len(proxy.moments) >= 40, 60, every=0.01)
        usual = _rate(proxy.moments[5:])
        proxy.trouble = kind
        began = time.monotonic()
        time.sleep(seconds)
        during = [moment for moment in proxy.moments if moment > began + 0.5]
        troubled = proxy.calls["troubled"]
        proxy.trouble = ""
        took = arena.read_within(90)
        share = len(during) / (seconds - 0.5) / usual
        throttled = kind in ("provisioned", "throttled")
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            None if troubled else "void: no call was troubled",
            beyond("share of calls", share, THROTTLED) if throttled else None,
            beyond("items of a call", proxy.largest, 26),
            beyond("bytes of a call", proxy.heaviest, 16 * 2**20),
            calls_troubled=troubled,
            **({"calls_of_usual_percent": 100 * share} if throttled else {}),
            most_items_a_call=proxy.largest,
            caught_up_s=took,
        )


def _rate(moments: list[float]) -> float:
    return (len(moments) - 1) / max(0.001, moments[-1] - moments[0]) if len(moments) > 1 else 1.0


def gone(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Kill DynamoDB Local, and start it again ten seconds later."""
    from tests.servers import restored

    with Arena(servers, folder) as arena, restored(servers.dynamo):
        arena.produce(seed, 12_000, OFTEN)
        worker = arena.worker(batch=200)
        arena.moves_within(60)
        servers.dynamo.kill()
        left = arena.lag()
        time.sleep(10)
        servers.dynamo.start()
        took = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            None if left else "void: nothing was left",
            beyond("time to catch up", took, 30),
            caught_up_s=took,
        )


def _case(kind: Trouble, what: str, seconds: float = 8.0) -> Case:
    passes = "calls < 20 % of the usual; " if kind in ("provisioned", "throttled") else ""
    return Case("F6", what, f"{passes}never > 25 items a call", partial(trouble, kind, seconds))


CASES = [
    _case("unprocessed", "30 % of items come back unprocessed"),
    _case("provisioned", "ProvisionedThroughputExceeded for whole calls, 8 s"),
    _case("throttled", "ThrottlingException, 8 s"),
    _case("error", "500, 8 s"),
    _case("answer lost", "the write is applied and the answer lost, 8 s"),
    _case("slow", "answers take 10 s, for 20 s", 20.0),
    Case("F6", "killed, and down for 10 s", "caught up < 30 s", gone, side_by_side=1),
]

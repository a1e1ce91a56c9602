"""F5: Postgres goes away, ends sessions, refuses, and comes back."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg
from confluent_kafka.admin import AdminClient

from tests.faults.arena import Arena, Servers
from tests.faults.outcome import Case, Outcome, beyond, judged
from tests.faults.proxies import wait_for
from tests.faults.workers import Worker
from tests.servers import restored

GROWTH = 50.0
"""Megabytes by which a worker may grow while it waits."""

UNREADY = 5.0
"""Seconds until `/readyz` says 503."""

BACK = 30.0
"""Seconds in which it must have caught up."""


def members(arena: Arena) -> set[str]:
    """The ids of the group's members: they change if anyone leaves, and joins again."""
    admin = AdminClient({"bootstrap.servers": arena.servers.kafka.bootstrap})
    answer = admin.describe_consumer_groups([arena.name], request_timeout=10)[arena.name]
    return {str(member.member_id) for member in answer.result(10).members}


def outage(
    harm: Callable[[Arena], contextlib.AbstractContextManager[None]],
    seconds: float,
    servers: Servers,
    folder: Path,
    seed: int,
) -> Outcome:
    """Let a worker read, do harm for a while as messages keep coming, and let it catch up."""
    with Arena(servers, folder) as arena, restored(servers.postgres):
        arena.produce(seed)
        arena.watch()
        worker = arena.worker()
        arena.read_within(60)
        ready = worker.ready()
        before, held = members(arena), worker.megabytes
        with harm(arena), ThreadPoolExecutor(1) as looking:
            began = time.monotonic()
            unready = looking.submit(_unready_after, worker, began)
            arena.produce(seed + 1)
            noticed = unready.result()
            time.sleep(max(0.0, seconds - (time.monotonic() - began)))
            left = arena.lag()
            grown = worker.megabytes - held if worker.alive else 0.0
        caught_up = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            None if left else "void: nothing waited for the database",
            None if members(arena) == before else "there was a rebalance",
            None if ready == 200 else f"/readyz was {ready} before",
            beyond("time until /readyz is 503", noticed, UNREADY),
            beyond("growth in MB", grown, GROWTH),
            beyond("time to catch up", caught_up, BACK),
            waiting_messages=left,
            not_ready_after_s=noticed,
            growth_MB=grown,
            caught_up_s=caught_up,
        )


def _unready_after(worker: Worker, began: float) -> float | None:
    """Wait until a worker says that it is not ready; gives the seconds since `began`."""
    if not wait_for(lambda: worker.ready() == 503, 20):
        return None
    return time.monotonic() - began


@contextlib.contextmanager
def killed(arena: Arena) -> Iterator[None]:
    """SIGKILL to all its processes; and up again."""
    arena.servers.postgres.kill()
    yield
    arena.servers.postgres.start()


@contextlib.contextmanager
def frozen(arena: Arena) -> Iterator[None]:
    """Nothing answers, connections stay."""
    arena.servers.postgres.pause()
    yield
    arena.servers.postgres.resume()


@contextlib.contextmanager
def read_only(arena: Arena) -> Iterator[None]:
    """As after a failover to a standby: 25006 to every write."""
    name = arena.name
    with psycopg.connect(arena.servers.postgres.conninfo(), autocommit=True) as session:
        session.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
        _end_sessions(session, name)
    yield
    with psycopg.connect(arena.servers.postgres.conninfo(), autocommit=True) as session:
        session.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        _end_sessions(session, name)


@contextlib.contextmanager
def full(arena: Arena) -> Iterator[None]:
    """What a full disk answers, 53100, to every change of the summary."""
    with psycopg.connect(arena.direct, autocommit=True) as session:
        session.execute(
            "CREATE FUNCTION public.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'could not extend file: No space left on device' "
            "USING ERRCODE = '53100'; END $$"
        )
        session.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON glyphwatch.summary "
            "EXECUTE FUNCTION public.full_disk()"
        )
    yield
    with psycopg.connect(arena.direct, autocommit=True) as session:
        session.execute("DROP TRIGGER full_disk ON glyphwatch.summary")


def _end_sessions(session: psycopg.Connection, name: str) -> int:
    ended = session.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = %s AND application_name = 'glyphwatch'",
        (name,),
    ).fetchone()
    return int(ended[0]) if ended else 0


def terminated(servers: Servers, folder: Path, seed: int) -> Outcome:
    """End the worker's sessions again and again while it reads."""
    with Arena(servers, folder) as arena:
        arena.produce(seed, 30_000)
        arena.watch()
        worker = arena.worker(batch=100)
        arena.moves_within(60)
        ended = 0
        with psycopg.connect(servers.postgres.conninfo(), autocommit=True) as session:
            while arena.lag() and ended < 60:
                ended += _end_sessions(session, arena.name)
                time.sleep(0.02)
        took = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            None if ended >= 5 else f"void: {ended} sessions ended only",
            sessions_ended=ended,
            to_the_end_s=took,
        )


def conflicts(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Two workers whose transactions cannot be serialized, and a rival that wants their locks
    the other way round."""
    with Arena(servers, folder) as arena:
        with psycopg.connect(servers.postgres.conninfo(), autocommit=True) as session:
            session.execute(
                f'ALTER DATABASE "{arena.name}" '
                "SET default_transaction_isolation = 'serializable'"
            )
        arena.session = 3000
        arena.produce(seed, 20_000)
        arena.watch()
        workers = [arena.worker(batch=50), arena.worker(batch=50)]
        arena.moves_within(60)
        stop = threading.Event()
        rival = threading.Thread(target=_rival, args=(arena, stop), daemon=True)
        rival.start()
        took = arena.read_within(120)
        stop.set()
        rival.join(30)
        with psycopg.connect(arena.direct) as session:
            row = session.execute(
                "SELECT deadlocks, xact_rollback FROM pg_stat_database WHERE datname = %s",
                (arena.name,),
            ).fetchone()
        deadlocks, rollbacks = row or (0, 0)
        return judged(
            arena.verdict(),
            None if all(each.alive for each in workers) else "a worker ended",
            None if deadlocks and rollbacks > deadlocks else f"void: {deadlocks}, {rollbacks}",
            deadlocks=deadlocks,
            transactions_rolled_back=rollbacks,
            to_the_end_s=took,
        )


def _rival(arena: Arena, stop: threading.Event) -> None:
    """Take the summary's rows first, and a partition's progress after them."""
    while not stop.wait(0.05):
        with contextlib.suppress(psycopg.Error), psycopg.connect(arena.direct) as session:
            session.execute("SET deadlock_timeout = '5s'")  # so that the worker is the one to go
            session.execute("SELECT FROM glyphwatch.summary ORDER BY lookalike DESC FOR UPDATE")
            session.execute("SELECT FROM glyphwatch.consumer_progress FOR UPDATE")


CASES = [
    Case(
        "F5",
        "Postgres is killed, and down for 60 s",
        "no rebalance, growth < 50 MB, caught up < 30 s",
        partial(outage, killed, 60.0),
        side_by_side=1,
    ),
    Case(
        "F5",
        "Postgres freezes for 20 s",
        "the same",
        partial(outage, frozen, 20.0),
        side_by_side=1,
    ),
    Case("F5", "read-only for 10 s", "the same", partial(outage, read_only, 10.0)),
    Case("F5", "disk full (53100) for 10 s", "the same", partial(outage, full, 10.0)),
    Case("F5", "`pg_terminate_backend` again and again", "", terminated, seeds=3),
    Case("F5", "deadlocks and serialization failures", "", conflicts, seeds=3),
]

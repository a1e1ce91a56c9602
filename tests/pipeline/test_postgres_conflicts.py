"""Workers that want the same rows of Postgres at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from detector.detection import Detection
from pipeline import postgres_session
from pipeline.errors import SinkUnavailable
from pipeline.postgres import PostgresSink
from tests.pipeline.partitions import Watch, altered, counted, stretch


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def sink(migrated: str, watch: Watch) -> Iterator[PostgresSink]:
    made = PostgresSink(migrated, observer=watch)
    yield made
    made.close()


@pytest.fixture
def write(sink: PostgresSink, found: list[Detection]) -> Callable[[int, int], None]:
    """Write a batch of one partition: everything from one offset to another."""
    return lambda begin, end: sink.write(stretch(found, begin, end))


def test_workers_that_meet_wait_for_each_other(migrated: str, found: list[Detection]) -> None:
    """Eight partitions' workers add to the same lookalikes, in whatever order they found them."""
    failed: list[BaseException] = []

    def work(number: int) -> None:
        sink = PostgresSink(migrated)
        mixed = found[number % 4 :] + found[: number % 4]
        try:
            for begin in range(0, 400, 20):
                sink.write(stretch(mixed, begin, begin + 20, number))
        except BaseException as error:  # noqa: BLE001 - shown below
            failed.append(error)
        finally:
            sink.close()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert not failed
    assert counted(migrated) == 8 * 400


def until_somebody_waits(session: psycopg.Connection) -> None:
    """Wait for a session that waits for a lock."""
    for _ in range(10_000):
        if session.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (0,):
            return
        time.sleep(0.005)
    pytest.fail("nobody waits for a lock")


def test_a_deadlock_is_tried_again(
    migrated: str, found: list[Detection], watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another session holds what comes last, and then asks for what the sink holds by then."""
    # Postgres looks for a deadlock once, so long after a session began to wait: the sink's does,
    # not the other's, and by then the other waits as well.
    monkeypatch.setitem(postgres_session.SETTINGS, "deadlock_timeout", "3s")
    monkeypatch.setitem(postgres_session.SETTINGS, "lock_timeout", "60s")
    monkeypatch.setitem(postgres_session.SETTINGS, "statement_timeout", "60s")
    sink = PostgresSink(migrated, observer=watch)
    sink._writing._longest = 60
    sink.write(stretch(found, 0, 4))
    with psycopg.connect(migrated) as other, psycopg.connect(migrated, autocommit=True) as looking:
        other.execute("SET deadlock_timeout = '1h'")
        row = "SELECT FROM glyphwatch.summary WHERE lookalike = %s FOR UPDATE"
        other.execute(row, ("xn--pple-43d.com",))
        writing = threading.Thread(target=sink.write, args=(stretch(found, 4, 8),))
        writing.start()
        until_somebody_waits(looking)
        other.execute(row, ("evil.example",))  # the sink has it
        other.commit()
    writing.join()
    assert watch.reasons == {"conflict": 1}
    assert counted(migrated) == 8
    sink.close()


def test_a_serialization_failure_is_tried_again(
    migrated: str, found: list[Detection], watch: Watch
) -> None:
    with altered(migrated, "default_transaction_isolation", "serializable"):
        sink = PostgresSink(migrated, observer=watch)
        sink.write(stretch(found, 0, 4))
        with psycopg.connect(migrated) as other, psycopg.connect(migrated, autocommit=True) as look:
            other.execute("UPDATE glyphwatch.summary SET records = records")
            writing = threading.Thread(target=sink.write, args=(stretch(found, 4, 8),))
            writing.start()
            while look.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() == (
                0,
            ):
                pass
            other.commit()
        writing.join()
        sink.close()
    assert watch.reasons["conflict"] >= 1
    assert counted(migrated) == 8


def test_a_row_that_somebody_holds_too_long_is_unavailable(
    migrated: str, found: list[Detection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgres_session.SETTINGS, "lock_timeout", "100ms")
    sink = PostgresSink(migrated)
    sink.write(stretch(found, 0, 4))
    with psycopg.connect(migrated) as other:
        other.execute("SELECT FROM glyphwatch.consumer_progress FOR UPDATE")
        with pytest.raises(SinkUnavailable, match="lock timeout") as refused:
            sink.write(stretch(found, 4, 8))
        assert refused.value.retry_after is not None
    sink.write(stretch(found, 4, 8))
    assert counted(migrated) == 8
    sink.close()


def test_two_workers_with_the_same_partition_count_it_once(
    migrated: str, found: list[Detection]
) -> None:
    """As while one does not know yet that the other has it; from the very first batch on."""
    failed: list[BaseException] = []
    ready = threading.Barrier(3)

    def work() -> None:
        sink = PostgresSink(migrated)
        ready.wait()
        try:
            for begin in range(0, 400, 20):
                sink.write(stretch(found, begin, begin + 20))
        except BaseException as error:  # noqa: BLE001 - shown below
            failed.append(error)
        finally:
            sink.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert not failed
    assert counted(migrated) == 400

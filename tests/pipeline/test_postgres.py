"""The Postgres sink under faults of the real server. What it counts is in test_summary_sinks.py."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from detector.detection import Detection
from infra.stack import PostgresServer
from pipeline import postgres_session
from pipeline.counts import Counts
from pipeline.errors import SinkUnavailable, UsageError
from pipeline.postgres import PostgresSink, clean
from pipeline.sinks import Batch, Partition, Progress, StoredProgress
from pipeline.stream.observing import Observer
from tests.servers import restored

DNS = Partition("g", 0, "c", "dns", "t", 0)


class Watch(Observer):
    """Counts retries."""

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()

    def retried(self, sink: str, reason: str) -> None:
        assert sink == "postgres"
        self.reasons[reason] += 1


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


def stretch(found: list[Detection], begin: int, end: int, number: int = 0) -> Batch:
    part = DNS._replace(number=number)
    detections = [
        found[n % 4].with_record(source=f"dns/0/{n}", coordinates=f"{part.source}:{n}", count=1)
        for n in range(begin, end)
    ]
    counts = Counts()
    return Batch(
        detections,
        Progress(part.source, "", "", "", end, "", counts, finished=False, partition=part),
    )


def asked(conninfo: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(conninfo, autocommit=True) as session:
        return session.execute(query.encode()).fetchall()


def counted(conninfo: str) -> object:
    ((records,),) = asked(conninfo, "SELECT coalesce(sum(records), 0) FROM glyphwatch.summary")
    return records


@contextmanager
def altered(conninfo: str, setting: str, value: str) -> Iterator[None]:
    """Give every new session of a database a setting."""
    with psycopg.connect(conninfo, autocommit=True) as session:
        name = sql.Identifier(session.info.dbname)
        change = sql.SQL("ALTER DATABASE {} SET {} = {}")
        session.execute(change.format(name, sql.Identifier(setting), value))
        yield
        session.execute("SET default_transaction_read_only = off")
        session.execute(sql.SQL("ALTER DATABASE {} RESET ALL").format(name))


def until_somebody_waits(session: psycopg.Connection) -> None:
    """Wait for a session that waits for a lock."""
    for _ in range(10_000):
        if session.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (0,):
            return
        time.sleep(0.005)
    pytest.fail("nobody waits for a lock")


TERMINATE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'glyphwatch' AND datname = current_database()
"""


def test_a_session_that_the_server_ended_is_made_anew(
    write: Callable[[int, int], None], sink: PostgresSink, migrated: str, watch: Watch
) -> None:
    write(0, 10)
    sink.read_progress("g", 0, "c", "dns", [0])
    assert asked(migrated, TERMINATE) == [(True,), (True,)]
    write(10, 20)
    assert sink.read_progress("g", 0, "c", "dns", [0]) == {0: StoredProgress(20, "t")}
    assert counted(migrated) == 20
    assert watch.reasons == {"reconnected": 1}


def test_a_server_that_is_killed_is_unavailable_and_then_back(
    write: Callable[[int, int], None], migrated: str, postgres: PostgresServer
) -> None:
    write(0, 10)
    with restored(postgres):
        postgres.kill()
        waits = []
        for _ in range(6):
            with pytest.raises(SinkUnavailable) as away:
                write(10, 20)
            assert away.value.retry_after is not None
            waits.append(away.value.retry_after)
        assert max(waits) <= 20
    write(10, 20)
    assert counted(migrated) == 20


def test_a_server_that_does_not_answer_is_unavailable(
    migrated: str,
    found: list[Detection],
    postgres: PostgresServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(postgres_session.DEFAULTS, "connect_timeout", 2)
    sink = PostgresSink(migrated)
    sink._writing._longest = 0.5
    sink.write(stretch(found, 0, 10))
    with restored(postgres):
        postgres.pause()
        with pytest.raises(SinkUnavailable) as away:
            sink.write(stretch(found, 10, 20))
        assert away.value.retry_after is not None
    sink._writing._longest = 15
    sink.write(stretch(found, 10, 20))
    assert counted(migrated) == 20
    sink.close()


def test_closing_ends_what_waits_for_an_answer(
    write: Callable[[int, int], None], sink: PostgresSink, postgres: PostgresServer
) -> None:
    write(0, 10)
    ended: list[SinkUnavailable] = []

    def wait() -> None:
        try:
            write(10, 20)
        except SinkUnavailable as unavailable:
            ended.append(unavailable)

    with restored(postgres):
        postgres.pause()
        waiting = threading.Thread(target=wait)
        waiting.start()
        while not sink._writing._lock.locked():
            time.sleep(0.01)
        sink.close()
        waiting.join(60)
    assert len(ended) == 1


def test_a_commit_that_was_not_answered_is_not_counted_twice(
    write: Callable[[int, int], None],
    migrated: str,
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The connection is lost after the commit, before whoever asked for it hears so."""
    write(0, 10)
    transaction = psycopg.Connection.transaction
    lost: list[object] = []

    @contextmanager
    def unanswered(connection: psycopg.Connection) -> Iterator[None]:
        with transaction(connection):
            yield
        if not lost:
            lost.append(counted(migrated))
            connection.close()
            message = "server closed the connection unexpectedly"
            raise psycopg.OperationalError(message)

    monkeypatch.setattr(psycopg.Connection, "transaction", unanswered)
    write(10, 20)
    assert lost == [20]
    assert watch.reasons == {"reconnected": 1}
    assert counted(migrated) == 20


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


def test_a_deadlock_is_tried_again(
    write: Callable[[int, int], None], migrated: str, watch: Watch
) -> None:
    """Another session holds what comes last, and then asks for what the sink holds by then."""
    write(0, 4)
    with psycopg.connect(migrated) as other, psycopg.connect(migrated, autocommit=True) as looking:
        other.execute("SET deadlock_timeout = '1h'")  # so that the sink is the one that gives way
        row = "SELECT FROM glyphwatch.summary WHERE lookalike = %s FOR UPDATE"
        other.execute(row, ("xn--pple-43d.com",))
        writing = threading.Thread(target=write, args=(4, 8))
        writing.start()
        until_somebody_waits(looking)
        other.execute(row, ("evil.example",))  # the sink has it
        other.commit()
    writing.join()
    assert watch.reasons == {"conflict": 1}
    assert counted(migrated) == 8


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


def test_a_server_that_only_reads_is_unavailable(
    write: Callable[[int, int], None], migrated: str, sink: PostgresSink
) -> None:
    write(0, 4)
    with altered(migrated, "default_transaction_read_only", "on"):
        asked_before = asked(migrated, TERMINATE)  # a failover ends the sessions
        assert asked_before
        with pytest.raises(SinkUnavailable, match="read-only") as refused:
            write(4, 8)
        assert refused.value.retry_after is not None
    write(4, 8)
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


def test_alerts_are_given_to_one_process_at_a_time(
    write: Callable[[int, int], None], sink: PostgresSink, migrated: str
) -> None:
    write(0, 4)
    other = PostgresSink(migrated)
    first = sink.outbox_pending(3)
    assert len(first) == 3
    assert [each.lookalike for each in other.outbox_pending(10)] == ["xn--pple-43d.com"]
    assert sink.outbox_pending(10) == first
    with psycopg.connect(migrated) as session:  # the other one died a while ago
        session.execute("UPDATE glyphwatch.domains SET claimed_until = now() - interval '1 s'")
    assert len(sink.outbox_pending(10)) == 4
    other.close()


def test_a_database_without_our_tables_is_told(database: str, found: list[Detection]) -> None:
    sink = PostgresSink(database)
    with pytest.raises(UsageError, match="glyphwatch db migrate"):
        sink.write(stretch(found, 0, 4))
    sink.close()
    with pytest.raises(SinkUnavailable, match="closed"):
        sink.write(stretch(found, 0, 4))


def test_what_cannot_be_reached_or_read_is_told_without_secrets(found: list[Detection]) -> None:
    for conninfo, kind in (
        ("postgresql://me:geheim@127.0.0.1:1/x", SinkUnavailable),
        ("hots=127.0.0.1 password=geheim", UsageError),
    ):
        sink = PostgresSink(conninfo)
        with pytest.raises(kind) as error:
            sink.write(stretch(found, 0, 4))
        assert "geheim" not in str(error.value)
        sink.close()


def test_a_batch_of_no_partition_is_refused(sink: PostgresSink, found: list[Detection]) -> None:
    with pytest.raises(ValueError, match="of none"):
        sink.write(Batch(found, None))


@pytest.mark.parametrize(
    ("text", "kept"),
    [("paypal.com", "paypal.com"), ("müller", "müller"), ("a\0b\ud800", "a\\x00b\\ud800")],
)
def test_what_postgres_cannot_hold_is_escaped(text: str, kept: str) -> None:
    assert clean(text) == kept

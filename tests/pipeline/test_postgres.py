"""The Postgres sink under faults of the real server. What it counts is in test_summary_sinks.py."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from detector.detection import Detection
from infra.stack import PostgresServer
from pipeline import postgres_session
from pipeline.errors import SinkUnavailable, UsageError
from pipeline.postgres import PostgresSink, clean
from pipeline.sinks import Batch, StoredProgress
from tests.pipeline.partitions import Watch, altered, asked, counted, stretch
from tests.servers import restored


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

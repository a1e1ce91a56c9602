"""Migrations, roles and views, on a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import errors, sql

from detector.detection import Detection
from infra.stack import PostgresServer
from pipeline.counts import Counts
from pipeline.database import migrate_postgres, postgres_state
from pipeline.errors import UsageError
from pipeline.postgres import PostgresSink
from pipeline.postgres_migrations import migrations
from pipeline.sinks import Batch, Partition, Progress

TABLES = {"runs", "consumer_progress", "summary", "domains", "migrations"}
VIEWS = {"current_runs", "lookalikes", "new_lookalikes", "brands", "industries", "days", "progress"}


@contextmanager
def session_of(conninfo: str, role: str) -> Iterator[psycopg.Connection]:
    """A session with the rights of a role alone."""
    with psycopg.connect(conninfo, autocommit=True) as session:
        session.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        yield session


def write(conninfo: str, detections: list[Detection], partition: Partition) -> None:
    sink = PostgresSink(conninfo)
    end = len(detections)
    seen = [
        each.with_record(
            source=f"x/{n}",
            coordinates=f"{partition.source}:{n}",
            count=10 * (n + 1),
            time_first=each.time_first,
            time_last=each.time_last,
        )
        for n, each in enumerate(detections)
    ]
    counts = Counts()
    progress = Progress(
        partition.source, "", "", "", end, "", counts, finished=False, partition=partition
    )
    sink.write(Batch(seen, progress))
    sink.close()


# Migrations


def test_migrations_are_numbered_from_one_without_a_gap() -> None:
    assert [each.number for each in migrations()] == list(range(1, len(migrations()) + 1))


def test_each_migration_is_applied_once(database: str) -> None:
    names = [each.name for each in migrations()]
    assert migrate_postgres(database) == names
    assert migrate_postgres(database) == []
    with psycopg.connect(database) as session:
        ledger = session.execute("SELECT number, name FROM glyphwatch.migrations ORDER BY number")
        assert ledger.fetchall() == list(enumerate(names, 1))


def test_several_at_once_apply_each_once(database: str) -> None:
    applied: list[list[str]] = []
    workers = [
        threading.Thread(target=lambda: applied.append(migrate_postgres(database)))
        for _ in range(4)
    ]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sorted(map(len, applied)) == [0, 0, 0, len(migrations())]


def test_a_migration_that_was_changed_afterwards_is_told(migrated: str) -> None:
    with psycopg.connect(migrated) as session:
        session.execute("UPDATE glyphwatch.migrations SET checksum = 'other' WHERE number = 2")
    for action in (migrate_postgres, postgres_state):
        with pytest.raises(UsageError, match=r"0002_summary\.sql was changed"):
            action(migrated)


def test_a_newer_database_will_do(migrated: str, found: list[Detection]) -> None:
    """Migrations only add, so workers of this release go on while the next one comes in."""
    with psycopg.connect(migrated) as session:
        session.execute("INSERT INTO glyphwatch.migrations VALUES (9999, '9999_more.sql', 'x')")
    write(migrated, found, Partition("g", 0, "c", "dns", "", 0))
    assert postgres_state(migrated).problems == []


def test_one_that_fails_leaves_nothing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [*migrations(), migrations()[0]._replace(number=9, statements="SELECT 1 / 0")]
    monkeypatch.setattr("pipeline.postgres_migrations.migrations", lambda: broken)
    with pytest.raises(Exception, match="division by zero"):
        migrate_postgres(database)
    with psycopg.connect(database) as session:
        query = "SELECT count(*) FROM pg_namespace WHERE nspname = 'glyphwatch'"
        assert session.execute(query).fetchone() == (0,)


def test_a_topic_that_two_groups_count_is_told(migrated: str, found: list[Detection]) -> None:
    partition = Partition("a", 0, "c", "dns", "t", 0)
    for group in ("a", "b"):
        write(migrated, found, partition._replace(group=group))
    state = postgres_state(migrated)
    assert len(state.notes) == 2
    (problem,) = state.problems
    assert "topic dns is counted by the groups a, b" in problem
    with psycopg.connect(migrated) as session:
        session.execute("UPDATE glyphwatch.runs SET shown = false WHERE consumer_group = 'a'")
    assert postgres_state(migrated).problems == []


# Roles


def test_everything_is_the_owners_and_nothing_the_publics(migrated: str) -> None:
    with psycopg.connect(migrated) as session:
        owned = session.execute(
            """
            SELECT relname, relowner::regrole::text, relacl::text FROM pg_class
            WHERE relnamespace = 'glyphwatch'::regnamespace AND relkind IN ('r', 'v')
            """
        ).fetchall()
        assert {name for name, _, _ in owned} == TABLES | VIEWS
        assert {owner for _, owner, _ in owned} == {"glyphwatch_owner"}
        assert not [acl for _, _, acl in owned if acl and ("{=" in acl or ",=" in acl)]
        query = "SELECT has_schema_privilege('public', 'glyphwatch', %s)"
        for right in ("USAGE", "CREATE"):
            assert session.execute(query, (right,)).fetchone() == (False,)


def rights(conninfo: str, role: str) -> dict[str, set[str]]:
    """What a role may do with each table and view."""
    found: dict[str, set[str]] = {}
    with psycopg.connect(conninfo) as session:
        for name in TABLES | VIEWS:
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER"):
                query = "SELECT has_table_privilege(%s, %s, %s)"
                row = session.execute(query, (role, f"glyphwatch.{name}", right)).fetchone()
                if row == (True,):
                    found.setdefault(name, set()).add(right)
    return found


def test_a_reader_sees_the_views_and_no_table(migrated: str) -> None:
    assert rights(migrated, "glyphwatch_reader") == {view: {"SELECT"} for view in VIEWS}
    with session_of(migrated, "glyphwatch_reader") as session:
        assert session.execute("SELECT * FROM glyphwatch.lookalikes").fetchall() == []
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute("SELECT * FROM glyphwatch.summary")


def test_a_writer_writes_and_removes_nothing(migrated: str, found: list[Detection]) -> None:
    may = rights(migrated, "glyphwatch_writer")
    assert may == {
        "migrations": {"SELECT"},
        "runs": {"SELECT", "INSERT"},
        **{
            name: {"SELECT", "INSERT", "UPDATE"}
            for name in ("consumer_progress", "summary", "domains")
        },
        "current_runs": {"SELECT"},
        "progress": {"SELECT"},
    }
    partition = Partition("g", 0, "c", "dns", "", 0)
    conninfo = f"{migrated}?options=-crole%3Dglyphwatch_writer"
    with psycopg.connect(conninfo) as session:
        assert session.execute("SELECT current_user").fetchone() == ("glyphwatch_writer",)
    write(conninfo, found, partition)
    sink = PostgresSink(conninfo)
    assert sink.read_progress("g", 0, "c", "dns", [0])[0].offset == 4
    sink.outbox_sent([each.id for each in sink.outbox_pending(9)])
    assert sink.outbox_pending(9) == []
    sink.close()
    assert postgres_state(conninfo).problems == []


@pytest.mark.parametrize("role", ["NOCREATEROLE", "CREATEROLE"])
def test_who_is_no_superuser_can_migrate_too(
    postgres: PostgresServer, database: str, unique: str, role: str
) -> None:
    """With the three roles made by an administrator, or, if there are none yet, without."""
    migrate_postgres(postgres.create_database(f"{unique}_first"))  # so there are
    with psycopg.connect(database, autocommit=True) as session:
        name = sql.Identifier(f"m{unique}")
        session.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'x' {} IN ROLE glyphwatch_owner").format(
                name, sql.SQL("NOCREATEROLE" if role == "NOCREATEROLE" else "CREATEROLE")
            )
        )
        change = "ALTER DATABASE {} OWNER TO {}"
        session.execute(sql.SQL(change).format(sql.Identifier(unique), name))
        host, port = session.info.host, session.info.port
    conninfo = f"host={host} port={port} dbname={unique} user=m{unique} password=x"
    assert len(migrate_postgres(conninfo)) == len(migrations())
    with psycopg.connect(conninfo) as session:
        query = "SELECT has_database_privilege('glyphwatch_owner', current_database(), 'CREATE')"
        assert session.execute(query).fetchone() == (False,)


# Views


def test_views_answer_what_people_ask(migrated: str, found: list[Detection]) -> None:
    day = 1_763_700_000  # 2025-11-21 04:40 UTC
    times = (day, day + 86_400, None, day)
    dated = [
        each._replace(time_first=time, time_last=time)
        for each, time in zip(found, times, strict=True)
    ]
    write(migrated, dated, Partition("g", 0, "c", "dns", "", 0))
    with session_of(migrated, "glyphwatch_reader") as session:
        session.execute("SET TimeZone = 'Pacific/Auckland'")  # days are UTC's all the same
        brands = session.execute(
            "SELECT brand, lookalikes, resolutions FROM glyphwatch.brands ORDER BY brand"
        ).fetchall()
        assert brands == [("Apple", 2, 60), ("Microsoft", 1, 30), ("PayPal", 1, 10)]
        industries = session.execute(
            "SELECT industry, brands, lookalikes FROM glyphwatch.industries ORDER BY industry"
        ).fetchall()
        assert industries == [
            ("consumer-electronics", 1, 2),
            ("payments", 1, 1),
            ("software", 1, 1),
        ]
        days = session.execute(
            "SELECT day::text, brand, lookalikes FROM glyphwatch.days"
            " WHERE day < '2026-01-01' ORDER BY day, brand"
        ).fetchall()
        assert days == [
            ("2025-11-21", "Apple", 1),
            ("2025-11-21", "PayPal", 1),
            ("2025-11-22", "Apple", 1),
        ]
        new = "SELECT count(*) FROM glyphwatch.new_lookalikes"
        assert session.execute(new).fetchone() == (4,)
    with psycopg.connect(migrated) as session:
        session.execute("UPDATE glyphwatch.domains SET found = found - interval '2 days'")
        assert session.execute(new).fetchone() == (0,)

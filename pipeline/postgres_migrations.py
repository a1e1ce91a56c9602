"""Migrations: numbered SQL files in, the tables, views and roles of Postgres out.

Each is applied once, in order, all that are missing in one transaction; a lock keeps two from doing
it at once. The ledger holds a digest of each, so that a file which was changed afterwards is told.
They only add, so the release before goes on working while its successor is brought in.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from psycopg import Connection

LOCK: Final = 0x676C7977
"""Key of the advisory lock: ``glyw``."""

_BEGIN: Final = """
CREATE SCHEMA IF NOT EXISTS glyphwatch;
CREATE TABLE IF NOT EXISTS glyphwatch.migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied timestamptz NOT NULL DEFAULT now()
)
"""

_APPLIED: Final = (
    "SELECT number, name, checksum, applied FROM glyphwatch.migrations ORDER BY number"
)
_THERE: Final = "SELECT pg_catalog.to_regclass('glyphwatch.migrations') IS NOT NULL"


class Migration(NamedTuple):
    """One step of the schema."""

    number: int
    """Its place."""

    name: str
    """Name of its file."""

    statements: str
    """What it does, in SQL."""

    @property
    def checksum(self) -> str:
        """Digest of what it does."""
        return hashlib.sha256(self.statements.encode("utf-8")).hexdigest()


class Applied(NamedTuple):
    """A line of the ledger."""

    number: int
    """The migration's place."""

    name: str
    """Name of its file."""

    checksum: str
    """Digest of what it did."""

    applied: datetime
    """When."""


def migrations() -> list[Migration]:
    """Give those of this release, in order."""
    files = resources.files("pipeline").joinpath("migrations").iterdir()
    return sorted(
        Migration(int(file.name[:4]), file.name, file.read_text(encoding="utf-8"))
        for file in files
        if file.name.endswith(".sql")
    )


def applied(connection: Connection) -> list[Applied]:
    """Give those that the database has, in order.

    Raises:
        psycopg.Error: the ledger cannot be read.
    """
    found = connection.execute(_THERE).fetchone()
    if found is None or not found[0]:
        return []
    return [Applied(*row) for row in connection.execute(_APPLIED)]


def missing(connection: Connection) -> list[Migration]:
    """Give those that the database lacks, in order.

    Raises:
        UsageError: one that it has is not what this release knows by that number.
        psycopg.Error: the ledger cannot be read.
    """
    ours = {each.number: each for each in migrations()}
    there = applied(connection)
    for each in there:
        known = ours.get(each.number)
        if known is not None and known.checksum != each.checksum:
            msg = (
                f"Postgres: migration {each.name} was changed after it was applied: "
                f"the database has {each.checksum[:12]}, this release {known.checksum[:12]}"
            )
            raise UsageError(msg)
    numbers = {each.number for each in there}
    return [each for number, each in ours.items() if number not in numbers]


def migrate(connection: Connection) -> list[Migration]:
    """Apply those that are missing, all or none; call it in a transaction. Gives what it applied.

    Raises:
        UsageError: as `missing`.
        psycopg.Error: one failed.
    """
    connection.execute("SET LOCAL statement_timeout = 0")
    connection.execute("SELECT pg_catalog.pg_advisory_xact_lock(%s)", (LOCK,))
    wanted = missing(connection)
    if wanted and not applied(connection):
        connection.execute(_BEGIN)
    for each in wanted:
        connection.execute(each.statements.encode("utf-8"))
        connection.execute("RESET ROLE")
        connection.execute(
            "INSERT INTO glyphwatch.migrations (number, name, checksum) VALUES (%s, %s, %s)",
            (each.number, each.name, each.checksum),
        )
    return wanted


def check(connection: Connection) -> None:
    """Refuse a database that lacks something of this release.

    Raises:
        UsageError: it does.
        psycopg.Error: the ledger cannot be read.
    """
    wanted = missing(connection)
    if wanted:
        msg = f"Postgres: the database lacks {wanted[0].name}; `glyphwatch db migrate` applies it"
        raise UsageError(msg)

"""Databases of a stream: made, brought to this release, and looked at, for ``glyphwatch db``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.dynamo_table import DynamoTable
from pipeline.postgres_migrations import migrate, missing
from pipeline.postgres_session import Session

if TYPE_CHECKING:
    from psycopg import Connection

    from pipeline.dynamo_client import DynamoPlace

_RUNS: Final = """
SELECT r.cluster, r.consumer_group, r.epoch, count(p.number)
FROM glyphwatch.current_runs AS r
LEFT JOIN glyphwatch.progress AS p USING (cluster, consumer_group, epoch)
GROUP BY 1, 2, 3 ORDER BY 1, 2
"""

_TWICE: Final = """
SELECT p.topic, pg_catalog.array_agg(DISTINCT p.consumer_group ORDER BY p.consumer_group)
FROM glyphwatch.current_runs AS r
JOIN glyphwatch.progress AS p USING (cluster, consumer_group, epoch)
GROUP BY p.cluster, p.topic, p.topic_id HAVING count(DISTINCT p.consumer_group) > 1 ORDER BY 1
"""


class State(NamedTuple):
    """What is the matter with one part."""

    part: str
    """``postgres`` or ``dynamodb``."""

    problems: list[str]
    """What is not as it should be, a sentence each: a stream would not run, or not as meant."""

    notes: list[str]
    """What else there is to say."""


def migrate_postgres(conninfo: str) -> list[str]:
    """Apply the migrations that are missing; gives their names.

    Raises:
        SinkUnavailable: Postgres cannot be reached, or refuses.
        UsageError: one was changed after it was applied; or the connection string cannot be read.
    """
    session = Session(lambda: conninfo, longest=None)
    try:
        return [each.name for each in session.run(migrate)]
    finally:
        session.close()


def postgres_state(conninfo: str) -> State:
    """Look at the summary's database.

    Raises:
        SinkUnavailable: Postgres cannot be reached, or refuses.
        UsageError: a migration was changed after it was applied; or the connection string cannot
            be read.
    """
    session = Session(lambda: conninfo)
    try:
        return session.run(_look)
    finally:
        session.close()


def _look(connection: Connection) -> State:
    wanted = missing(connection)
    if wanted:
        names = ", ".join(each.name for each in wanted)
        return State("postgres", [f"it lacks {names}; `glyphwatch db migrate` applies them"], [])
    notes = [
        f"group {group} on cluster {cluster}, run {epoch}: {partitions} partitions counted"
        for cluster, group, epoch, partitions in connection.execute(_RUNS)
    ]
    twice = [
        f"topic {topic} is counted by the groups {', '.join(groups)}: the views count it"
        " with each; in glyphwatch.runs, shown is to be false for those that are over"
        for topic, groups in connection.execute(_TWICE)
    ]
    return State("postgres", twice, notes)


def create_table(place: DynamoPlace) -> bool:
    """Make the table of details; gives whether it was not there.

    Raises:
        SinkUnavailable: DynamoDB cannot be reached, or refuses.
    """
    table = DynamoTable(place)
    try:
        return table.create()
    finally:
        table.close()


def dynamodb_state(place: DynamoPlace) -> State:
    """Look at the table of details.

    Raises:
        SinkUnavailable: DynamoDB cannot be reached, or refuses.
    """
    table = DynamoTable(place)
    try:
        return State("dynamodb", table.problems(), [f"table {place.table}"])
    finally:
        table.close()

"""Sessions: one connection to Postgres that comes back by itself, and what its errors mean."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from time import sleep
from typing import TYPE_CHECKING, Final, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline.backoff import Backoff
from pipeline.errors import SinkUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg import Connection
    from psycopg.abc import ConnParam

T = TypeVar("T")

CONFLICTS: Final = frozenset({"40001", "40P01"})
"""SQLSTATEs of a serialization failure and a deadlock: the same again will do."""

MOST_CONFLICTS: Final = 10
"""Conflicts in a row after which a transaction is given up."""

LONGEST: Final = 15.0
"""Seconds that a transaction may take. The server's own limits come first, if it is awake."""

DEFAULTS: Final[dict[str, ConnParam]] = {
    "application_name": "glyphwatch",
    "client_encoding": "UTF8",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "target_session_attrs": "read-write",
}
"""What a connection string leaves open. Times in seconds, but the last in milliseconds."""

SETTINGS: Final = {
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "synchronous_commit": "on",
    "search_path": "pg_catalog, pg_temp",  # so every name of ours says its schema
    "TimeZone": "UTC",
}
"""Of every session, whatever the role or the database has."""

_SET: Final = """
SELECT pg_catalog.set_config(name, value, false)
FROM unnest(%s::text[], %s::text[]) AS settings (name, value)
"""


class Session:
    """A connection that is made when it is needed. Threads may share it, and wait for each other.

    Everything that is run may be run again: it must change nothing the second time.
    """

    def __init__(
        self,
        conninfo: Callable[[], str],
        *,
        retried: Callable[[str], None] = lambda _: None,
        prepare: Callable[[Connection], None] = lambda _: None,
        longest: float | None = LONGEST,
    ) -> None:
        """Remember how to connect.

        Args:
            conninfo: gives libpq's connection string or URL; asked each time, so that a secret may
                change.
            retried: is told why something is run again, by a stable code.
            prepare: is given each new connection.
            longest: seconds that a transaction may take; None for any.
        """
        self._conninfo = conninfo
        self._retried = retried
        self._prepare = prepare
        self._longest = longest
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._backoff = Backoff(first=0.5)
        self._closed = False

    def run(self, work: Callable[[Connection], T]) -> T:
        """Do work in a transaction, from its beginning again if that will do.

        Raises:
            SinkUnavailable: nothing of it was done.
            UsageError: the connection string cannot be used.
        """
        with self._lock:
            is_fresh = self._connection is None
            conflicts = 0
            pause = Backoff(first=0.01)
            while True:
                try:
                    connection = self._open()
                    with self._bounded(connection), connection.transaction():
                        result = work(connection)
                except psycopg.Error as error:
                    if error.sqlstate in CONFLICTS and conflicts < MOST_CONFLICTS:
                        conflicts += 1
                        self._retried("conflict")
                        sleep(pause.next())
                        continue
                    if is_lost(error) and not is_fresh and not self._closed:
                        # What the server ended while nobody looked, it may take up at once. If it
                        # was the commit that was not answered, doing it again changes nothing.
                        is_fresh = True
                        self._drop()
                        self._retried("reconnected")
                        continue
                    self._drop()
                    raise self._unavailable(error) from error
                self._backoff.reset()
                return result

    @contextmanager
    def _bounded(self, connection: Connection) -> Iterator[None]:
        """Close a connection that does not answer: psycopg would wait for ever.

        What then waits for it gets an OperationalError within psycopg's 0.1 seconds.
        """
        if self._longest is None:
            yield
            return
        timer = threading.Timer(self._longest, connection.close)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _open(self) -> Connection:
        if self._connection is None or self._connection.closed:
            if self._closed:
                msg = "Postgres: the session is closed"
                raise SinkUnavailable(msg)
            connection = psycopg.connect(self._parameters(), autocommit=True)
            try:
                connection.execute(_SET, (list(SETTINGS), list(SETTINGS.values())))
                self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _parameters(self) -> str:
        try:
            said = conninfo_to_dict(self._conninfo())
        except psycopg.ProgrammingError:
            msg = "Postgres: the connection string is none that libpq can read"
            raise UsageError(msg) from None  # the error quotes it, with its password
        return make_conninfo("", **(DEFAULTS | said))

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def _unavailable(self, error: psycopg.Error) -> SinkUnavailable:
        state = error.sqlstate or ""
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        text = f"Postgres: {'; '.join(lines) or type(error).__name__}"
        if state in {"42P01", "3F000"}:
            text += "; `glyphwatch db migrate` makes the tables"
        passes = is_lost(error) or state[:2] in {"25", "40", "53", "55", "57", "58"}
        return SinkUnavailable(text, retry_after=self._backoff.next() if passes else None)

    def close(self) -> None:
        """Close the connection, also under whoever is using it: that ends with SinkUnavailable."""
        self._closed = True
        connection = self._connection
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()


def is_lost(error: psycopg.Error) -> bool:
    """Say whether the connection is gone, or could not be made.

    Class 08, and of class 57 what a server says that goes down, comes up, or ends a session; libpq
    gives no SQLSTATE where it is libpq that noticed.
    """
    state = error.sqlstate
    if state is None:
        return isinstance(error, psycopg.OperationalError)
    return state.startswith("08") or state in {"57P01", "57P02", "57P03", "57P05", "25P03"}

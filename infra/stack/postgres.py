"""Postgres: the system's own PostgreSQL, with a cluster of databases made for the occasion."""

from __future__ import annotations

import os
import pwd
import re
import secrets
import shutil
import signal
from pathlib import Path
from typing import ClassVar

from infra.stack.errors import Missing, StackError
from infra.stack.ports import LOOPBACK, answers
from infra.stack.server import Server, run

SUPERUSER = "glyphwatch"

SETTINGS = {
    # Nothing here must outlive the machine, and a killed process loses nothing that it has written:
    # only a power cut would, and only that is what these leave out.
    "fsync": "off",
    "full_page_writes": "off",
    # In its folder, so that a killed one leaves none behind in /dev/shm.
    "dynamic_shared_memory_type": "mmap",
    "unix_socket_directories": "",
}


class PostgresServer(Server):
    """PostgreSQL on loopback; `conninfo` names a database of it."""

    name: ClassVar[str] = "postgres"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT
    """Fast shutdown: sessions are ended, everything is written."""

    def __init__(self) -> None:
        super().__init__()
        self.password = secrets.token_urlsafe(12)
        """The superuser's."""
        self.account = unprivileged_account()

    @property
    def release(self) -> str:
        """The release that is installed: ``15.18``."""
        said = run([str(programs() / "postgres"), "--version"])
        return said.partition("(PostgreSQL) ")[2].split()[0]

    @property
    def environment(self) -> dict[str, str]:
        """See `Server.environment`."""
        return {"GLYPHWATCH_POSTGRES": self.conninfo()}

    def conninfo(self, database: str = "postgres") -> str:
        """How to reach a database of it as the superuser, as libpq takes it."""
        return f"postgresql://{SUPERUSER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def create_database(self, database: str) -> str:
        """Make an empty database; returns its `conninfo`."""
        if not re.fullmatch(r"[a-z0-9_]{1,63}", database):
            msg = f"{database!r} is not a name for a database here: use a-z, 0-9 and _"
            raise StackError(msg)
        statement = f'CREATE DATABASE "{database}"'
        psql = str(programs() / "psql")
        run([psql, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, self.conninfo()])
        return self.conninfo(database)

    def prepare(self) -> None:
        """Make the cluster: UTF-8, sorted by code point, and no way in without the password."""
        data = self.folder / "data"
        secret = self.folder / "password"
        secret.write_text(self.password, encoding="ascii")
        if self.account != "-":
            self.folder.chmod(0o711)
            data.mkdir()
            for path in (data, secret):
                shutil.chown(path, self.account, self.account)
        run(
            [
                *(str(programs() / "initdb"), "--pgdata", str(data), "--no-sync"),
                *("--encoding", "UTF8", "--locale", "C", "--username", SUPERUSER),
                *("--auth", "scram-sha-256", "--pwfile", str(secret)),
            ],
            account=self.account,
        )

    def command(self) -> list[str]:
        """See `Server.command`."""
        settings = {**SETTINGS, "listen_addresses": LOOPBACK, "port": str(self.port)}
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        return [str(programs() / "postgres"), "-D", str(self.folder / "data"), *options]

    def ready(self, said: str) -> bool:
        """See `Server.ready`."""
        return "database system is ready to accept connections" in said and answers(self.port)


def unprivileged_account() -> str:
    """Who runs it: PostgreSQL refuses root, so the account that its package made, or nobody."""
    if os.geteuid() != 0:
        return "-"
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"


def programs() -> Path:
    """The folder of the system's newest PostgreSQL server programs.

    Raises:
        Missing: there is none.
    """
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(debian, key=lambda path: int(path.parent.parent.name))
    found = newest[-1] if newest else shutil.which("initdb")
    if found is None:
        msg = "PostgreSQL's server is missing (Debian and Ubuntu: apt-get install postgresql)"
        raise Missing(msg)
    return Path(found).resolve().parent

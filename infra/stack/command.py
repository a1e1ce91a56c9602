"""Command: what a developer does with the servers by hand (``python -m infra.stack``)."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from infra.stack.dynamodb import DynamoServer
from infra.stack.errors import StackError
from infra.stack.jars import SETS, check_jars, class_path, jars_folder, pin
from infra.stack.kafka import KafkaServer
from infra.stack.postgres import PostgresServer, programs
from infra.stack.server import java_command
from infra.stack.versions import versions
from infra.stack.watch import running

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from infra.stack.server import Server

SERVERS: dict[str, type[Server]] = {
    each.name: each for each in (KafkaServer, DynamoServer, PostgresServer)
}

USAGE = """\
  up [SERVER...]        start servers (all, or some of kafka, dynamodb, postgres) and keep them
                        until Ctrl-C; with --detach, in the background until `down`
  down                  stop what `up` has started in this checkout, and remove its data
  env                   print the variables of what is up: eval "$(... env)"
  run [SERVER...] -- COMMAND
                        start servers, run the command with their variables, stop them
  check                 say what is missing, if anything is
  fetch                 fetch the jars that are missing, and check
  pin                   after a change of versions.toml: write jars.sha256 anew
"""


class Running(NamedTuple):
    """A stack that ``up`` keeps."""

    process: int
    """Process id of the ``up``."""

    environment: dict[str, str]
    """What its servers want clients to have in their environment."""


def state_file() -> Path:
    """Where ``up`` says what it runs, for this user alone: passwords are in it."""
    return jars_folder() / "running.json"


def found() -> Running | None:
    """The stack that ``up`` keeps, if its process is still there."""
    with suppress(OSError):
        state = Running(**json.loads(state_file().read_text(encoding="utf-8")))
        if running(state.process, "infra.stack"):
            return state
    return None


def started(names: Sequence[str], closing: ExitStack) -> dict[str, str]:
    """Start servers, side by side; returns the environment of their clients."""
    servers = [SERVERS[name]() for name in dict.fromkeys(names or SERVERS)]
    for server in servers:
        closing.callback(server.close)
    before = time.monotonic()
    with ThreadPoolExecutor() as starting:
        list(starting.map(lambda server: server.start(), servers))
    took = time.monotonic() - before
    say(f"up after {took:.1f} s: {', '.join(f'{each.name} {each.release}' for each in servers)}")
    for each in servers:
        wanted = versions()[each.name]
        if each.release.split(".")[: len(wanted.split("."))] != wanted.split("."):
            say(f"{each.name} {each.release} is what this system has; compose has {wanted}")
    return {key: value for each in servers for key, value in each.environment.items()}


def up(names: Sequence[str]) -> int:
    """Start servers and keep them until a signal."""
    if found():
        say("there is a stack already; `down` stops it")
        return 1
    with ExitStack() as closing:
        environment = started(names, closing)
        file = state_file()
        file.unlink(missing_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            json.dump(Running(os.getpid(), environment)._asdict(), out)
        closing.callback(file.unlink, missing_ok=True)
        print(exports(environment), flush=True)
        say("running; Ctrl-C stops it")
        with suppress(KeyboardInterrupt):
            while True:
                signal.pause()
    return 0


def detach(names: Sequence[str]) -> int:
    """Have another process do `up`, and return when it has."""
    log = jars_folder() / "up.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        other = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "infra.stack", "up", *names],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    while other.poll() is None:
        state = found()
        if state and state.process == other.pid:
            print(exports(state.environment))
            return 0
        time.sleep(0.1)
    say(log.read_text(encoding="utf-8"))
    return other.returncode or 1


def down() -> int:
    """End the stack that ``up`` keeps."""
    state = found()
    if state is None:
        say("nothing is up")
        return 0
    os.kill(state.process, signal.SIGTERM)
    while running(state.process, "infra.stack"):
        time.sleep(0.05)
    return 0


def run_command(names: Sequence[str], command: Sequence[str]) -> int:
    """Run a command beside servers of its own; returns its exit code."""
    with ExitStack() as closing:
        environment = {**os.environ, **started(names, closing)}
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


def env() -> int:
    """Print the variables of the stack that ``up`` keeps."""
    state = found()
    if state is None:
        say("nothing is up")
        return 1
    print(exports(state.environment))
    return 0


def check(*, fetching: bool) -> int:
    """Say what the servers would miss; jars that are missing are fetched if that is asked."""
    lacking = []
    for need in (
        programs,
        java_command,
        *(partial(class_path if fetching else check_jars, name) for name in SETS),
    ):
        try:
            need()
        except StackError as error:
            lacking.append(str(error))
            say(lacking[-1])
    return 1 if lacking else 0


def exports(environment: dict[str, str]) -> str:
    """Variables as a shell reads them.

    >>> exports({"A": "1 2"})
    "export A='1 2'"
    """
    return "\n".join(f"export {key}={shlex.quote(value)}" for key, value in environment.items())


def say(words: str) -> None:
    """Tell the person at the terminal."""
    print(f"stack: {words}", file=sys.stderr, flush=True)


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Let SIGTERM end the command as Ctrl-C does: servers are stopped on the way out."""
    raise KeyboardInterrupt


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m infra.stack",
        description="Real Kafka, DynamoDB Local and Postgres on loopback, with data in temporary"
        " folders.",
        epilog=USAGE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("action", choices=["up", "down", "env", "run", "check", "fetch", "pin"])
    made.add_argument("servers", nargs="*", metavar="SERVER", help=", ".join(SERVERS))
    made.add_argument("--detach", action="store_true", help="up: return when it is up")
    return made


def act(arguments: argparse.Namespace, command: Sequence[str]) -> int:
    """Do what the command line says."""
    match arguments.action:
        case "up":
            return (detach if arguments.detach else up)(arguments.servers)
        case "down":
            return down()
        case "env":
            return env()
        case "run":
            return run_command(arguments.servers, command)
        case "pin":
            pin()
            return 0
        case _:
            return check(fetching=arguments.action == "fetch")


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    given = list(sys.argv[1:] if words is None else words)
    cut = given.index("--") if "--" in given else len(given)
    arguments, command = parser().parse_intermixed_args(given[:cut]), given[cut + 1 :]
    unknown = sorted(set(arguments.servers) - set(SERVERS))
    if unknown:
        parser().error(f"no such server: {', '.join(unknown)}; there are {', '.join(SERVERS)}")
    if (arguments.action == "run") != bool(command):
        parser().error("`run`, and only `run`, takes a command after --")
    signal.signal(signal.SIGTERM, interrupt)
    try:
        return act(arguments, command)
    except StackError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130

"""F15: credentials that run out, are wrong or are changed, and names that nobody knows."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._scram import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from infra.stack import KafkaServer
from tests.faults.arena import Arena, Servers
from tests.faults.outcome import Case, Outcome, beyond, judged
from tests.faults.proxies import DynamoProxy, wait_for
from tests.faults.workers import Worker

SAID = 10.0
"""Seconds after which a worker must have said what is wrong."""

UNKNOWN = {
    "GLYPHWATCH_KAFKA": "broker.invalid:9092",
    "GLYPHWATCH_POSTGRES": "host=postgres.invalid dbname=glyphwatch",
    "AWS_ENDPOINT_URL_DYNAMODB": "http://dynamodb.invalid:8000",
}
"""Variables that say where a server is, and places that no resolver knows (RFC 6761)."""


def expired(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Credentials of DynamoDB run out for 8 s; the next ones come by themselves."""
    with Arena(servers, folder) as arena, DynamoProxy(servers.dynamo.port) as proxy:
        arena.endpoint = proxy.endpoint
        arena.produce(seed)
        arena.watch()
        worker = arena.worker(batch=200)
        arena.moves_within(60)
        proxy.trouble = "expired"
        left = arena.lag()
        time.sleep(8)
        troubled = proxy.calls["troubled"]
        proxy.trouble = ""
        took = arena.read_within(60)
        return judged(
            arena.verdict(),
            None if worker.alive else f"the worker ended: {worker.said[-300:]}",
            None if left and troubled else "void: no call was refused",
            None if "ExpiredToken" in worker.said else "it did not say what is wrong",
            caught_up_s=took,
        )


def variables(settings: dict[str, str]) -> dict[str, str]:
    """Give a client's settings as variables; where the brokers are is told otherwise."""
    return {
        "GLYPHWATCH_KAFKA_" + key.upper().replace(".", "_"): value
        for key, value in settings.items()
        if key != "bootstrap.servers"
    }


def wrong_password(servers: Servers, folder: Path, seed: int) -> Outcome:
    """A SASL password that is wrong: said within ten seconds, without it; then the right one."""
    with KafkaServer(secured=True) as kafka, Arena(servers._replace(kafka=kafka), folder) as arena:
        assert kafka.secure is not None
        settings = kafka.secure.client
        secret = "not-the-password-4711"
        arena.produce(seed)
        arena.bootstrap = settings["bootstrap.servers"]
        extra = variables(settings)
        took, *problems = refused(
            arena.worker(extra={**extra, "GLYPHWATCH_KAFKA_SASL_PASSWORD": secret})
        )
        arena.watch()
        arena.worker(extra=extra)
        arena.read_within(60)
        problems.append(printed(arena, secret, settings["sasl.password"]))
        return judged(arena.verdict(), *problems, said_after_s=took)


def refused(worker: Worker) -> tuple[float, str | None, str | None, str | None]:
    """See a worker end that the brokers do not take: after how long it said so, and problems."""
    began = time.monotonic()
    said = wait_for(lambda: "uthentication" in worker.said, 30)
    took = time.monotonic() - began
    code = worker.wait(30)
    return (
        took,
        None if said else f"it did not say what is wrong: {worker.said[-300:]}",
        None if code == 4 else f"exit {code}",
        beyond("time to say so", took, SAID),
    )


def printed(arena: Arena, *secrets: str) -> str | None:
    """Say that a worker has printed a secret, if one has."""
    every = "".join(worker.said for worker in arena.workers)
    return "a secret was printed" if any(each in every for each in secrets) else None


def changed_password(servers: Servers, folder: Path, seed: int) -> Outcome:
    """The password is changed while a worker reads, and it has to sign in again with the old."""
    with KafkaServer(secured=True) as kafka, Arena(servers._replace(kafka=kafka), folder) as arena:
        assert kafka.secure is not None
        settings = dict(kafka.secure.client)
        arena.produce(seed)
        arena.watch()
        arena.bootstrap = settings["bootstrap.servers"]
        old = arena.worker(batch=100, extra=variables(settings))
        arena.moves_within(60)
        left = arena.lag()
        secret = "the-next-password-4711"
        set_password(kafka, settings["sasl.username"], secret)
        kafka.kill()
        kafka.start()
        took, *problems = refused(old)
        problems.append(None if left else "void: all was read before it was changed")
        arena.worker(extra=variables({**settings, "sasl.password": secret}))
        arena.read_within(60)
        problems.append(printed(arena, secret, settings["sasl.password"]))
        return judged(arena.verdict(), *problems, said_after_s=took)


def set_password(kafka: KafkaServer, user: str, password: str) -> None:
    """Change a user's SCRAM password, as whoever runs the brokers does."""
    info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    change = UserScramCredentialUpsertion(user, info, password.encode())
    for done in admin.alter_user_scram_credentials([change]).values():
        done.result(30)


def says_so(worker: Worker) -> bool:
    """Whether it has said that a name is not known, in the words of any of the libraries."""
    words = ("resolve", "translate host name", "Could not connect", "not known")
    return any(each in worker.said for each in words)


def unknown_names(servers: Servers, folder: Path, seed: int) -> Outcome:
    """Each server in turn has a name that nobody knows: said soon, and nothing is lost."""
    with Arena(servers, folder) as arena:
        arena.session = 2000  # each is killed, and the next one waits for its end
        arena.produce(seed)
        arena.watch()
        taken = {}
        problems = []
        for variable, place in UNKNOWN.items():
            host = place.partition("://")[2] or place
            worker = arena.worker(extra={variable: place})
            began = time.monotonic()
            if not wait_for(partial(says_so, worker), 40):
                problems.append(f"{host}: it did not say what is wrong: {worker.said[-300:]}")
            taken[variable] = time.monotonic() - began
            worker.kill()
        arena.worker()
        arena.read_within(60)
        return judged(
            arena.verdict(),
            *problems,
            beyond("time to say so", max(taken.values()), SAID),
            said_after_s=max(taken.values()),
        )


CASES = [
    Case("F15", "DynamoDB's credentials expire for 8 s", "says so, goes on", expired),
    Case("F15", "wrong SASL password over TLS", "says so < 10 s, no secret shown", wrong_password),
    Case(
        "F15",
        "the SASL password is changed, and the broker restarted",
        "says so < 10 s, exit 4, no secret shown; goes on with the new one",
        changed_password,
    ),
    Case("F15", "no resolver knows a server's name", "says so < 10 s", unknown_names),
]

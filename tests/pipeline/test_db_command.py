"""``glyphwatch db``, as it is typed."""

from __future__ import annotations

import json

import pytest

from detector.detection import Detection
from infra.stack import DynamoServer, PostgresServer
from pipeline.dynamo import DynamoSink
from pipeline.dynamo_client import DynamoPlace
from pipeline.errors import Exit
from pipeline.sinks import Batch
from tests.pipeline.conftest import Run


@pytest.fixture
def environment(dynamo: DynamoServer, database: str, unique: str) -> dict[str, str]:
    return {
        **dynamo.environment,
        "GLYPHWATCH_POSTGRES": database,
        "GLYPHWATCH_DYNAMODB": unique,
    }


def test_both_databases_are_made_and_checked(
    run: Run, environment: dict[str, str], unique: str
) -> None:
    before = run("db", "status", **environment)
    assert before.returncode == Exit.USAGE
    assert "it lacks 0001_roles.sql" in before.stdout
    assert "there is no such table" in before.stdout
    made = run("db", "init", **environment)
    assert (made.returncode, made.stderr) == (Exit.DONE, "")
    assert "postgres: applied 0001_roles.sql\n" in made.stdout
    assert f"dynamodb: made table {unique}\n" in made.stdout
    after = run("db", "status", **environment)
    assert (after.returncode, after.stderr) == (Exit.DONE, "")
    assert "postgres: ready\ndynamodb: ready\n" in after.stdout
    again = run("db", "migrate", **environment)
    assert (again.returncode, again.stdout) == (Exit.DONE, "postgres: nothing to do\n")


def test_details_are_asked_for_by_brand_and_domain(
    run: Run, environment: dict[str, str], table: DynamoPlace, found: list[Detection]
) -> None:
    sink = DynamoSink(table)
    seen = [each.with_record(source="x", coordinates="k:1", time_last=86_400) for each in found]
    sink.write(Batch(seen, None))
    sink.close()
    environment["GLYPHWATCH_DYNAMODB"] = table.table
    for arguments, names in (
        (["--brand", "PayPal", "--day", "1970-01-02"], ["paypa1.com"]),
        (["--domain", "XN--PPLE-43D.com."], ["xn--pple-43d.com"]),
        (["--brand", "PayPal", "--day", "1970-01-03"], []),
    ):
        done = run("db", "query", *arguments, **environment)
        assert (done.returncode, done.stderr) == (Exit.DONE, "")
        assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == names


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["query"], "either --brand and --day, or --domain"),
        (["query", "--brand", "PayPal"], "either --brand and --day, or --domain"),
        (["query", "--brand", "a", "--day", "1970-01-01", "--domain", "b"], "either --brand"),
        (["query", "--brand", "PayPal", "--day", "soon\x1b[31m"], "is not a day"),
        (["migrate"], "no database is named"),
        (["init"], "--only dynamodb"),
        (["migrate", "--postgres", "hots=x"], "none that libpq can read"),
    ],
)
def test_what_makes_no_sense_is_wrong_usage(run: Run, arguments: list[str], said: str) -> None:
    done = run("db", *arguments)
    assert done.returncode == Exit.USAGE
    assert said in done.stderr
    assert "\x1b" not in done.stderr


def test_what_cannot_be_reached_is_said(run: Run, environment: dict[str, str]) -> None:
    nowhere = environment | {
        "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1",
        "GLYPHWATCH_POSTGRES": "postgresql://me:geheim@127.0.0.1:1/x",
    }
    for arguments in (
        ["status", "--only", "dynamodb"],
        ["status", "--only", "postgres"],
        ["query", "--domain", "a.com"],
    ):
        done = run("db", *arguments, **nowhere)
        assert done.returncode == Exit.SINK
        assert done.stderr.count("\n") == 1
        assert "geheim" not in done.stderr


def test_secrets_may_stand_in_a_file(
    run: Run, postgres: PostgresServer, unique: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("secret") / "postgres"
    secret.write_text(postgres.create_database(unique) + "\n", encoding="utf-8")
    done = run("db", "init", "--only", "postgres", GLYPHWATCH_POSTGRES_FILE=str(secret))
    assert (done.returncode, done.stderr) == (Exit.DONE, "")

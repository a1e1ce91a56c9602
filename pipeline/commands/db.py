"""``glyphwatch db``: the databases of a stream, made, checked and asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.commands.extras import needs
from pipeline.commands.flags import add_config, config_of
from pipeline.display import escape
from pipeline.errors import Exit, UsageError
from pipeline.json_lines import dumps
from pipeline.stream.settings import StreamSettings, load_stream_settings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from pipeline.database import State
    from pipeline.dynamo_client import DynamoPlace

_EPILOG = """\
The summary is in Postgres, details are in DynamoDB; docs/sinks.md has their tables, roles and the
permissions that each step needs. AWS credentials, region and endpoint are found as every AWS client
finds them (AWS_REGION, AWS_ENDPOINT_URL_DYNAMODB).

examples:
  glyphwatch db init --postgres postgresql://admin@db.example/glyphwatch
  glyphwatch db status --config /etc/glyphwatch.toml
  glyphwatch db query --brand PayPal --day 2026-11-23
  glyphwatch db query --domain xn--pypal-4ve.com | jq .severity
"""

_ACTIONS = {
    "init": "make what is missing: the DynamoDB table, and Postgres' tables as migrate does",
    "migrate": "bring Postgres' tables to this release",
    "status": "say whether both are as this release needs them",
    "query": "give details from DynamoDB, one JSON object a line",
}

_PARTS = ("postgres", "dynamodb")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, line in _ACTIONS.items():
        action = actions.add_parser(
            name, help=line, description=f"{line[0].upper()}{line[1:]}.", allow_abbrev=False
        )
        add_config(action)
        if name != "query":
            action.add_argument("--postgres", metavar="CONNINFO", help="the summary's database")
        if name != "migrate":
            table = StreamSettings().dynamodb
            action.add_argument("--dynamodb", metavar="TABLE", help=f"details ({table})")
        if name in {"init", "status"}:
            action.add_argument("--only", choices=_PARTS, help="leave the other alone")
        if name == "query":
            action.add_argument("--brand", metavar="NAME", help="with --day: what imitates it")
            action.add_argument("--day", metavar="YYYY-MM-DD", help="in UTC; or undated")
            action.add_argument("--domain", metavar="NAME", help="a lookalike domain, as A-label")


def run(options: argparse.Namespace) -> Exit:
    """Do one action."""
    settings = load_stream_settings(vars(options), config=config_of(options))
    if options.action == "query":
        return _query(options, settings)
    parts = ("postgres",) if options.action == "migrate" else _PARTS
    if getattr(options, "only", None):
        parts = (options.only,)
    if "postgres" in parts and not settings.postgres:
        msg = "no database is named: say --postgres CONNINFO, or GLYPHWATCH_POSTGRES"
        if options.action != "migrate":
            msg += "; or leave it alone: --only dynamodb"
        raise UsageError(msg)
    with needs("postgres,aws"):
        if options.action == "status":
            return _status(parts, settings)
        for line in _made(parts, settings):
            print(escape(line))
    return Exit.DONE


def _made(parts: tuple[str, ...], settings: StreamSettings) -> Iterator[str]:
    """Make what is missing, and say what that was."""
    from pipeline.database import create_table, migrate_postgres

    if "postgres" in parts:
        applied = migrate_postgres(settings.postgres)
        for name in applied:
            yield f"postgres: applied {name}"
        if not applied:
            yield "postgres: nothing to do"
    if "dynamodb" in parts:
        made = create_table(_place(settings))
        yield f"dynamodb: {'made' if made else 'there was already'} table {settings.dynamodb}"


def _status(parts: tuple[str, ...], settings: StreamSettings) -> Exit:
    from pipeline.database import dynamodb_state, postgres_state

    states: list[State] = []
    if "postgres" in parts:
        states.append(postgres_state(settings.postgres))
    if "dynamodb" in parts:
        states.append(dynamodb_state(_place(settings)))
    for state in states:
        print(f"{state.part}: {'not as it should be' if state.problems else 'ready'}")
        for line in (*state.problems, *state.notes):
            print(f"  {escape(line)}")
    return Exit.USAGE if any(state.problems for state in states) else Exit.DONE


def _place(settings: StreamSettings) -> DynamoPlace:
    from pipeline.dynamo_client import DynamoPlace

    return DynamoPlace(settings.dynamodb)


def _query(options: argparse.Namespace, settings: StreamSettings) -> Exit:
    by_brand = options.brand is not None and options.day is not None
    if by_brand == (options.domain is not None) or (options.brand is None) != (options.day is None):
        msg = "say either --brand and --day, or --domain"
        raise UsageError(msg)
    if by_brand and not re.fullmatch(r"\d{4}-?\d{2}-?\d{2}|undated", options.day, re.ASCII):
        msg = f"--day: {escape(options.day)} is not a day as 2026-11-23, nor undated"
        raise UsageError(msg)
    with needs("aws"):
        from pipeline.dynamo_table import DynamoTable

        table = DynamoTable(_place(settings))
        try:
            found = (
                table.by_brand(options.brand, options.day.replace("-", ""))
                if by_brand
                else table.by_domain(options.domain.lower().rstrip("."))
            )
            for record in found:
                print(dumps(record))
        finally:
            table.close()
    return Exit.DONE

"""``glyphwatch stream``: records from Kafka in, detections to the sinks, until it is stopped."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.extras import needs
from pipeline.commands.flags import add_judging, config_of, say_problems, settings_of
from pipeline.display import escape
from pipeline.errors import Exit
from pipeline.formats import ALIASES
from pipeline.stream.operating import OperateSettings, add_operating, load_operate_settings
from pipeline.stream.settings import FORMATS, StreamSettings, load_stream_settings

if TYPE_CHECKING:
    import argparse

    from pipeline.settings import Settings

_EPILOG = """\
Any setting of librdkafka stands in the table [kafka] of --config, or in the environment:
GLYPHWATCH_KAFKA_SECURITY_PROTOCOL=SASL_SSL, GLYPHWATCH_KAFKA_SASL_PASSWORD_FILE=/run/secrets/kafka

examples:
  glyphwatch stream --kafka localhost:9092 --topics dns --embedded --create-topics
  glyphwatch stream --config /etc/glyphwatch.toml
  glyphwatch stream --config /etc/glyphwatch.toml --reprocess 1
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = _EPILOG
    add_kafka(parser)
    parser.add_argument("--topics", metavar="NAME,...", help="what is read")
    parser.add_argument("--group", metavar="NAME", help=f"consumer group ({_DEFAULT.group})")
    parser.add_argument(
        "--messages",
        choices=[*FORMATS, *ALIASES],
        help=f"how they are written ({_DEFAULT.messages})",
    )
    parser.add_argument("--column", metavar="NAME|N", help="column with the names: arrow")
    parser.add_argument(
        "--start", choices=["earliest", "latest"], help="where to begin with what was never read"
    )
    parser.add_argument("--batch", metavar="N", help="messages at a time, at most")
    parser.add_argument("--linger", metavar="SECONDS", help="how long a batch is gathered, at most")
    add_dead_letters(parser)
    parser.add_argument(
        "--create-topics", action="store_true", help="make the topics that are not there"
    )
    parser.add_argument(
        "--reprocess", metavar="N", help="read and count everything anew, as run N (1, 2, ...)"
    )
    parser.add_argument(
        "--accept-new-topic",
        action="store_true",
        default=None,
        help="begin anew with a topic that was deleted and made again",
    )
    sinks = parser.add_argument_group("where detections go")
    sinks.add_argument("--postgres", metavar="CONNINFO", help="the summary's database")
    sinks.add_argument("--dynamodb", metavar="TABLE", help=f"details ({_DEFAULT.dynamodb})")
    sinks.add_argument("--retention-days", metavar="N", help="keep details for so long (0: always)")
    sinks.add_argument(
        "--embedded",
        dest="sqlite",
        action="store_true",
        default=None,
        help="everything into the SQLite store instead",
    )
    sinks.add_argument("--store", metavar="FILE", help="that store")
    add_judging(parser, parts="--in-parts")
    add_operating(parser)


_DEFAULT = StreamSettings()


def add_kafka(parser: argparse.ArgumentParser) -> None:
    """Add how Kafka is reached."""
    parser.add_argument("--kafka", metavar="HOST:PORT,...", help="brokers")
    parser.add_argument(
        "--insecure",
        action="store_true",
        default=None,
        help="let the brokers' certificates go unchecked, if [kafka] says so",
    )


def add_dead_letters(parser: argparse.ArgumentParser) -> None:
    """Add ``--dead-letters``."""
    parser.add_argument(
        "--dead-letters",
        metavar="TOPIC",
        help=f"topic of what cannot be read ({_DEFAULT.dead_letters})",
    )


def stream_settings_of(options: argparse.Namespace) -> StreamSettings:
    """Read the stream's settings that flags, environment and configuration file give.

    Raises:
        UsageError: one of them cannot be used.
    """
    return load_stream_settings(vars(options), config=config_of(options))


def say(message: str) -> None:
    """Say something to whoever runs this."""
    first, *rest = message.splitlines() or [""]
    lines = [f"glyphwatch: {escape(first)}", *(f"  {escape(line)}" for line in rest)]
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()


def run(options: argparse.Namespace) -> Exit:
    """Read until a signal says stop."""
    with needs("kafka,postgres,aws"):
        import confluent_kafka  # noqa: F401 - so that what is missing is said before anything else
    settings, stream = settings_of(options), stream_settings_of(options)
    operate = load_operate_settings(vars(options), config=config_of(options))
    return _run(settings, stream, operate, create_topics=options.create_topics)


def _run(
    settings: Settings, stream: StreamSettings, operate: OperateSettings, *, create_topics: bool
) -> Exit:
    from detector.screen import COMPILED, keep_memory
    from pipeline.engine import load_engine

    keep_memory()
    engine = load_engine(settings)
    say_problems(engine.targets, Path(settings.targets) if settings.targets else None)
    if not COMPILED:
        say("the compiled screen is missing, so this takes a hundred times as long as it could")
    with needs("kafka,postgres,aws"):
        from pipeline.stream.operation import Operation
        from pipeline.stream.service import Service
    with (
        needs("kafka,postgres,aws"),
        Operation(operate, stream) as operation,
        Service(
            engine,
            settings,
            stream,
            observer=operation.observer,
            say=operation.say,
            create_topics=create_topics,
        ) as service,
        operation.watch(service, engine, settings),
    ):
        service.run()
    return Exit.DONE

"""What can go wrong in the pipeline, and the exit code that each ends a command with.

PipelineError
+-- UsageError        the command or its configuration cannot be carried out        exit 2
|   +-- StoreError    the store is no store of ours, or a newer release wrote it    exit 2
+-- InputError        one input cannot be read; the others still are                exit 3
|   +-- DamagedStream one input ended early or broke; what came before counts       exit 3
+-- SinkUnavailable   a sink cannot take what was found                             exit 4
+-- BrokerUnavailable Kafka cannot be reached, or refuses us                        exit 4

A bad *record* is no exception but a `pipeline.records.Rejected`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pipeline.records import Reason


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    MATCH = 1
    """With ``--fail-on match``: something was found."""
    USAGE = 2
    INPUT = 3
    """Some input was unreadable, or some records were rejected."""
    SINK = 4
    """A broker or sink is unavailable."""
    INTERRUPTED = 130


class PipelineError(Exception):
    """Root of everything that the pipeline raises on purpose; its text is one line for a person."""

    exit_code: ClassVar[Exit] = Exit.USAGE


class UsageError(PipelineError):
    """The command, its flags or its configuration cannot be carried out."""


class StoreError(UsageError):
    """A file given as the store is not a glyphwatch store that this release can use."""


class InputError(PipelineError):
    """One input cannot be opened or read at all."""

    exit_code = Exit.INPUT


class DamagedStream(InputError):
    """A stream ended early or broke; everything before the damage was handed out.

    Attributes:
        reason: the `Reason` under which it is counted.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


class SinkUnavailable(PipelineError):
    """A sink cannot store what it was given, as a whole; it may be given that again.

    Attributes:
        retry_after: seconds after which trying again may help; None if it will not by itself.
    """

    exit_code = Exit.SINK

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BrokerUnavailable(PipelineError):
    """Kafka cannot be reached, or does not let us do what we must."""

    exit_code = Exit.SINK

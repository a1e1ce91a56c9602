"""Pace: how much of a topic is taken at a time, and how long is waited for what."""

from __future__ import annotations

from typing import NamedTuple


class Pace(NamedTuple):
    """How much at a time, and how long to wait for what. Seconds."""

    batch: int = 10_000
    """Messages of a batch, at most."""

    linger: float = 0.25
    """How long a batch is gathered; `consume` does not hear a signal meanwhile."""

    patience: float = 2.0
    """How long to wait for a write before partitions are paused: pausing throws away what the
    client has fetched."""

    idle: float = 0.1
    """How long to ask the broker at a time while partitions are paused."""

    revoke: float = 5.0
    """How long partitions are held that the group wants back while they are written."""

    drain: float = 8.0
    """How long the end may take."""

    first_retry: float = 0.25
    """How long to wait before a sink is asked again for the first time; twice that the next."""

    longest_retry: float = 5.0
    """The same, however often it has refused."""

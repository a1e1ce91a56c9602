"""Ports: free ones on loopback, that nobody takes while their server is down."""

from __future__ import annotations

import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A TCP port on which nothing listens, below those that connections going out are given.

    Asking the system for port 0 would give one of the latter, and a client may then hold it by
    chance when a server that was stopped comes back to it.
    """
    kernel = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii")
    first = int(kernel.split()[0])
    for port in random.sample(range(first - 12_000, first), 200):
        with socket.socket() as candidate:
            try:
                candidate.bind(("", port))  # all addresses: DynamoDB Local listens on them
            except OSError:
                continue
            return port
    msg = f"no free port below {first}"
    raise OSError(msg)


def answers(port: int) -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((LOOPBACK, port)) == 0

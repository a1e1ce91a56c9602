"""Mock cluster: three brokers inside librdkafka, which do what real ones cannot be told to.

They speak Kafka's protocol on loopback ports, so processes read from them as from real ones.
Leaders and coordinators move when they are told to, and requests fail in the way and as often as
is wanted. The functions are in librdkafka's C interface alone (``rdkafka_mock.h``), hence ctypes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, Self

import confluent_kafka.cimpl

BROKERS = 3

_PRODUCER = 0  # rd_kafka_type_t
_COORDINATOR_OF_GROUP = b"group"


_CLUSTER, _TEXT, _INT = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32
_ARGUMENTS: dict[str, list[Any]] = {
    "conf_new": [],
    "new": [ctypes.c_int, ctypes.c_void_p, _TEXT, ctypes.c_size_t],
    "destroy": [ctypes.c_void_p],
    "mock_cluster_new": [ctypes.c_void_p, ctypes.c_int],
    "mock_cluster_destroy": [_CLUSTER],
    "mock_cluster_bootstraps": [_CLUSTER],
    "mock_set_controller_id": [_CLUSTER, _INT],
    "mock_topic_create": [_CLUSTER, _TEXT, ctypes.c_int, ctypes.c_int],
    "mock_partition_set_leader": [_CLUSTER, _TEXT, _INT, _INT],
    "mock_coordinator_set": [_CLUSTER, _TEXT, _TEXT, _INT],
    "mock_broker_set_down": [_CLUSTER, _INT],
    "mock_broker_set_up": [_CLUSTER, _INT],
    "mock_push_request_errors_array": [
        *(_CLUSTER, ctypes.c_int16, ctypes.c_size_t, ctypes.POINTER(ctypes.c_int))
    ],
    "mock_clear_request_errors": [_CLUSTER, ctypes.c_int16],
}
"""Functions without their ``rd_kafka_``; they give an error's number if nothing else is said."""
_RESULTS: dict[str, Any] = {
    "conf_new": ctypes.c_void_p,
    "new": ctypes.c_void_p,
    "destroy": None,
    "mock_cluster_new": ctypes.c_void_p,
    "mock_cluster_destroy": None,
    "mock_cluster_bootstraps": _TEXT,
    "mock_push_request_errors_array": None,
    "mock_clear_request_errors": None,
}


def _functions() -> dict[str, Callable[..., Any]]:
    """Give librdkafka's as the client library brought it: whoever loads that finds them."""
    library = ctypes.CDLL(confluent_kafka.cimpl.__file__)
    functions = {}
    for name, arguments in _ARGUMENTS.items():
        function = getattr(library, f"rd_kafka_{name}")
        function.argtypes, function.restype = arguments, _RESULTS.get(name, ctypes.c_int)
        functions[name] = function
    return functions


class MockCluster:
    """A cluster of `BROKERS`, with numbers from 1 on. It lasts as long as this process."""

    def __init__(self) -> None:
        """Start it."""
        self._functions = do = _functions()
        said = ctypes.create_string_buffer(512)
        self._handle = do["new"](_PRODUCER, do["conf_new"](), said, len(said))
        if not self._handle:
            raise RuntimeError(said.value.decode())
        self._cluster = do["mock_cluster_new"](self._handle, BROKERS)
        self.bootstrap: str = do["mock_cluster_bootstraps"](self._cluster).decode()
        """Where clients look for it."""
        self._do("set_controller_id", 1)  # it has none by itself

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._functions["mock_cluster_destroy"](self._cluster)
        self._functions["destroy"](self._handle)

    def make_topic(self, name: str, partitions: int) -> None:
        self._do("topic_create", name.encode(), partitions, BROKERS)

    def lead(self, topic: str, partition: int, broker: int) -> None:
        """Have a broker lead a partition."""
        self._do("partition_set_leader", topic.encode(), partition, broker)

    def coordinate(self, group: str, broker: int) -> None:
        """Have a broker coordinate a group."""
        self._do("coordinator_set", _COORDINATOR_OF_GROUP, group.encode(), broker)

    def down(self, broker: int) -> None:
        """Have a broker refuse connections, and break those that there are."""
        self._do("broker_set_down", broker)

    def up(self, broker: int) -> None:
        self._do("broker_set_up", broker)

    def fail(self, request: int, errors: Sequence[int]) -> None:
        """Have the next requests of a kind (by Kafka's number of it) fail, each with its error."""
        numbers = (ctypes.c_int * len(errors))(*errors)
        self._do("push_request_errors_array", request, len(errors), numbers)

    def heal(self, request: int) -> None:
        """Have requests of a kind succeed from now on."""
        self._do("clear_request_errors", request)

    def _do(self, what: str, *arguments: object) -> None:
        error = self._functions[f"mock_{what}"](self._cluster, *arguments)
        if error:
            msg = f"{what}{arguments}: error {error}"
            raise RuntimeError(msg)

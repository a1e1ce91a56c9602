"""The stack: real Kafka, DynamoDB Local and Postgres on loopback, without containers.

Versions and digests in; running servers out, each a class with the same few methods. Tests use it
(``tests/servers.py``) and so may a developer: ``python -m infra.stack up``. Only the standard
library is needed here, with Java, Maven and PostgreSQL on the system.
"""

from infra.stack.dynamodb import DynamoServer
from infra.stack.errors import Missing, StackError
from infra.stack.kafka import KafkaServer
from infra.stack.postgres import PostgresServer
from infra.stack.server import Server

__all__ = ["DynamoServer", "KafkaServer", "Missing", "PostgresServer", "Server", "StackError"]

"""The servers of the stack: real ones, that do what the stack says of them."""

from __future__ import annotations

import boto3
import psycopg
from confluent_kafka import Consumer, Producer

from infra.stack import DynamoServer, KafkaServer, PostgresServer
from tests.servers import restored


def test_kafka_carries_a_message(kafka: KafkaServer, topic: str) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "acks": "all"})
    producer.produce(topic, b"xn--pypal-4ve.com")
    assert producer.flush(30) == 0
    settings = {
        "bootstrap.servers": kafka.bootstrap,
        "group.id": topic,
        "auto.offset.reset": "earliest",
    }
    with Consumer(settings) as consumer:
        consumer.subscribe([topic])
        message = consumer.poll(30)
    assert message is not None
    assert message.value() == b"xn--pypal-4ve.com"


def test_postgres_keeps_what_was_committed_when_it_is_killed(
    postgres: PostgresServer, database: str
) -> None:
    with psycopg.connect(database) as session:
        session.execute("CREATE TABLE seen AS SELECT 42 AS answer")
    with restored(postgres):
        postgres.kill()
        postgres.start()
        with psycopg.connect(database) as session:
            assert session.execute("SELECT answer FROM seen").fetchall() == [(42,)]


def test_dynamodb_keeps_its_tables_when_it_is_killed(dynamo: DynamoServer, unique: str) -> None:
    client = boto3.client(
        "dynamodb",
        endpoint_url=dynamo.endpoint,
        region_name=dynamo.credentials["AWS_DEFAULT_REGION"],
        aws_access_key_id=dynamo.credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=dynamo.credentials["AWS_SECRET_ACCESS_KEY"],
    )
    client.create_table(
        TableName=unique,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client.put_item(TableName=unique, Item={"id": {"S": "a"}})
    with restored(dynamo):
        dynamo.kill()
        dynamo.start()
        assert client.get_item(TableName=unique, Key={"id": {"S": "a"}})["Item"] == {
            "id": {"S": "a"}
        }

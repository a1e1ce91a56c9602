"""The broker's listener with TLS and SASL lets in whom it should, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from infra.stack import KafkaServer


def topics_seen(kafka: KafkaServer, timeout: float = 30, **changed: str) -> int:
    assert kafka.secure
    settings: dict[str, Any] = {
        **kafka.secure.client,
        **{k.replace("_", "."): v for k, v in changed.items()},
    }
    return len(AdminClient(settings).list_topics(timeout=timeout).topics)


def test_scram_lets_the_user_in(secured_kafka: KafkaServer) -> None:
    assert topics_seen(secured_kafka) >= 0


def test_a_token_lets_its_bearer_in(secured_kafka: KafkaServer) -> None:
    # librdkafka makes the unsigned token itself.
    seen = topics_seen(
        secured_kafka,
        sasl_mechanism="OAUTHBEARER",
        enable_sasl_oauthbearer_unsecure_jwt="true",
        sasl_oauthbearer_config="principal=glyphwatch",
        sasl_username="",
        sasl_password="",
    )
    assert seen >= 0


@pytest.mark.parametrize(
    "changed",
    [
        {"sasl_password": "wrong"},
        {"security_protocol": "SSL"},
        {"security_protocol": "PLAINTEXT"},
    ],
    ids=["wrong password", "no user", "plain text"],
)
def test_nobody_else_gets_in(secured_kafka: KafkaServer, changed: dict[str, str]) -> None:
    with pytest.raises(KafkaException):
        topics_seen(secured_kafka, 3, **changed)


def test_a_client_that_does_not_know_the_certificate_stays_out(secured_kafka: KafkaServer) -> None:
    assert secured_kafka.secure
    settings: dict[str, Any] = {
        k: v for k, v in secured_kafka.secure.client.items() if k != "ssl.ca.location"
    }
    with pytest.raises(KafkaException):
        AdminClient(settings).list_topics(timeout=3)

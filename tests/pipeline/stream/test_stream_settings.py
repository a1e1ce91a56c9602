"""Settings of the stream: where they stand, what is refused, and what is never shown."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.stream.client_settings import is_plain
from pipeline.stream.clients import admin_settings, consumer_settings, producer_settings
from pipeline.stream.settings import StreamSettings, load_stream_settings

SECRET = "hunter2"


def load(
    tmp_path: Path, toml: str = "", *, flags: dict[str, Any] | None = None, **environment: str
) -> StreamSettings:
    path = tmp_path / "glyphwatch.toml"
    path.write_text(toml, encoding="utf-8")
    return load_stream_settings(flags or {}, environment, path)


def test_flags_win_over_environment_over_file(tmp_path: Path) -> None:
    toml = """
    [stream]
    topics = ["a", "b"]
    group = "file"
    batch = 5
    dead-letters = "dead"
    """
    loaded = load(tmp_path, toml, flags={"batch": "7"}, GLYPHWATCH_GROUP="environment")
    assert loaded.topics == ("a", "b")
    assert (loaded.group, loaded.batch, loaded.dead_letters) == ("environment", 7, "dead")


def test_any_setting_of_the_client_passes(tmp_path: Path) -> None:
    toml = """
    [kafka]
    bootstrap.servers = "file:1"
    security.protocol = "SASL_SSL"
    "sasl.mechanism" = "SCRAM-SHA-512"
    socket.keepalive.enable = true
    fetch.min.bytes = 10
    """
    loaded = load(
        tmp_path,
        toml,
        GLYPHWATCH_KAFKA="environment:1",
        GLYPHWATCH_KAFKA_SASL_USERNAME="me",
        GLYPHWATCH_KAFKA_SSL_CA_LOCATION="/ca.pem",
    )
    assert loaded.client == {
        "bootstrap.servers": "environment:1",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "socket.keepalive.enable": "true",
        "fetch.min.bytes": "10",
        "sasl.username": "me",
        "ssl.ca.location": "/ca.pem",
    }
    assert consumer_settings(loaded)["fetch.min.bytes"] == "10"
    assert "fetch.min.bytes" not in producer_settings(loaded) | admin_settings(loaded)
    assert admin_settings(loaded)["sasl.username"] == "me"


def test_secrets_stand_in_files_and_are_never_shown(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    toml = f'[kafka]\n"ssl.key.password.file" = "{secret}"'
    loaded = load(
        tmp_path,
        toml,
        GLYPHWATCH_KAFKA_SASL_PASSWORD_FILE=str(secret),
        GLYPHWATCH_POSTGRES_FILE=str(secret),
    )
    assert loaded.client == {"sasl.password": SECRET, "ssl.key.password": SECRET}
    assert loaded.postgres == SECRET
    assert SECRET not in repr(loaded) + str(loaded)


@pytest.mark.parametrize(
    ("toml", "complaint"),
    [
        (f'[stream]\npasword = "{SECRET}"', "unknown key 'pasword'"),
        ("[stream]\nbatch = 0", "is not a whole number from 1"),
        ("[stream]\nlinger = 5", "is not a number from 0.001 to 0.5"),
        ('[stream]\nmessages = "csv"', "is none of"),
        ("stream = 1", "stream is not a table"),
        ('[kafka]\n"enable.auto.commit" = true', "enable.auto.commit cannot be set"),
        ('[kafka]\n"group.id" = "x"', "group.id cannot be set"),
        ('[kafka]\n"partition.assignment.strategy" = "range"', "only be cooperative-sticky"),
        ('[kafka]\n"sasl.password" = ["x"]', "neither text, number nor truth"),
        ('[kafka]\n"sasl.password.file" = "/nowhere"', "cannot be read: No such file"),
        ('[kafka]\n"enable.ssl.certificate.verification" = false', "say --insecure"),
        ('[kafka]\n"ssl.endpoint.identification.algorithm" = "none"', "say --insecure"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, toml: str, complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, toml)
    assert complaint in str(caught.value)
    assert SECRET not in str(caught.value)


def test_unchecked_certificates_must_be_meant(tmp_path: Path) -> None:
    toml = '[stream]\ninsecure = true\n[kafka]\n"enable.ssl.certificate.verification" = false'
    assert load(tmp_path, toml).insecure


@pytest.mark.parametrize(
    ("brokers", "protocol", "plain"),
    [
        ("127.0.0.1:9092,localhost:9093,[::1]:9094,localhost", "", False),
        ("PLAINTEXT://127.0.0.1:9092", "", False),
        ("127.0.0.1:9092,kafka.example:9092", "", True),
        ("localhost.example:9092", "sasl_plaintext", True),
        ("kafka.example:9092", "SASL_SSL", False),
        ("kafka.example:9092", "ssl", False),
    ],
)
def test_unencrypted_connections_are_noticed(brokers: str, protocol: str, plain: bool) -> None:
    client = {"bootstrap.servers": brokers} | ({"security.protocol": protocol} if protocol else {})
    assert is_plain(client) == plain


def test_each_run_is_a_group_of_its_own() -> None:
    assert consumer_settings(StreamSettings())["group.id"] == "glyphwatch"
    assert consumer_settings(StreamSettings(reprocess=3))["group.id"] == "glyphwatch.run-3"


def test_the_new_protocol_drops_what_it_does_not_take() -> None:
    kafka = (("group.protocol", "consumer"), ("session.timeout.ms", "6000"))
    merged = consumer_settings(StreamSettings(kafka=kafka))
    dropped = {"session.timeout.ms", "partition.assignment.strategy", "heartbeat.interval.ms"}
    assert not dropped & merged.keys()
    assert merged["group.protocol"] == "consumer"


def test_nothing_is_committed_by_itself() -> None:
    merged = consumer_settings(StreamSettings())
    assert merged["enable.auto.commit"] is merged["enable.auto.offset.store"] is False
    assert merged["auto.offset.reset"] == "error"
    assert producer_settings(StreamSettings())["enable.idempotence"] is True


@pytest.mark.parametrize(
    "conninfo", [f"host=db password={SECRET}", f"postgresql://me:{SECRET}@db/x"]
)
def test_a_password_on_the_command_line_is_refused(tmp_path: Path, conninfo: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, flags={"postgres": conninfo})
    assert "GLYPHWATCH_POSTGRES_FILE" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert load(tmp_path, GLYPHWATCH_POSTGRES=conninfo).postgres == conninfo

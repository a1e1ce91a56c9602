"""Settings of what watches over a stream."""

import argparse
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.settings import load_settings
from pipeline.stream.health_server import Address
from pipeline.stream.operating import OperateSettings, add_operating, load_operate_settings

MANUAL = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "stream.toml"
    path.write_text(
        """
        scope = "all"
        [stream]
        topics = ["dns"]
        [operate]
        health = "[::1]:9999"
        log-format = "json"
        reload_every = 60
        alert_webhook = "https://hooks.example/T0/SECRET"
        alert_secret_file = "/run/secrets/webhook"
        """
    )
    return path


def test_flags_win_over_environment_over_file(config: Path) -> None:
    settings = load_operate_settings(
        {"log_level": "debug", "reload_every": "0"},
        {"GLYPHWATCH_LOG_LEVEL": "error", "GLYPHWATCH_LOG_FORMAT": "text"},
        config,
    )
    assert settings.health == Address("::1", 9999)
    assert (settings.log_level, settings.log_format) == ("debug", "text")
    assert settings.reload_every == 0
    assert settings.alert_secret_file == Path("/run/secrets/webhook")
    assert "SECRET" not in repr(settings)


def test_the_rest_of_the_file_is_others(config: Path) -> None:
    assert load_settings({}, {}, config).scope == "all"
    assert load_operate_settings({}, {}) == OperateSettings()


def test_health_can_be_off() -> None:
    assert load_operate_settings({"health": "off"}, {}).health is None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("health", "9600", "HOST:PORT"),
        ("log_format", "xml", "log-format"),
        ("log_level", "loud", "log-level"),
        ("reload_every", "-1", "not a number from 0 to 86400"),
        ("alert_webhook", "http://hooks.example/SECRET", "only https"),
        ("alert_severity", "awful", "alert-severity"),
        ("alert_secret_file", "/run/secret", "no alert_webhook"),
    ],
)
def test_what_cannot_be_used_is_said(name: str, value: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as refused:
        load_operate_settings({name: value}, {})
    assert "SECRET" not in str(refused.value)


def test_an_unknown_key_is_a_typing_error(tmp_path: Path) -> None:
    path = tmp_path / "stream.toml"
    path.write_text("[operate]\nheatlh = 'off'\n")
    with pytest.raises(UsageError, match="did you mean health"):
        load_operate_settings({}, {}, path)


def test_every_setting_has_a_flag_and_a_line_in_the_manual() -> None:
    parser = argparse.ArgumentParser()
    add_operating(parser)
    flags = set(vars(parser.parse_args([])))
    assert flags == set(OperateSettings._fields)
    explained = {}
    for line in MANUAL.splitlines():
        cells = [cell.strip(" `") for cell in line.split("|")[1:5]]
        if len(cells) == 4 and cells[2].startswith("--") and cells[0] != "---":
            name, variable, flag, explained[cells[0]] = cells
            assert (variable, flag) == (f"GLYPHWATCH_{name.upper()}", f"--{name.replace('_', '-')}")
    assert set(explained) == flags
    for name, default in explained.items():
        value = getattr(OperateSettings(), name)
        shown = f"{value:g}" if isinstance(value, float) else str(value or "")
        assert default == shown, name

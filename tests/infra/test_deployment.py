"""Image, compose file and systemd unit: they agree with each other and with what is tested."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.stack.kafka import CLUSTER
from infra.stack.versions import versions
from pipeline.settings import load_settings
from pipeline.stream.operating import load_operate_settings
from pipeline.stream.settings import load_stream_settings

ROOT = Path(__file__).resolve().parent.parent.parent
INFRA = ROOT / "infra"
COMPOSE: dict[str, Any] = yaml.safe_load((INFRA / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]

IMAGES = {
    "kafka": "apache/kafka:{kafka}",
    "topics": "apache/kafka:{kafka}",
    "postgres": "postgres:{postgres}",
    "dynamodb": "amazon/dynamodb-local:{dynamodb}",
    "prometheus": "prom/prometheus:v{prometheus}",
    "grafana": "grafana/grafana:{grafana}",
}

# What the Compose Specification lets a service have, as far as it is used here.
SERVICE_KEYS = {
    *("build", "cap_drop", "command", "depends_on", "environment", "healthcheck", "image"),
    *("mem_limit", "ports", "read_only", "restart", "security_opt", "stop_grace_period", "tmpfs"),
    *("user", "volumes", "working_dir"),
}


def expanded(text: str) -> str:
    """A text of the compose file with its variables' defaults in their place."""
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", text)


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, with continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (INFRA / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def last(instruction: str) -> str:
    return [rest for word, rest in instructions() if word == instruction][-1]


@pytest.fixture(scope="module")
def unit() -> dict[str, list[str]]:
    """The [Service] section of the unit: what each setting is given, in order."""
    settings: dict[str, list[str]] = {}
    text = (INFRA / "glyphwatch-stream.service").read_text(encoding="utf-8")
    for line in text.partition("[Service]\n")[2].partition("[Install]")[0].splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            settings.setdefault(name, []).append(value)
    return settings


# The compose file


@pytest.mark.parametrize("name", IMAGES)
def test_compose_starts_what_the_stack_starts(name: str) -> None:
    assert SERVICES[name]["image"] == IMAGES[name].format(**versions())


def test_compose_has_every_server_and_the_service() -> None:
    assert set(SERVICES) == {*IMAGES, "databases", "glyphwatch"}
    assert SERVICES["kafka"]["environment"]["CLUSTER_ID"] == CLUSTER


def test_compose_uses_keys_that_there_are() -> None:
    assert set(COMPOSE) - {"x-service", "x-aws"} == {"name", "services", "volumes"}
    assert {key for service in SERVICES.values() for key in service} <= SERVICE_KEYS


def test_compose_opens_ports_on_this_machine_alone() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []
    hosts = [port.split(":")[1] for port in ports]
    assert len(set(hosts)) == len(hosts)


def test_compose_mounts_files_and_volumes_that_there_are() -> None:
    mounts = [m.split(":") for s in SERVICES.values() for m in s.get("volumes", [])]
    files = {source for source, *_ in mounts if source.startswith(".")}
    assert [source for source in files if not (INFRA / source).exists()] == []
    assert {source for source, *_ in mounts} - files == set(COMPOSE["volumes"])
    assert [mount for mount in mounts if mount[0].startswith(".") and mount[-1] != "ro"] == []


def waited_for() -> Iterator[tuple[str, str]]:
    """Whom services wait for, and for what."""
    for service in SERVICES.values():
        wanted = service.get("depends_on", {})
        if isinstance(wanted, list):
            wanted = {name: {"condition": "service_started"} for name in wanted}
        for name, how in wanted.items():
            yield name, how["condition"]


def test_compose_waits_for_what_can_come() -> None:
    for name, condition in waited_for():
        assert name in SERVICES
        assert condition != "service_healthy" or "healthcheck" in SERVICES[name], name
        once = "restart" not in SERVICES[name] or SERVICES[name]["restart"].startswith("on-failure")
        assert condition != "service_completed_successfully" or once, name


def test_the_service_in_compose_may_little() -> None:
    service = SERVICES["glyphwatch"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "command" not in service  # the image's own


def test_compose_is_valid_where_docker_can_say_so() -> None:
    def compose(*words: str) -> int:
        command = ["docker", "compose", "--file", str(INFRA / "compose.yaml"), *words]
        return subprocess.run(command, capture_output=True, check=False).returncode

    if shutil.which("docker") and compose("version") == 0:
        assert compose("config", "--quiet") == 0


# The configuration that compose and systemd share


@pytest.mark.parametrize("service", ["glyphwatch", "databases"])
def test_the_service_can_read_its_configuration(service: str) -> None:
    config = INFRA / "stream.toml"
    said = {key: expanded(str(v)) for key, v in SERVICES[service]["environment"].items()}
    load_settings({}, environment=said, config=config)
    stream = load_stream_settings({}, environment=said, config=config)
    assert stream.topics == ("dns",)
    assert "@postgres/glyphwatch" in stream.postgres
    topics = SERVICES["topics"]["command"][-1]
    assert {*stream.topics, stream.dead_letters} <= set(re.split(r"[\s;]+", topics))
    if service == "glyphwatch":
        assert stream.client == {"bootstrap.servers": "kafka:9092"}
        health = load_operate_settings({}, environment=said, config=config).health
        assert str(health) == "0.0.0.0:9600"


def test_prometheus_asks_the_service_and_finds_its_rules() -> None:
    folder = INFRA / "prometheus"
    config = yaml.safe_load((folder / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = config["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["glyphwatch:9600"]}]
    assert [path for path in config["rule_files"] if not (folder / Path(path).name).exists()] == []


def test_grafana_finds_dashboards_and_their_source() -> None:
    provisioning = INFRA / "grafana" / "provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_bytes())[
        "datasources"
    ]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = yaml.safe_load((provisioning / "dashboards" / "glyphwatch.yaml").read_bytes())[
        "providers"
    ]
    mounted = dict(mount.split(":")[1::-1] for mount in SERVICES["grafana"]["volumes"])
    folder = INFRA / mounted[provider["options"]["path"]]
    assert list(folder.glob("*.json"))


# The image


def test_the_image_stands_on_a_python_with_a_version() -> None:
    bases = [rest.split()[0] for word, rest in instructions() if word == "FROM"]
    assert set(bases) == {f"python:{versions()['python']}-slim-bookworm"}


def test_the_image_runs_as_nobody_in_particular() -> None:
    words = [word for word, _ in instructions()]
    user, _, group = last("USER").partition(":")
    assert int(user) >= 10_000
    assert int(group) >= 10_000
    final = len(words) - words[::-1].index("FROM")
    assert "USER" in words[final:]
    assert {"ADD", "RUN"}.isdisjoint(words[final:])  # nothing is fetched or run as root there


def test_the_image_is_built_of_what_is_let_in() -> None:
    lines = (INFRA / "Dockerfile.dockerignore").read_text(encoding="utf-8").split("\n")
    assert lines[1] == "*"
    let_in = [line[1:] for line in lines if line.startswith("!")]
    assert [name for name in let_in if not (ROOT / name).exists()] == []
    copied = re.search(
        r"^cp -r (.*) ", (INFRA / "install.sh").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert copied
    assert set(copied.group(1).split()) <= set(let_in)


def test_whatever_is_installed_is_pinned_by_hash() -> None:
    lines = (INFRA / "install.sh").read_text(encoding="utf-8").splitlines()
    installing = [line for line in lines if re.match(r'pip "\$\w', line) and " install " in line]
    assert len(installing) >= 3
    assert [x for x in installing if "--require-hashes" not in x and "--no-deps" not in x] == []


# The unit


def test_image_and_unit_run_the_same_command(unit: dict[str, list[str]]) -> None:
    words = [*yaml.safe_load(last("ENTRYPOINT")), *yaml.safe_load(last("CMD"))]
    assert words[1:] == ["stream", "--config", "/etc/glyphwatch/stream.toml"]
    assert [shlex.split(line) for line in unit["ExecStart"]] == [words]


def test_the_unit_is_closed_in(unit: dict[str, list[str]]) -> None:
    for name in (
        *("DynamicUser", "NoNewPrivileges", "PrivateDevices", "PrivateTmp", "ProtectHome"),
        *("LockPersonality", "MemoryDenyWriteExecute", "ProtectKernelTunables", "RestrictRealtime"),
    ):
        assert unit[name] == ["yes"], name
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["CapabilityBoundingSet"] == [""]
    assert "User" not in unit


def test_the_unit_gives_enough_time_to_stop_and_no_secret(unit: dict[str, list[str]]) -> None:
    assert int(unit["TimeoutStopSec"][0]) >= 20
    assert unit["RestartPreventExitStatus"] == ["2"]  # pipeline.errors.Exit.USAGE
    assert [
        value for value in unit["Environment"] if not value.split("=")[0].endswith("_FILE")
    ] == []


def test_the_unit_is_valid_where_systemd_can_say_so(tmp_path: Path) -> None:
    unit = INFRA / "glyphwatch-stream.service"
    parser = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.read(unit)
    assert parser.sections() == ["Unit", "Service", "Install"]
    if not shutil.which("systemd-analyze"):
        return
    # It looks for what the unit runs, so there is something in each place.
    for path in ("etc/systemd/system", "opt/glyphwatch/bin", "bin"):
        (tmp_path / path).mkdir(parents=True)
    shutil.copy(unit, tmp_path / "etc/systemd/system")
    for path in ("opt/glyphwatch/bin/glyphwatch", "bin/kill"):
        shutil.copy("/bin/true", tmp_path / path)
    verify = ["systemd-analyze", f"--root={tmp_path}", "--man=no", "--recursive-errors=no"]
    done = subprocess.run([*verify, "verify", unit.name], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")

"""Dashboard, alert rules and runbook: they name what the stream exports, and do what they say."""

import contextlib
import json
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from pipeline.counts import Counts
from pipeline.stream.health import Health, pages
from pipeline.stream.health_server import Address, HealthServer
from pipeline.stream.metrics import Metrics

ROOT = Path(__file__).resolve().parent.parent.parent
PROMETHEUS = ROOT / "infra" / "prometheus"
RULES = PROMETHEUS / "alerts.yml"
RULE_TESTS = PROMETHEUS / "alerts_test.yml"
DASHBOARD: dict[str, Any] = json.loads(
    (ROOT / "infra" / "grafana" / "dashboards" / "glyphwatch.json").read_text(encoding="utf-8")
)
PANELS: list[dict[str, Any]] = [each for each in DASHBOARD["panels"] if each["type"] != "row"]
RUNBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

FUNCTIONS = {"rate", "increase", "deriv", "sum", "min", "max", "histogram_quantile", "vector"}
WORDS = FUNCTIONS | {"by", "on", "and", "or", "unless", "offset", "job", "instance"}
THEIRS = {"up", "ALERTS"}
"""What Prometheus itself has."""


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def exported() -> dict[str, set[str]]:
    """Every series that a busy stream has, with the names of its labels."""
    metrics = Metrics()
    one = Counter(code=1)
    held = Counter({"allow paypa1.com": 1})
    metrics.records(Counts(records=2, rejected=one, skipped=one, brakes=one, held=held))
    with metrics.stage("detect"):
        pass
    metrics.written("dynamodb", 1)
    metrics.retried("dynamodb", "throttled")
    metrics.lag("dns", 0, 1)
    metrics.committed("dns", 0, 1)
    metrics.skipped_ahead("dns", 0, 1)
    metrics.alerted("webhook", ok=True)
    names: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(metrics.page().decode()):
        for sample in family.samples:
            names.setdefault(sample.name, set()).update(sample.labels)
    return names


def named(expression: str) -> set[str]:
    """The metrics that an expression names."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|(?:by|on) \([^)]*\)', " ", expression)
    return set(re.findall(r"\b[a-zA-Z_][a-zA-Z0-9_]+\b", bare)) - WORDS


def labels_of(expression: str) -> set[str]:
    """The labels that an expression selects or groups by."""
    found = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)\s*\"", expression))
    for group in re.findall(r"(?:by|on) \(([^)]*)\)", expression):
        found |= {name.strip() for name in group.split(",")}
    return found


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression of rules and dashboard, with where it is."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    for panel in PANELS:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.mark.parametrize(("place", "expression"), list(expressions()))
def test_only_what_is_exported_is_asked_for(place: str, expression: str) -> None:
    there = exported()
    asked = named(expression)
    assert asked
    assert asked - set(there) - THEIRS == set()
    labels = {"job", "instance", "le"}.union(*(there.get(name, set()) for name in asked))
    assert labels_of(expression) - labels == set()


def test_the_finder_of_names_finds_them() -> None:
    found = named('sum by (le, x) (rate(a_total{b="c_total"}[5m])) / d_e > 60 unless f_g offset 1h')
    assert found == {"a_total", "d_e", "f_g"}
    assert labels_of('sum by (le, x) (a{b="c", d=~"e"})') == {"le", "x", "b", "d"}


def test_everything_that_is_exported_is_shown_and_explained() -> None:
    ours = {name for name in exported() if name.startswith("glyphwatch_")}
    shown = set().union(*(named(expression) for _, expression in expressions()))
    assert {n for n in ours if not n.endswith("_bucket")} - shown <= {
        "glyphwatch_build_info",
        "glyphwatch_latency_seconds_count",
        "glyphwatch_latency_seconds_sum",
    }
    families = {re.sub(r"_(?:bucket|count|sum)$", "", name) for name in ours}
    assert {name for name in families if f"`{name}`" not in RUNBOOK} == set()
    explained = set(re.findall(r"^\| `(glyphwatch_\w+)`", RUNBOOK, re.MULTILINE))
    assert explained - families == set()


# Rules


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed: it comes with Prometheus")
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def test_prometheus_takes_rules_and_configuration(tmp_path: Path) -> None:
    done = promtool("check", "rules", str(RULES))
    assert done.returncode == 0, done.stdout + done.stderr
    text = (PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8")
    assert "/etc/prometheus/alerts.yml" in text  # where compose has it
    config = tmp_path / "prometheus.yml"
    config.write_text(text.replace("/etc/prometheus/alerts.yml", str(RULES)))
    done = promtool("check", "config", str(config))
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_fire_when_they_should_and_only_then() -> None:
    done = promtool("test", "rules", str(RULE_TESTS))
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_rule_is_seen_to_fire_and_to_stay_silent() -> None:
    fires, silent = set[str](), set[str]()
    for test in yaml.safe_load(RULE_TESTS.read_text(encoding="utf-8"))["tests"]:
        for case in test["alert_rule_test"]:
            (fires if case["exp_alerts"] else silent).add(case["alertname"])
    names = {rule["alert"] for rule in rules()}
    assert fires == silent == names


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_each_rule_says_what_is_wrong_and_where_to_read_on(rule: dict[str, Any]) -> None:
    assert rule["labels"] in ({"severity": "critical"}, {"severity": "warning"})
    assert rule["annotations"]["runbook"] == f"docs/operations.md#{rule['alert'].lower()}"
    assert f"\n### {rule['alert']}\n" in RUNBOOK
    assert "$labels" in rule["annotations"]["summary"] or "by (job" in rule["expr"]


def test_prometheus_itself_reads_what_a_stream_exports(tmp_path: Path) -> None:
    program = shutil.which("prometheus")
    if program is None:
        pytest.skip("prometheus is not installed")
    metrics, health = Metrics(), Health()
    metrics.sink_up("postgres", up=False)
    server = HealthServer(Address("127.0.0.1", 0), pages(health, metrics.page))
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    text = (PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8")
    text = text.replace("/etc/prometheus/alerts.yml", str(RULES)).replace("15s", "1s")
    (tmp_path / "prometheus.yml").write_text(text.replace("glyphwatch:9600", str(server.address)))
    command = [program, f"--web.listen-address={listen}", "--log.level=error"]
    command += [f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    # Both are on their way: the sink is down, and nobody has a partition.
    wanted = {"GlyphwatchSinkDown", "GlyphwatchNoPartitions"}
    try:
        alerts = pending_alerts(f"http://{listen}/api/v1/alerts", process, wanted)
    finally:
        process.kill()
        process.wait()
        server.close()
    assert alerts >= wanted


def pending_alerts(url: str, process: subprocess.Popen[bytes], wanted: set[str]) -> set[str]:
    """Ask Prometheus until it has these alerts, or two minutes are over.

    There may be others: this process has the memory of all tests, and reads nothing from Kafka.
    """
    found: set[str] = set()
    until = time.monotonic() + 120
    while not wanted <= found and time.monotonic() < until:
        assert process.poll() is None
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            told = json.load(answer)["data"]["alerts"]
            found = {each["labels"]["alertname"] for each in told}
        time.sleep(0.2)
    return found


# Dashboard


def test_prometheus_takes_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    queries = [target["expr"] for panel in PANELS for target in panel["targets"]]
    plain = [
        re.sub(r"\$__(?:rate_interval|range)", "5m", query).replace("$job", ".*")
        for query in queries
    ]
    recorded = [
        {"record": f"panel_{n}", "expr": query.replace("$instance", ".*")}
        for n, query in enumerate(plain)
    ]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]}))
    done = promtool("check", "rules", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(queries)} rules found" in done.stdout


def test_panels_lie_side_by_side() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} lies on {taken[x, y]}"
                taken[x, y] = panel["title"]
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_each_panel_says_what_it_shows_and_in_what(panel: dict[str, Any]) -> None:
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert [target["refId"] for target in panel["targets"]] == list("ABCDEFGH")[
        : len(panel["targets"])
    ]
    for target in panel["targets"]:
        assert target["datasource"]["uid"] == "${datasource}"
        assert 'instance=~"$instance"' in target["expr"]


def test_the_dashboard_is_grafanas_to_keep() -> None:
    assert DASHBOARD["uid"] == "glyphwatch"
    assert "id" not in DASHBOARD
    variables = {each["name"]: each for each in DASHBOARD["templating"]["list"]}
    assert set(variables) == {"datasource", "job", "instance"}
    assert variables["datasource"]["current"]["value"] == "prometheus"  # as it is provisioned

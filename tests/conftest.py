"""What all tests share: Hypothesis profiles, and what a skip means in continuous integration."""

import os
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import database, dynamo, kafka, postgres, secured_kafka, topic, unique

__all__ = ["database", "dynamo", "kafka", "postgres", "secured_kafka", "topic", "unique"]

IN_CI = os.environ.get("GLYPHWATCH_CI") == "1"

# A time limit per example says more about the machine's load than about the code, so neither
# profile has one. In CI the examples are the same in every run: what fails there fails here.
settings.register_profile("dev", deadline=None)
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if IN_CI else "dev")


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Make a skip a failure: in CI everything that a test may need is there."""
    if report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, which GLYPHWATCH_CI=1 does not allow: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if IN_CI and not isinstance(item, pytest.DoctestItem):
        _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if IN_CI:
        _fail_if_skipped(report)
    return report

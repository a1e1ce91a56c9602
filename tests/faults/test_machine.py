"""The loop under thousands of schedules, and the same without the progress row."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from pipeline.engine import Engine, load_engine
from pipeline.settings import Settings
from tests.faults.machine import Machine
from tests.faults.messages import TARGETS

EVERYTHING = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    path = tmp_path_factory.mktemp("targets") / "targets.csv"
    path.write_text(TARGETS, encoding="utf-8")
    return load_engine(Settings(targets=path))


def test_nothing_is_lost_or_counted_twice(engine: Engine) -> None:
    machine = type("Guarded", (Machine,), {"engine": engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=400,
            stateful_step_count=40,
            suppress_health_check=EVERYTHING,
            deadline=None,
        ),
    )


def test_what_the_summary_had_counted_is_not_committed_over_what_came_after(
    engine: Engine,
) -> None:
    """Found by the machine: partitions can come in the poll that brings their first messages."""
    machine = type("Followed", (Machine,), {"engine": engine})()
    machine.begin()
    machine.produce(1, ["planted"] * 5)  # a batch has four
    machine.crash_at(0, "before_commit", 1)
    machine.step(0, 1)
    machine.expire()
    machine.start(0)
    machine.step(0, 3)
    assert machine.cluster.committed == {1: 5}
    machine.teardown()


def test_without_the_progress_row_the_machine_finds_double_counts(engine: Engine) -> None:
    machine = type("Unguarded", (Machine,), {"engine": engine, "guarded": False})
    with pytest.raises(AssertionError, match="I2: counted twice"):
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=2000,
                stateful_step_count=40,
                suppress_health_check=EVERYTHING,
                deadline=None,
                phases=[Phase.generate],  # that there is one is enough; it need not be small
                print_blob=False,
            ),
        )

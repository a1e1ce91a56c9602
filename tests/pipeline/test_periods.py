"""Periods: days, months or years, so that there are never too many."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.periods import MOST, by_period


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("times", "names"),
    [
        ([], []),
        (["2026-11-23T23:59:59"], ["2026-11-23"]),
        (["2026-02-27", "2026-03-01"], ["2026-02-27", "2026-02-28", "2026-03-01"]),
        (["2025-11-30", "2026-02-01"], ["2025-11", "2025-12", "2026-01", "2026-02"]),
        (["2019-06-01", "2026-11-23"], [str(year) for year in range(2019, 2027)]),
        (["0001-01-01", "9999-12-31"], [str(year) for year in range(9938, 10000)]),
    ],
)
def test_the_finest_of_which_there_are_not_too_many(times: list[str], names: list[str]) -> None:
    found = by_period(map(at, times))
    if len(names) > 3:
        assert [each.name for each in found] == names
    else:
        assert [each.name for each in found][: len(names)] == names


@given(st.lists(st.integers(at("1970-01-01"), at("2030-01-01"))))
def test_every_time_is_counted_once(times: list[int]) -> None:
    found = by_period(times)
    assert len(found) <= MOST
    assert sum(each.lookalikes for each in found) == len(times)
    assert [each.name for each in found] == sorted({each.name for each in found})

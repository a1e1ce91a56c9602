"""Periods: when lookalikes were first seen in; how many in each day, month or year out."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MOST = 62
"""Periods up to which a finer division is taken: two months in days, five years in months."""


class Period(NamedTuple):
    """A day, month or year."""

    name: str
    """As in ISO 8601: ``2026-11-23``, ``2026-11`` or ``2026``."""

    lookalikes: int
    """Lookalike domains that were first seen then."""


def by_period(times: Iterable[int]) -> tuple[Period, ...]:
    """Count times by the finest periods of which there are not too many, empty ones as well.

    Beyond as many years as that, the last ones are given.

    Args:
        times: seconds since the epoch, within the years 1 to 9999.

    >>> by_period([0, 86400 * 2, 86400 * 2])
    (Period(name='1970-01-01', lookalikes=1), Period(name='1970-01-02', lookalikes=0),
    Period(name='1970-01-03', lookalikes=2))
    """
    days = sorted(datetime.fromtimestamp(time, UTC).date() for time in times)
    if not days:
        return ()
    first, last = days[0], days[-1]
    if (last - first).days < MOST:
        return _counted(days, date.isoformat, _days(first, last))
    if _months_between(first, last) < MOST:
        return _counted(days, _month, _months(first, last))
    years = range(max(first.year, last.year - MOST + 1), last.year + 1)
    return _counted(days, _year, (f"{year:04}" for year in years))


def _counted(
    days: Iterable[date], name_of: Callable[[date], str], names: Iterable[str]
) -> tuple[Period, ...]:
    counts = Counter(map(name_of, days))
    return tuple(Period(name, counts[name]) for name in names)


def _year(day: date) -> str:
    return f"{day.year:04}"


def _month(day: date) -> str:
    return day.isoformat()[:7]


def _days(first: date, last: date) -> Iterator[str]:
    for number in range((last - first).days + 1):
        yield (first + timedelta(number)).isoformat()


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _months(first: date, last: date) -> Iterator[str]:
    for number in range(_months_between(first, last) + 1):
        years, month = divmod(first.month - 1 + number, 12)
        yield f"{first.year + years:04}-{month + 1:02}"

"""Outcomes: what each case of the fault matrix came to, and the table of them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from tests.faults.arena import Servers, Verdict


class Outcome(NamedTuple):
    """One run of a case."""

    problems: list[str]
    """What does not hold, in words; empty if it passed."""
    messages: int = 0
    """Messages handled."""
    figures: Mapping[str, float] = MappingProxyType({})
    """What was measured, by name with its unit: the worst of all runs is shown."""


class Case(NamedTuple):
    """A line of the matrix."""

    fault: str
    """``F1`` to ``F16``."""
    what: str
    """The fault, in words."""
    passes: str
    """What a pass is, besides the invariants."""
    run: Callable[[Servers, Path, int], Outcome]
    """Runs it once, in a folder, from a seed."""
    seeds: int = 1
    """How many runs the long matrix makes."""
    side_by_side: int = 2
    """How many of them at once."""


def judged(verdict: Verdict, *problems: str | None, **figures: float | None) -> Outcome:
    """Put a verdict and what else was looked at together; None stands for nothing wrong.

    A figure that is None was not reached in time, which is a problem.
    """
    missing = [
        f"{name} was not reached in time" for name, value in figures.items() if value is None
    ]
    measured = {name: value for name, value in figures.items() if value is not None}
    return Outcome(
        [*verdict.problems, *filter(None, problems), *missing], verdict.handled, measured
    )


def beyond(name: str, value: float | None, limit: float) -> str | None:
    """Say that a figure is too high; None if it is not, or is unknown."""
    if value is None or value < limit:
        return None
    return f"{name} is {value:.1f}, and may be {limit:g}"


HEADER = """\
| # | fault | passed | messages | pass figure, besides I1-I5 | worst seen |
| --- | --- | ---: | ---: | --- | --- |
"""


def row(case: Case, outcomes: Iterable[Outcome]) -> str:
    """Write a line of the table."""
    runs = list(outcomes)
    passed = sum(not each.problems for each in runs)
    worst: dict[str, float] = {}
    for each in runs:
        for name, value in each.figures.items():
            worst[name] = max(value, worst.get(name, value))
    seen = ", ".join(f"{name.replace('_', ' ')} {value:,.1f}" for name, value in worst.items())
    if problems := [problem for each in runs for problem in each.problems]:
        seen += f"; **{len(problems)} problems**, e.g. {problems[0]}".replace("|", "/")
    messages = sum(each.messages for each in runs)
    return (
        f"| {case.fault} | {case.what} | {passed} of {len(runs)} | {messages:,} "
        f"| {case.passes} | {seen} |\n"
    )

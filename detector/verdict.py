"""Verdicts: how alike a name and its target look, and how much that matters.

The score is about looks alone: the product of the confidences of all substitutions, so one more
substitution never raises it. The severity is the score in its context, by the tables below, which
the documentation prints (`severity_table`).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from detector.position import Position
from detector.substitution import Substitution

LONG_TARGET = 5
"""Characters from which a target's label is long enough not to be met by chance."""

BUSY = 1000
"""Resolutions in one record from which a lookalike has an audience."""

DIGITS = 4
"""Decimals of a score: the confidences behind it have three."""


class Severity(IntEnum):
    """How much a detection matters, ordered."""

    INFO = 0
    """A word of the suffix's own language; reported only when asked for."""

    LOW = 1
    """Alike at a distance, or where nobody is likely to meet it."""

    MEDIUM = 2
    """Alike enough to be mistaken in some fonts, or by who does not look twice."""

    HIGH = 3
    """Mistaken at first sight."""

    CRITICAL = 4
    """Not to be told apart, and where the target is looked for."""

    def __str__(self) -> str:
        """Give the name as records have it: ``high``."""
        return self.name.lower()

    @classmethod
    def parse(cls, text: str) -> Severity:
        """Read a name as records have it.

        >>> Severity.parse("high") > Severity.parse("low")
        True

        Raises:
            ValueError: the text names no severity.
        """
        try:
            return cls[text.upper()]
        except KeyError:
            msg = f"{text!r} is none of {', '.join(map(str, cls))}"
            raise ValueError(msg) from None


class Context(NamedTuple):
    """What besides its looks makes a lookalike matter."""

    same_suffix: bool
    """The suffix right of the label is the target's."""

    position: Position
    """Where the label stands."""

    target_length: int
    """Characters of the target's label."""

    idna_valid: bool
    """The label is ASCII or valid by IDNA2008, so a registry may have sold it."""

    count: int | None = None  # type: ignore[assignment]  # hides tuple's
    """Resolutions in the record it was seen in, where that is known."""


BASE: tuple[tuple[float, Severity], ...] = (
    (0.95, Severity.HIGH),
    (0.80, Severity.MEDIUM),
    (0.0, Severity.LOW),
)
"""Score from which a severity applies, highest first."""

STEPS: tuple[tuple[str, int], ...] = (
    ("the suffix is the target's own", +1),
    (f"{BUSY} or more resolutions in the record", +1),
    ("a subdomain, or a suffix that no registry runs", -1),
    (f"the target's label is shorter than {LONG_TARGET} characters", -1),
    ("the label is not valid by IDNA2008", -1),
)
"""What the context adds or takes, in severities."""


def score(substitutions: Iterable[Substitution]) -> float:
    """Multiply the confidences: how alike name and target look, 0 to 1.

    No substitution, no difference: 1. The order of three published attacks on apple.com follows
    from the map: a whole label in Cyrillic (аррӏе) over a dot below (ạpple) over an accent (äpple).
    """
    result = 1.0
    for each in substitutions:
        result *= each.confidence
    return round(result, DIGITS)


def steps(context: Context) -> tuple[tuple[str, int], ...]:
    """Give the rows of `STEPS` that apply."""
    hidden = context.position in (Position.SUBDOMAIN, Position.SUFFIX)
    applies = (
        context.same_suffix,
        context.count is not None and context.count >= BUSY,
        hidden,
        context.target_length < LONG_TARGET,
        not context.idna_valid,
    )
    return tuple([row for row, applied in zip(STEPS, applies, strict=True) if applied])


def base(value: float) -> Severity:
    """Give the severity that a score has before its context is looked at."""
    return next(severity for least, severity in BASE if value >= least)


def severity(value: float, context: Context) -> Severity:
    """Rate a score in its context; from `Severity.LOW` to `Severity.CRITICAL`.

    The tables, and why:

    - a score of 0.95 is left by characters that fonts draw alike (Cyrillic а: 0.998); 0.80 by one
      accent or one pair (ä: 0.878, rn: 0.885), or by two dots below; less by several of them;
    - under the target's own suffix the whole name is alike, and there is nothing left to notice;
    - many resolutions in one record mean that people, or machines, already go there;
    - a subdomain can be had without a registrar, but is seen in front of another domain; a suffix
      that no registry runs resolves nowhere but in someone's own network;
    - short labels are met by chance: there are few of them and everybody wants one;
    - a label that IDNA2008 forbids cannot be had from a registry that keeps the rules, and browsers
      show it as ``xn--``.

    A higher score is never rated lower in the same context.

    >>> apple = Context(
    ...     same_suffix=True, position=Position.REGISTRABLE, target_length=5, idna_valid=True
    ... )
    >>> str(severity(0.99, apple)), str(severity(0.88, apple))
    ('critical', 'high')
    """
    level = base(value) + sum(change for _, change in steps(context))
    return Severity(min(max(level, Severity.LOW), Severity.CRITICAL))


def severity_table() -> str:
    """Print the tables as Markdown, for the documentation."""
    lines = ["| score | severity |", "| --- | --- |"]
    lines += [f"| {least:.2f} and more | {each} |" for least, each in BASE]
    lines += ["", "| context | severities |", "| --- | --- |"]
    lines += [f"| {row} | {change:+d} |" for row, change in STEPS]
    lines += [
        "",
        f"The sum is held between `{Severity.LOW}` and `{Severity.CRITICAL}`.",
        f"`{Severity.INFO}` is for what the brakes `native_spelling` and `plain_letters` lower.",
    ]
    return "\n".join(lines) + "\n"

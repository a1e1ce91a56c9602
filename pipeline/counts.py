"""Counts: what became of the records of one or more inputs."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from pipeline.judging import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.judging import Answer


class Counts:
    """What became of the records. Every record is clean, matched, rejected or skipped."""

    __slots__ = (
        "brakes",
        "clean",
        "damage",
        "detections",
        "held",
        "matched",
        "records",
        "rejected",
        "skipped",
        "truncated",
        "unjudged",
    )

    def __init__(  # noqa: PLR0913 - one a count
        self,
        *,
        records: int = 0,
        clean: int = 0,
        matched: int = 0,
        detections: int = 0,
        truncated: int = 0,
        rejected: Counter[str] | None = None,
        damage: Counter[str] | None = None,
        skipped: Counter[str] | None = None,
        brakes: Counter[str] | None = None,
        held: Counter[str] | None = None,
        unjudged: Counter[str] | None = None,
    ) -> None:
        """Begin with these counts; none of what is not given."""
        self.records = records
        """Records seen; blank lines are none."""
        self.clean = clean
        """Records that are nobody's lookalike."""
        self.matched = matched
        """Records with one detection or more."""
        self.detections = detections
        """Detections: a record may have several."""
        self.truncated = truncated
        """Records of which some readings were left out, because there were too many."""
        self.rejected: Counter[str] = Counter() if rejected is None else rejected
        """Rejected records by reason."""
        self.damage: Counter[str] = Counter() if damage is None else damage
        """Inputs that ended early or broke, by reason."""
        self.skipped: Counter[str] = Counter() if skipped is None else skipped
        """Records that are no observation, by reason."""
        self.brakes: Counter[str] = Counter() if brakes is None else brakes
        """How often each brake fired."""
        self.held: Counter[str] = Counter() if held is None else held
        """Detections that the allow list kept back, by `Rule.key`."""
        self.unjudged: Counter[str] = Counter() if unjudged is None else unjudged
        """Names beside a record's own that are no names, by reason."""

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counts) and self.to_json() == other.to_json()

    def add_answers(self, answers: Sequence[Answer]) -> Refused | None:
        """Add what the judge said of one record's names, its own name first.

        Returns:
            Why its own name could not be judged, if so: then what became of the record is not
            counted yet.
        """
        said = [each for each in answers if not isinstance(each, Refused)]
        for each in said:
            self.brakes.update(each.brakes)
            self.held.update(each.held)
        self.truncated += any(each.truncated for each in said)
        self.unjudged.update(each.reason for each in answers[1:] if isinstance(each, Refused))
        found = sum(len(each.detections) for each in said)
        self.detections += found
        if isinstance(answers[0], Refused):
            return answers[0]
        if found:
            self.matched += 1
        else:
            self.clean += 1
        return None

    def add(self, other: Counts) -> None:
        """Add what became of other records."""
        self.records += other.records
        self.clean += other.clean
        self.matched += other.matched
        self.detections += other.detections
        self.truncated += other.truncated
        self.rejected += other.rejected
        self.damage += other.damage
        self.skipped += other.skipped
        self.brakes += other.brakes
        self.held += other.held
        self.unjudged += other.unjudged

    def to_json(self) -> str:
        """Write as one JSON object, the same for the same counts."""
        values: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(values, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Counts:
        """Read what `to_json` wrote.

        >>> Counts.from_json(Counts(records=2, rejected=Counter(bad_json=1)).to_json()).rejected
        Counter({'bad_json': 1})
        """
        values: dict[str, Any] = json.loads(text)
        tables = ("rejected", "damage", "skipped", "brakes", "held", "unjudged")
        values |= {name: Counter(values.get(name, {})) for name in tables}  # the last are newer
        return cls(**values)

    def describe(self) -> str:
        """Tell a person, in one line.

        >>> Counts(
        ...     records=3, clean=1, matched=1, detections=1, rejected=Counter(bad_json=1)
        ... ).describe()
        '3 records: 1 clean, 1 matched with 1 detection, 1 rejected (bad_json 1)'
        """
        parts = [f"{self.clean:,} clean"]
        plural = "" if self.detections == 1 else "s"
        parts.append(f"{self.matched:,} matched with {self.detections:,} detection{plural}")
        for word, table in (("rejected", self.rejected), ("skipped", self.skipped)):
            if table:
                parts.append(f"{table.total():,} {word} ({_list(table)})")
        line = f"{self.records:,} records: {', '.join(parts)}"
        for word, table in (
            ("damaged input", self.damage),
            ("brakes fired", self.brakes),
            ("further names that are none", self.unjudged),
        ):
            if table:
                line += f"; {word}: {_list(table)}"
        if self.held:
            line += f"; kept back by the allow list: {self.held.total():,}"
        return line + (f"; readings left out in {self.truncated:,}" if self.truncated else "")


def _list(table: Counter[str]) -> str:
    return ", ".join(f"{key} {count:,}" for key, count in sorted(table.items()))

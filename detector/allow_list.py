"""Allow lists: rules that people wrote in, which of them keeps a finding from being reported out.

A rule names a lookalike, a target, or both. It comes last, after everything that could keep a
finding back by itself, so that what a rule is counted for is what would have been reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import NamedTuple

ANY = "*"
"""In a rule: any name, or any target."""


class Verb(StrEnum):
    """What a rule says."""

    ALLOW = "allow"
    """Somebody looked: it imitates nobody."""

    SILENCE = "silence"
    """Whatever it is, nobody is to be told."""


class Rule(NamedTuple):
    """One row of an allow list."""

    verb: Verb
    """What it says."""

    name: str
    """A name in A-label form, with all below it; ``*.SUFFIX``, only what is below; or `ANY`."""

    target: str = ANY
    """A target's domain in A-label form; or `ANY`."""

    @property
    def key(self) -> str:
        """The rule in a few words, under which what it holds back is counted.

        >>> Rule(Verb.SILENCE, "*.de", "uber.com").key, Rule(Verb.ALLOW, "paypa1.com").key
        ('silence *.de=uber.com', 'allow paypa1.com')
        """
        return f"{self.verb} {self.name}" + ("" if self.target == ANY else f"={self.target}")


class AllowList:
    """Rules, looked up by name. Immutable; threads may share it."""

    def __init__(self, names: AbstractSet[str] = frozenset(), rules: Iterable[Rule] = ()) -> None:
        """Take rules.

        Args:
            names: names in A-label form of which nothing is reported, nor of anything under them:
                the same as so many rules of `Verb.ALLOW`, in a tenth of the memory.
            rules: other rules; of several that hold, the first one counts.
        """
        self._names = names
        self._rules: dict[str, list[Rule]] = {}
        for rule in rules:
            self._rules.setdefault(rule.name, []).append(rule)

    def __bool__(self) -> bool:
        return bool(self._names or self._rules)

    def rule_for(self, name: str, domain: str, target: str) -> Rule | None:
        """Give the rule that keeps a finding back, the most specific name first; None if none does.

        A rule for a name holds for that name and all below it, but not below a domain of somebody
        else's: one for ``github.io`` says nothing of ``paypa1.github.io``.

        Args:
            name: the whole name, in A-label form.
            domain: the domain that the matched label belongs to, at its end.
            target: the domain that it imitates.
        """
        for place in _endings(name):
            ending = name[place:]
            if len(ending) >= len(domain):
                if ending in self._names:
                    return Rule(Verb.ALLOW, ending)
                if found := self._first(ending, target):
                    return found
            if place and (found := self._first(f"*.{ending}", target)):
                return found
        return self._first(ANY, target)

    def _first(self, name: str, target: str) -> Rule | None:
        for rule in self._rules.get(name, ()):
            if rule.target in (target, ANY):
                return rule
        return None


def _endings(name: str) -> Iterator[int]:
    """Give where the labels of a name begin, from left to right."""
    place = 0
    while True:
        yield place
        place = name.find(".", place) + 1
        if not place:
            return

"""Hunspell dictionaries: a ``.dic`` file and its ``.aff`` file in, the words they stand for out.

As far as a list of words needs it (hunspell(5)): every stem that may stand alone, and every form
that one suffix gives. Prefixes, second suffixes and compounds are left out: they multiply the words
by thousands and hardly ever make a domain label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

# Morphological fields (" po:noun") may follow a word; other spaces belong to it ("ad hoc").
_FIELDS = re.compile(r"\t.*|\s+[a-z]{2}:.*")
_SLASH = re.compile(r"(?<!\\)/")
_CONDITION_PART = re.compile(r"\[(?P<negation>\^?)(?P<characters>[^\]]+)\]|.")
_NOT_ALONE = frozenset({"NEEDAFFIX", "PSEUDOROOT", "ONLYINCOMPOUND", "FORBIDDENWORD", "CIRCUMFIX"})

BYTES = "surrogateescape"
"""How bytes that are no text are kept while a file is read: flags may be any byte."""

SuffixRules = dict[str, dict[str, list[str]]]
"""The rules of one suffix class: what is taken from the end of a stem -> the condition that the end
must meet -> what may be put there instead. In Hungarian the last are hundreds."""


@dataclass(slots=True)
class Affixes:
    """The part of an ``.aff`` file that makes words out of stems."""

    encoding: str = "iso8859-1"
    """Of both files (``SET``)."""

    flag_kind: str = "char"
    """How flags are written (``FLAG``): ``char``, ``long``, ``num`` or ``UTF-8``."""

    aliases: list[str] = field(default_factory=list)
    """Sets of flags that the dictionary names by number, from 1 (``AF``)."""

    not_alone: set[str] = field(default_factory=set)
    """Flags of stems and forms that are no words by themselves."""

    suffixes: dict[str, SuffixRules] = field(default_factory=dict)
    """Flag -> the rules of its suffix class."""

    @classmethod
    def load(cls, path: Path) -> Affixes:
        """Read an ``.aff`` file. Options that make no words are passed over."""
        data = path.read_bytes()
        affixes = cls()
        said = re.search(rb"^(?:\xef\xbb\xbf)?SET\s+(\S+)", data, re.MULTILINE)
        if said:
            affixes.encoding = said[1].decode("ascii")
        lines = [line.split() for line in data.decode(affixes.encoding, errors=BYTES).split("\n")]
        # How flags are written, then which flags are special, then the rules, which have flags.
        for read in (affixes._flag_option, affixes._special_flag, affixes._rule):
            for parts in lines:
                read(parts)
        return affixes

    def _flag_option(self, parts: Sequence[str]) -> None:
        if len(parts) >= 2 and parts[0] == "FLAG":
            self.flag_kind = parts[1]
        elif len(parts) >= 2 and parts[0] == "AF":
            self.aliases.append(parts[1])

    def _special_flag(self, parts: Sequence[str]) -> None:
        if len(parts) >= 2 and parts[0] in _NOT_ALONE:
            self.not_alone.update(self._cut_flags(parts[1]))

    def _rule(self, parts: Sequence[str]) -> None:
        """Read ``SFX flag strip add[/flags] condition``, where ``0`` is nothing."""
        if len(parts) < 5 or parts[0] != "SFX":
            return
        _, flag, strip, addition, condition, *_ = parts
        add, *flags = _SLASH.split(addition, maxsplit=1)
        if flags and self.not_alone.intersection(self.flags(flags[0])):
            return
        by_strip = self.suffixes.setdefault(self._cut_flags(flag)[0], {})
        rules = by_strip.setdefault("" if strip == "0" else strip, {})
        rules.setdefault(condition, []).append("" if add == "0" else add)

    def flags(self, text: str) -> tuple[str, ...]:
        """Cut a set of flags, or the number of one, into its flags.

        >>> Affixes(flag_kind="num").flags("3,15"), Affixes(flag_kind="long").flags("AaB1")
        (('3', '15'), ('Aa', 'B1'))
        """
        if len(self.aliases) > 1 and text.isdecimal():
            text = self.aliases[int(text)]  # aliases[0] is their count
        return self._cut_flags(text)

    def _cut_flags(self, text: str) -> tuple[str, ...]:
        if self.flag_kind == "num":
            return tuple(text.split(","))
        if self.flag_kind == "long":
            return tuple(text[place : place + 2] for place in range(0, len(text), 2))
        if self.flag_kind == "UTF-8":
            return tuple(text)
        # A flag is one byte, even in a file that is UTF-8 otherwise, as the Hungarian one is.
        return tuple(text.encode(self.encoding, errors=BYTES).decode("iso8859-1"))

    def forms(self, stem: str, flags: Sequence[str], reaches: Callable[[str], bool]) -> set[str]:
        """Give the words of one entry, as far as `reaches` says that their beginning is wanted."""
        reached: dict[str, bool] = {stem: reaches(stem)}
        found = {stem} if reached[stem] and self.not_alone.isdisjoint(flags) else set()
        for flag in flags:
            for strip, conditions in self.suffixes.get(flag, {}).items():
                root = stem.removesuffix(strip)
                if root not in reached:
                    reached[root] = reaches(root)
                if not reached[root] or not stem.endswith(strip):
                    continue
                for condition, additions in conditions.items():
                    if _condition(condition).search(stem):
                        found.update([root + add for add in additions])
        return found


@cache
def _condition(text: str) -> re.Pattern[str]:
    """Compile a rule's condition: characters, ``.``, and ``[...]`` in which only ``^`` is special.

    >>> _condition("[^a-]y").search("puppy") is not None, _condition("[^a-]y").search("-y")
    (True, None)
    """
    return re.compile(_CONDITION_PART.sub(_translate, text) + r"\Z")


def _translate(part: re.Match[str]) -> str:
    negation, characters = part["negation"], part["characters"]
    if characters is not None:
        return f"[{negation}{re.escape(characters)}]"
    return "." if part[0] == "." else re.escape(part[0])


def read_words(path: Path, reaches: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Give the words of a ``.dic`` file that has its ``.aff`` file beside it, and each one's stem.

    Args:
        path: the ``.dic`` file.
        reaches: tells whether any word that begins so is wanted; without a limit there are
            tens of millions.
    """
    affixes = Affixes.load(path.with_suffix(".aff"))
    lines = path.read_text(encoding=affixes.encoding, errors=BYTES).split("\n")
    for line in lines[1:]:  # the first one is their count
        word, *flags = _SLASH.split(_FIELDS.sub("", line).strip(), maxsplit=1)
        if word:
            stem = word.replace("\\/", "/")
            for form in affixes.forms(stem, affixes.flags(flags[0]) if flags else (), reaches):
                yield form, stem

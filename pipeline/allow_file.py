"""Allow files: the text files that ``--allow`` names in, the rules that hold today out.

A line is a name alone, or ``rank,name``, or a row with the reason for it::

    allow ; xn--mnchen-3ya.de ; * ; 2026-11-23 ; - ; the city's own site
    silence ; *.de ; uber.com ; 2026-11-23 ; 2027-03-31 ; a word of the language; ask again in April

Verb, name (`detector.allow_list.Rule`), target, day it was added, last day (UTC) that it holds,
why; what is left out at the end is ``*``, ``-`` or nothing. Lines that are no names are passed
over, as such lists come from others; a wrong row is an error: somebody meant something by it.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from detector.allow_list import ANY, AllowList, Rule, Verb
from detector.errors import InvalidName
from detector.labels import parse_name
from pipeline.errors import UsageError
from pipeline.name_list import PLAIN, names_in, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipeline.settings import Settings

DEFAULT_ALLOW = Path("glyphwatch-allow.txt")
"""What is read, if it is there, where no file is named; and what ``allow add`` writes then."""

NEVER = "-"
"""In a row: no such day."""

_ALL = "*."
_BOM = b"\xef\xbb\xbf"


class Row(NamedTuple):
    """One row, with what stands beside its rule."""

    rule: Rule
    """What it says."""

    added: str
    """The day it was added, as in ISO 8601; or `NEVER`, if that was not noted."""

    until: str
    """The last day on which it holds; or `NEVER`, if it holds for good."""

    why: str
    """The reason, in somebody's words: escape it to print it."""

    place: str
    """File and line."""

    def holds(self, today: str) -> bool:
        """Say whether it holds on a day."""
        return self.until == NEVER or self.until >= today  # so written, days sort as text


class AllowFiles(NamedTuple):
    """What some allow files say together."""

    names: frozenset[str]
    """Names that stand alone on their lines, in A-label form."""

    rows: tuple[Row, ...]
    """The rows, in order, also those that hold no more."""

    today: str
    """The day for which they were read."""

    digest: str
    """SHA-256, in hex, of what holds: the same, the same is held back."""

    @classmethod
    def read(cls, paths: Iterable[Path], today: str | None = None) -> AllowFiles:
        """Read files, plain or compressed.

        Args:
            paths: the files.
            today: the day for which they are read; `this_day` if None.

        Raises:
            UsageError: a file cannot be read, is no list of names, or has a wrong row.
        """
        today = today or this_day()
        names: set[str] = set()
        rows: list[Row] = []
        sha256 = hashlib.sha256()
        for path in paths:
            data = read_file(path).removeprefix(_BOM)
            if b";" in data:
                found, data = _split(path, data)
                rows += found
            sha256.update(len(data).to_bytes(8, "big") + data)
            names |= names_in(path, data)
        for row in rows:
            if row.holds(today):
                sha256.update(f"{row.rule.key}\n".encode())
        return cls(frozenset(names), tuple(rows), today, sha256.hexdigest())

    @property
    def rules(self) -> AllowList:
        """What holds."""
        return AllowList(self.names, [row.rule for row in self.rows if row.holds(self.today)])

    @property
    def allowed_names(self) -> frozenset[str]:
        """Names whose rows allow them, and all below them, whatever they imitate."""
        rules = (row.rule for row in self.rows if row.holds(self.today))
        allowed = (rule for rule in rules if rule.verb is Verb.ALLOW and rule.target == ANY)
        return frozenset(rule.name for rule in allowed if not rule.name.startswith(ANY))

    @property
    def ends(self) -> str:
        """The last day on which all of that holds; `NEVER` if all of it holds for good."""
        days = [row.until for row in self.rows if row.until != NEVER and row.holds(self.today)]
        return min(days, default=NEVER)


def this_day() -> str:
    """Give the day that it is, in UTC."""
    return time.strftime("%Y-%m-%d", time.gmtime())


def allow_paths(settings: Settings) -> tuple[Path, ...]:
    """Give the allow files of a run: those that are named, or else `DEFAULT_ALLOW` if it is there.

    Wherever it lies, a detection that it holds back is counted under its rule.
    """
    if settings.allow:
        return settings.allow
    return (DEFAULT_ALLOW,) if DEFAULT_ALLOW.is_file() else ()


def _split(path: Path, data: bytes) -> tuple[list[Row], bytes]:
    """Give the rows of a file, and the rest of it with an empty line for each."""
    rows: list[Row] = []
    rest: list[bytes] = []
    for number, line in enumerate(data.split(b"\n"), start=1):
        if b";" not in line or line.lstrip().startswith(b"#"):
            rest.append(line)
            continue
        rest.append(b"")
        place = f"{path}:{number}"
        try:
            rows.append(parse_row(line.decode("utf-8").strip(), place))
        except UnicodeDecodeError as error:
            msg = f"{path}: is no list of names: line {number} is not UTF-8"
            raise UsageError(msg) from error
        except UsageError as error:
            msg = f"{place}: {error}"
            raise UsageError(msg) from error
    return rows, b"\n".join(rest)


def parse_row(line: str, place: str = "") -> Row:
    """Read one row.

    >>> parse_row("silence; *.DE; uber.com; -; 2027-03-31; a word; really").why
    'a word; really'

    Raises:
        UsageError: it is wrong; the message does not say where.
    """
    fields = [field.strip() for field in line.split(";", 5)]
    verb, name, target, added, until, why = fields + ["", ANY, NEVER, NEVER, ""][len(fields) - 1 :]
    try:
        rule = make_rule(Verb(verb), name, target or ANY)
    except ValueError:
        msg = f"a row begins with {' or '.join(Verb)}, not {verb!a}"
        raise UsageError(msg) from None
    return Row(rule, parse_day(added), parse_day(until), why, place)


def make_rule(verb: Verb, name: str, target: str) -> Rule:
    """Make a rule of names as people write them, in Unicode as well.

    Raises:
        UsageError: one of them is no name, or the rule would hold back everything.
    """
    if name == ANY and target == ANY:
        msg = "a rule needs a name or a target: this one would keep everything back"
        raise UsageError(msg)
    if name != ANY:
        below = name.startswith(_ALL)
        name = _ALL * below + a_label_form(name.removeprefix(_ALL))
    return Rule(verb, name, target if target == ANY else a_label_form(target))


def a_label_form(name: str) -> str:
    """Give a name in A-label form.

    Raises:
        UsageError: it is no name, or not one of letters, digits, hyphens and underscores.
    """
    try:
        text = parse_name(name).text
    except InvalidName as error:
        msg = f"{name!a} is no name: {error.detail}"
        raise UsageError(msg) from error
    if text.encode("ascii", "replace").translate(None, PLAIN):
        msg = f"{name!a} is no name that a row can hold"
        raise UsageError(msg)
    return text


def parse_day(text: str) -> str:
    """Read a day; `NEVER`, or nothing, for none.

    Raises:
        UsageError: it is no day.
    """
    if text in ("", NEVER):
        return NEVER
    from datetime import date  # which asking about one name can do without

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        msg = f"{text!a} is no day as in 2026-11-23"
        raise UsageError(msg) from error


def written(row: Row) -> str:
    """Write a row as one line, without its end.

    >>> written(parse_row("allow; münchen.de; *; 2026-11-23"))
    'allow ; xn--mnchen-3ya.de ; * ; 2026-11-23 ; - ;'
    """
    rule = row.rule
    fields = (rule.verb, rule.name, rule.target, row.added, row.until, row.why)
    return " ; ".join(fields).rstrip()


def lines_with(data: str, keys: Iterable[str]) -> Iterator[int]:
    """Give the numbers, from 0, of a file's lines that say one of some rules.

    Args:
        data: what is in the file.
        keys: rules without their verb, as `Rule.key` writes them: ``paypa1.com=paypal.com``.
    """
    wanted = set(keys)
    for number, line in enumerate(data.removeprefix("\ufeff").split("\n")):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            rule = (
                parse_row(line.strip()).rule
                if ";" in line
                else make_rule(Verb.ALLOW, line.rpartition(",")[2].strip(), ANY)
            )
        except UsageError:
            continue
        if rule.key.partition(" ")[2] in wanted:
            yield number

"""Suffixes: how many labels of a name its registry sells under, by the Public Suffix List.

The rules are those of https://publicsuffix.org/list/: the longest rule wins, an exception (``!``)
beats its wildcard, ``*`` is implied, and a wildcard's parent is a suffix too when it is the whole
name (``kobe.jp``), as in the list's own test data. The list has two sections: ICANN's suffixes, and
those of private owners (``github.io``) under which strangers have names. Both are asked for, since
the label that matters may stand under either.

The data file is the one that the package ``publicsuffixlist`` ships; its code is not imported.
"""

from __future__ import annotations

import re
from importlib.machinery import PathFinder
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from detector import punycode
from detector.errors import InvalidData

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PACKAGE: Final = "publicsuffixlist"

ICANN: Final = 1
PRIVATE: Final = 2
ICANN_WILDCARD: Final = 4
PRIVATE_WILDCARD: Final = 8
ICANN_EXCEPTION: Final = 16
PRIVATE_EXCEPTION: Final = 32

_PLAIN = ICANN | PRIVATE
_WILDCARD = ICANN_WILDCARD | PRIVATE_WILDCARD
_EXCEPTION = ICANN_EXCEPTION | PRIVATE_EXCEPTION
_RULE = re.compile(r"^(?:[^/\s]|/(?!/))\S*", re.MULTILINE)  # a rule ends at the first blank
_PLAIN_RULES = re.compile(r"(?:[a-z0-9-]+[.\n])*+")
_BEGIN_ICANN, _END_ICANN = "// ===BEGIN ICANN DOMAINS===", "// ===END ICANN DOMAINS==="


class SuffixList:
    """The Public Suffix List, with its rules in A-label form."""

    __slots__ = ("_depth", "_rules", "version")

    def __init__(self, rules: dict[str, int], version: str) -> None:
        self.version = version
        """What the data file says of itself, and the package it came in: two lists with the same
        version give the same answers."""
        self._rules = rules
        self._depth = max(map(str.count, rules, repeat(".")), default=-1) + 1

    @classmethod
    def load(cls, path: Path | None = None) -> SuffixList:
        """Read a list in the format of publicsuffix.org; without a path, the installed one.

        Raises:
            InvalidData: the package is missing, the file cannot be read, has no ICANN section, or a
                line that is no rule; the message names file and line.
        """
        code = None if path else _package_code()
        path = path or _package_code().with_name("public_suffix_list.dat")
        try:
            text = path.read_bytes().decode("utf-8-sig")
            origin = _package_version(code.read_text("utf-8")) if code else ""
        except (OSError, UnicodeDecodeError) as error:
            msg = f"{path}: not readable as a public suffix list: {error}"
            raise InvalidData(msg) from error
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return cls(_parse(text, path), _data_version(text) + origin)

    def rules(self) -> Iterator[tuple[str, int]]:
        """Give each rule's suffix in A-label form, without ``*.`` or ``!``, and its flags.

        One suffix may carry several flags: ``*.ck`` and ``ck`` are one row. The flags are a sum of
        `ICANN`, `PRIVATE`, `ICANN_WILDCARD`, `PRIVATE_WILDCARD`, `ICANN_EXCEPTION` and
        `PRIVATE_EXCEPTION`.
        """
        return iter(self._rules.items())

    def suffix_lengths(self, labels: Sequence[str]) -> tuple[int, int]:
        """Count the labels of a name's public suffix: by ICANN's rules, and by all of them.

        Args:
            labels: the name's labels from left to right, lower-case, in A-label form.

        Returns:
            Two counts, the second not below the first, neither above ``len(labels)``.

        >>> suffixes = SuffixList.load()
        >>> suffixes.suffix_lengths(["paypal", "co", "uk"])
        (2, 2)
        >>> suffixes.suffix_lengths(["xn--pypal-4ve", "github", "io"])
        (1, 2)
        >>> suffixes.suffix_lengths(["city", "kobe", "jp"]), suffixes.suffix_lengths(["nosuch"])
        ((2, 2), (1, 1))
        """
        count = len(labels)
        icann = both = min(count, 1)  # the implied rule "*"
        suffix = ""
        for depth in range(1, min(count, self._depth) + 1):
            suffix = f"{labels[-depth]}.{suffix}" if suffix else labels[-depth]
            flags = self._rules.get(suffix, 0)
            if not flags:
                continue
            both = _length(depth, flags, count)
            icann_flags = flags & (ICANN | ICANN_WILDCARD | ICANN_EXCEPTION)
            if icann_flags:
                icann = _length(depth, icann_flags, count)
        return icann, max(icann, both)  # differ the other way round by a private exception alone


def _length(depth: int, flags: int, count: int) -> int:
    """Count the suffix's labels by a row `depth` labels deep, exception before wildcard."""
    if flags & _EXCEPTION:
        return depth - 1
    if flags & _WILDCARD:
        return min(depth + 1, count)
    return depth


def _parse(text: str, path: Path) -> dict[str, int]:
    """Read all rules: suffix in A-label form to flags. Plain ASCII rules go in one stride."""
    if _BEGIN_ICANN not in text:
        msg = f"{path}: not a public suffix list: no line {_BEGIN_ICANN!r}"
        raise InvalidData(msg)
    before, _, rest = text.partition(_BEGIN_ICANN)
    icann, _, after = rest.partition(_END_ICANN)
    rules: dict[str, int] = {}
    for section, shift in ((before, 1), (icann, 0), (after, 1)):
        found = _RULE.findall(section)
        other = [rule for rule in found if not rule.isascii() or rule[0] in "*!"]
        plain = dict.fromkeys(found, ICANN << shift)
        for rule in other:
            plain.pop(rule, None)
        if not _PLAIN_RULES.fullmatch("\n".join([*plain, ""])):
            plain, other = {}, found  # one has something else in it: look at each
        for suffix in plain.keys() & rules.keys():
            plain[suffix] |= rules[suffix]
        rules |= plain
        for rule in other:
            suffix, flag = _rule(rule, text, path)
            rules[suffix] = rules.get(suffix, 0) | flag << shift
    return rules


def _rule(rule: str, text: str, path: Path) -> tuple[str, int]:
    """Take a rule apart into its suffix and the ICANN flag of its kind."""
    suffix, flag = rule.lower(), ICANN
    if suffix.startswith("!"):
        suffix, flag = suffix[1:], ICANN_EXCEPTION
    elif suffix.startswith("*."):
        suffix, flag = suffix[2:], ICANN_WILDCARD
    if not suffix or ".." in f".{suffix}." or "*" in suffix or "!" in suffix:
        lines = enumerate(text.split("\n"), 1)
        number = next(number for number, line in lines if line.split()[:1] == [rule])
        msg = f"{path}:{number}: {rule!a} is no public suffix rule"
        raise InvalidData(msg)
    return ".".join(map(_a_label, suffix.split("."))), flag


def _a_label(label: str) -> str:
    # The list is kept in lower case and NFC by its maintainers' linter; a test holds that.
    return label if label.isascii() else punycode.ACE_PREFIX + punycode.encode(label)


def _data_version(text: str) -> str:
    found = re.search(r"^// VERSION: (\S+)", text[:4096], re.MULTILINE)
    if found:
        return found[1]
    from hashlib import sha256  # 5 ms that the installed list saves

    return f"sha256:{sha256(text.encode()).hexdigest()[:12]}"


def _package_version(source: str) -> str:
    """Give `` (publicsuffixlist X)``. importlib.metadata would say it too, but takes 25 ms."""
    found = re.search(r'^__version__ = "([^"]+)"', source, re.MULTILINE)
    return f" ({PACKAGE} {found[1]})" if found else ""


def _package_code() -> Path:
    spec = PathFinder.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        msg = f"the public suffix list is missing: pip install {PACKAGE}"
        raise InvalidData(msg)
    return Path(spec.origin)

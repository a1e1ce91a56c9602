"""Registrable domains: what somebody wrote as a domain in, its A-label form out, or what is wrong.

A registrable domain is one label left of a public suffix: of ICANN's (``paypal.com``), or of a
private owner's, under which strangers have names (``foo.github.io``). Nearly every domain in a list
is plain: lower-case ASCII, one label left of a suffix that has been seen before. Those are told by
two look-ups and one match, so that 60,000 of them take a twentieth of a second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from detector.errors import InvalidName
from detector.labels import Kind, Label, parse_name
from detector.suffixes import SuffixList

_LDH: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?").fullmatch
_PLAIN_LABEL: Final = re.compile(r"(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?").fullmatch
_ANY: Final = "?"  # stands for a label that no rule names


class Reading(NamedTuple):
    """What came of one value."""

    domain: str
    """The domain in A-label form; empty if there is none to use."""

    unicode_label: str
    """Its leftmost label as a person would read it, ``citroën``."""

    fault: str = ""
    """What is wrong and how to mend it, one sentence without a subject; empty if nothing is. A
    domain may have a fault and be of use: one under a suffix that no list has."""


class Registrable:
    """The rules by which a domain is registrable: made once, asked for every domain."""

    __slots__ = ("_open", "_rules", "_suffixes")

    def __init__(self, suffixes: SuffixList) -> None:
        self._suffixes = suffixes
        self._rules = dict(suffixes.rules())
        self._open = _OpenSuffixes(suffixes, self._rules)

    def is_plain(self, domain: str) -> bool:
        """Tell at once that a domain is registrable and in A-label form; False says nothing.

        >>> rules = Registrable(SuffixList.load())
        >>> [rules.is_plain(each) for each in ("hsbc.co.uk", "co.uk", "www.hsbc.co.uk", "HSBC.uk")]
        [True, False, False, False]
        """
        label, _, suffix = domain.partition(".")
        return self._open[suffix] and domain not in self._rules and _PLAIN_LABEL(label) is not None

    def read(self, value: str) -> Reading:
        """Read a domain that should be registrable itself, in A-label or Unicode form.

        >>> rules = Registrable(SuffixList.load())
        >>> rules.read("Citroën.fr")
        Reading(domain='xn--citron-tva.fr', unicode_label='citroën', fault='')
        >>> rules.read("www.paypal.com").fault
        "is a host name: write its registrable domain, 'paypal.com'"
        """
        labels, fault = self._parse(value)
        if fault:
            return Reading("", "", fault)
        texts = [label.text for label in labels]
        icann, both = self._suffixes.suffix_lengths(texts)
        above = len(texts) - 1
        if above in {icann, both}:
            return self._reading(labels)
        domain = ".".join(texts[above - (both if above >= both else icann) :])
        return Reading("", "", f"is a host name: write its registrable domain, {domain!a}")

    def read_host(self, value: str) -> Reading:
        """Read a name that is registrable or stands below a registrable one."""
        labels, fault = self._parse(value)
        return Reading("", "", fault) if fault else self._reading(labels)

    def reduce(self, value: str) -> Reading:
        """Read any name as the domain under ICANN's suffix that it belongs to.

        >>> rules = Registrable(SuffixList.load())
        >>> rules.reduce("_dmarc.www.bbc.co.uk").domain, rules.reduce("x.cloudfront.net").domain
        ('bbc.co.uk', 'cloudfront.net')
        """
        labels, fault = self._parse(value, registrable_only=True)
        return Reading("", "", fault) if fault else self._reading(labels)

    def _parse(self, value: str, *, registrable_only: bool = False) -> tuple[Sequence[Label], str]:
        """Give the labels of a name that has a registrable domain, or what is wrong with it."""
        try:
            labels = parse_name(value).labels
        except InvalidName as error:
            return (), f"is no domain name: {error.detail}"
        above = len(labels) - 1 - self._suffixes.suffix_lengths([each.text for each in labels])[0]
        if above < 0:
            return (), "is a public suffix: write the domain that somebody registered under it"
        if labels[-1].text.isdigit():
            return (), "ends in a number, as an address does: write a domain name"
        labels = labels[above:] if registrable_only else labels
        return labels, next(filter(None, map(_label_fault, labels)), "")

    def _reading(self, labels: Sequence[Label]) -> Reading:
        last = labels[-1]
        fault = ""
        if last.text not in self._rules and not self._is_parent(last.text):
            fault = f"ends in {last.unicode!a}, which is no public suffix: look for a typing error"
        return Reading(".".join([label.text for label in labels]), labels[0].unicode, fault)

    def _is_parent(self, label: str) -> bool:
        """Say whether there are rules below a top-level domain that has no rule, as ``za``."""
        return any(suffix.endswith(f".{label}") for suffix in self._rules)


class _OpenSuffixes(dict[str, bool]):
    """Whether a label that no rule names is registrable left of a suffix; found out once each."""

    def __init__(self, suffixes: SuffixList, rules: Mapping[str, int]) -> None:
        super().__init__()
        self._suffixes = suffixes
        self._rules = rules

    def __missing__(self, suffix: str) -> bool:
        labels = suffix.split(".")
        named = suffix in self._rules or all(map(_PLAIN_LABEL, labels))
        listed = suffix in self._rules or labels[-1] in self._rules
        is_open = named and listed and len(labels) in self._suffixes.suffix_lengths([_ANY, *labels])
        self[suffix] = is_open
        return is_open


def _label_fault(label: Label) -> str:
    if label.kind is Kind.ASCII:
        if _LDH(label.text):
            return ""
        return f"has the label {label.text!a}: letters, digits and inner hyphens only"
    if not label.reason:
        return ""
    return f"has the label {label.text!a}, which is no valid IDN ({label.reason})"

"""Positions: a parsed name in, the labels that are judged out, each with where it stands.

A name is looked at from its public suffix. The label left of ICANN's suffix is somebody's
registration; where a private owner hands out names below that (``github.io``), the label left of
the private suffix is somebody else's, and both are judged. Labels further left are free to whoever
owns the domain, so they are judged only if somebody went out of their way: if they are IDN labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from detector.labels import Kind, Label, Name
from detector.suffixes import SuffixList


class Position(StrEnum):
    """Where a label stands in its name."""

    REGISTRABLE = "registrable"
    """Left of the public suffix of ICANN's section."""

    PRIVATE = "private"
    """Left of a private owner's suffix: ``paypa1`` in ``paypa1.github.io``."""

    SUBDOMAIN = "subdomain"
    """Left of those."""

    SUFFIX = "suffix"
    """The label and the public suffix together: ``paypal.сom``, whose suffix is Cyrillic."""


class Boundaries(NamedTuple):
    """Where a name's public suffixes end, and so its domains begin."""

    suffix: str
    """The public suffix by ICANN's rules, ``com``; the whole name if it is one."""

    registrable_domain: str
    """That and the label left of it; empty if the name is a public suffix."""

    private_suffix: str
    """The suffix by all rules, if it is longer than ICANN's; else empty."""

    private_domain: str
    """That and the label left of it; empty if there is none."""

    icann: int
    """Labels in `suffix`."""

    both: int
    """Labels in the suffix by all rules, at least `icann`."""

    @property
    def domain(self) -> str:
        """The innermost domain that has an owner of its own."""
        return self.private_domain or self.registrable_domain


class Place(NamedTuple):
    """One label to judge."""

    index: int  # type: ignore[assignment]  # hides tuple's
    """Which label of the name, from left."""

    label: Label
    """The label itself."""

    position: Position
    """Where it stands."""

    suffix: str
    """All that stands right of it: the public suffix for a registrable or private label."""

    domain: str
    """The domain that it belongs to: itself with `suffix`, or the innermost one it stands under."""


def boundaries(name: Name, suffixes: SuffixList) -> Boundaries:
    """Find a name's public suffixes and domains.

    >>> from detector.labels import parse_name
    >>> found = boundaries(parse_name("www.paypa1.github.io"), SuffixList.load())
    >>> found.registrable_domain, found.private_domain
    ('github.io', 'paypa1.github.io')
    """
    labels = [label.text for label in name.labels]
    count = len(labels)
    icann, both = suffixes.suffix_lengths(labels)
    private = both > icann
    return Boundaries(
        suffix=".".join(labels[count - icann :]),
        registrable_domain=".".join(labels[count - icann - 1 :]) if count > icann else "",
        private_suffix=".".join(labels[count - both :]) if private else "",
        private_domain=".".join(labels[count - both - 1 :]) if private and count > both else "",
        icann=icann,
        both=both,
    )


def places(name: Name, bounds: Boundaries, *, scope_all: bool) -> Iterator[Place]:
    """Give the labels to judge, the registrable one first.

    Args:
        name: the parsed name.
        bounds: its boundaries.
        scope_all: take every label left of the domains, and not IDN labels only.
    """
    labels = name.labels
    registrable = len(labels) - bounds.icann - 1
    if registrable < 0 or labels[-1].text.isdigit():  # no top-level domain is a number (RFC 3696)
        return
    domain = bounds.registrable_domain
    yield Place(registrable, labels[registrable], Position.REGISTRABLE, bounds.suffix, domain)
    innermost = len(labels) - bounds.both - 1
    if 0 <= innermost < registrable:
        suffix, domain = bounds.private_suffix, bounds.private_domain
        yield Place(innermost, labels[innermost], Position.PRIVATE, suffix, domain)
    for index in range(innermost - 1, -1, -1):
        label = labels[index]
        if scope_all or label.kind is not Kind.ASCII:
            rest = ".".join([each.text for each in labels[index + 1 :]])
            yield Place(index, label, Position.SUBDOMAIN, rest, bounds.domain)


def spoofed_suffixes(name: Name) -> Iterator[Place]:
    """Give a name's endings of two to four labels, each as one place.

    For names whose last label is an IDN label that no registry runs: ``paypal.xn--om-nmc`` can only
    be an imitation of a whole domain.
    """
    for index in range(len(name.labels) - 2, max(-1, len(name.labels) - 5), -1):
        labels = name.labels[index:]
        text = ".".join([label.text for label in labels])
        faulty = next((label for label in labels if label.reason), labels[-1])
        whole = Label(
            text,
            ".".join([label.unicode for label in labels]),
            faulty.kind,
            faulty.reason,
        )
        suffix = text.partition(".")[2]
        yield Place(index, whole, Position.SUFFIX, suffix, text)

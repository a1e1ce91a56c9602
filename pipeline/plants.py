"""Plants: lookalikes made by rule, so that what must be said of each is known beforehand."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, TypeAlias

from detector import punycode
from pipeline.dice import Dice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.vocabulary import Vocabulary

PER_RECIPE = 12
"""Lookalikes of each recipe."""

Maker: TypeAlias = Callable[[Dice, str], str]
"""Makes a label of a target's label; empty text where it cannot."""

Recipe: TypeAlias = tuple[str, Maker, Callable[[Dice, str, str], str]]

_STRANGERS = ("parcel-status", "accountcheck", "webmail-update", "safe-orders", "invoice-desk")
_CUSTOMER_SUFFIXES = ("netlify.app", "vercel.app", "pages.dev", "herokuapp.com")


@dataclass(frozen=True, slots=True, order=True)
class Planted:
    """A lookalike, and what must be said of it."""

    name: str
    """In A-label form."""

    target: str
    """Which domain it imitates."""

    techniques: tuple[str, ...]
    """Every technique that takes part, in the detector's order."""


def a_label(label: str) -> str:
    """Write a label as DNS has it.

    >>> a_label("münchen-reisen")
    'xn--mnchen-reisen-wob'
    """
    return label if label.isascii() else punycode.ACE_PREFIX + punycode.encode(label)


def a_labels(name: str) -> str:
    """Write a name as DNS has it."""
    return ".".join(a_label(label) for label in name.split("."))


def one(table: Mapping[str, str]) -> Maker:
    """Make a maker that replaces one character; it gives nothing where there is none to replace.

    >>> one({"w": "vv"})(Dice(1), "walmart"), one({"w": "vv"})(Dice(1), "apple")
    ('vvalmart', '')
    """

    def replace(dice: Dice, label: str) -> str:
        places = [place for place, char in enumerate(label) if char in table]
        if not places:
            return ""
        place = dice.one_of(places)
        return label[:place] + table[label[place]] + label[place + 1 :]

    return replace


def every(table: Mapping[str, str]) -> Maker:
    """Make a maker that replaces every character, or gives nothing."""

    def replace(dice: Dice, label: str) -> str:  # noqa: ARG001 - nothing to choose
        return "".join(table[char] for char in label) if all(c in table for c in label) else ""

    return replace


def chain(*makers: Maker) -> Maker:
    """Make a maker that does one after another, or gives nothing."""

    def replace(dice: Dice, label: str) -> str:
        for make in makers:
            label = make(dice, label) if label else ""
        return label

    return replace


def under_own(dice: Dice, label: str, suffix: str) -> str:  # noqa: ARG001 - nothing to choose
    """Put a label under the suffix of its target."""
    return f"{label}.{suffix}"


def under_other(dice: Dice, label: str, suffix: str) -> str:
    """Put a label under a suffix that is not its target's."""
    others = ("net", "org", "info", "online", "shop", "biz")
    return f"{label}.{dice.one_of([each for each in others if each != suffix])}"


def under_stranger(dice: Dice, label: str, suffix: str) -> str:
    """Put a whole name in front of a stranger's domain."""
    stranger = dice.one_of(_STRANGERS)
    return f"{label}.{suffix}.{stranger}.info"


def under_customer(dice: Dice, label: str, suffix: str) -> str:  # noqa: ARG001 - not the target's
    """Put a label under a private suffix."""
    return f"{label}.{dice.one_of(_CUSTOMER_SUFFIXES)}"


def with_login(dice: Dice, label: str, suffix: str) -> str:
    """Put a label beside a word."""
    word = dice.one_of(("login", "secure", "account", "support", "verify"))
    return f"{label}-{word}.{suffix}" if dice.happens(0.5) else f"{word}-{label}.{suffix}"


def as_text(dice: Dice, label: str, suffix: str) -> str:  # noqa: ARG001 - nothing to choose
    """Put a label behind ``xn--`` as it is."""
    return f"{punycode.ACE_PREFIX}{label}.{suffix}"


def itself(dice: Dice, label: str) -> str:  # noqa: ARG001 - nothing to choose
    """Leave a label as it is."""
    return label


def recipes(substitutes: Mapping[str, Mapping[str, str]]) -> tuple[Recipe, ...]:
    """Give every technique and mixture, and every place in which a lookalike can stand.

    Returns:
        Techniques, how the label is made, how the name is made of it.
    """
    letters = {family: one(table) for family, table in substitutes.items()}
    cyrillic, accent = letters["cyrillic"], letters["accents"]
    pair, digit = one({"m": "rn", "w": "vv", "d": "cl"}), one({"o": "0", "l": "1"})
    swap = one({"l": "i", "i": "l"})
    return (
        ("idn", cyrillic, under_own),
        ("idn", every(substitutes["cyrillic"]), under_own),
        ("idn", letters["greek"], under_own),
        ("idn", accent, under_own),
        ("idn", chain(accent, accent), under_own),
        ("idn", letters["dots"], under_own),
        ("idn", letters["strokes"], under_own),
        ("idn", letters["latin"], under_own),
        ("idn", cyrillic, under_other),
        ("idn", cyrillic, under_stranger),
        ("idn", accent, under_customer),
        ("multi_letter", pair, under_own),
        ("multi_letter", one({"m": "rn", "w": "vv"}), under_other),
        ("ascii", digit, under_own),
        ("ascii", swap, under_own),
        ("ascii", digit, under_customer),
        ("idn multi_letter", chain(cyrillic, pair), under_own),
        ("idn ascii", chain(accent, digit), under_own),
        ("multi_letter ascii", chain(digit, pair), under_own),
        ("idn multi_letter ascii", chain(cyrillic, digit, pair), under_own),
        ("punycode_text", itself, as_text),
        ("ascii punycode_text", digit, as_text),
        ("idn embedded", cyrillic, with_login),
        ("multi_letter embedded", pair, with_login),
        ("ascii embedded", digit, with_login),
        ("suffix_swap", itself, under_other),
    )


def plant(dice: Dice, vocabulary: Vocabulary) -> list[Planted]:
    """Make the lookalikes: `PER_RECIPE` of each recipe, fewer where no more targets allow it."""
    found: dict[str, Planted] = {}
    for techniques, make, put in recipes(vocabulary.substitutes):
        made = 0
        for target in dice.shuffled(vocabulary.targets):
            label, _, suffix = target.partition(".")
            changed = make(dice, label)
            name = a_labels(put(dice, changed, suffix)) if changed else ""
            if name and name not in found and made < PER_RECIPE:
                found[name] = Planted(name, target, tuple(techniques.split()))
                made += 1
    return sorted(found.values())


def render_answer(planted: Sequence[Planted]) -> str:
    """Write what is planted as CSV: name, target, techniques."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "target", "techniques"))
    writer.writerows((each.name, each.target, " ".join(each.techniques)) for each in planted)
    return text.getvalue()


def read_answer(text: str) -> Iterator[Planted]:
    """Read what `render_answer` wrote."""
    for row in csv.DictReader(StringIO(text)):
        yield Planted(row["name"], row["target"], tuple(row["techniques"].split()))

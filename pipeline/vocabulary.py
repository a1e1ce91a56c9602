"""The vocabulary of the sample: words, names and letters, from ``data/sample_words.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILE = Path(__file__).with_name("data") / "sample_words.toml"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the sample is made of; see the file for what each list is for."""

    words: tuple[str, ...]
    """Nouns and adjectives: two of them make a domain."""

    trades: tuple[str, ...]
    """What a business does: may follow the two words."""

    suffixes: tuple[str, ...]
    """Public suffixes of ordinary names."""

    hosts: tuple[str, ...]
    """First labels of host names."""

    idns: tuple[str, ...]
    """Names in many languages that imitate nobody."""

    near_misses: tuple[str, ...]
    """Plain misspellings, which are no lookalikes."""

    targets: tuple[str, ...]
    """Brands that are visited and imitated."""

    substitutes: Mapping[str, Mapping[str, str]]
    """By family: letter to what stands in its place."""

    @classmethod
    def load(cls) -> Vocabulary:
        """Read the file that comes with the package."""
        values = tomllib.loads(_FILE.read_text(encoding="utf-8"))
        tables = values.pop("substitutes")
        return cls(
            substitutes={name: dict(zip(*pair, strict=True)) for name, pair in tables.items()},
            **{name: tuple(text.split()) for name, text in values.items()},
        )

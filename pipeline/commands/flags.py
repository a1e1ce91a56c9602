"""Flags that several commands share, and what they say as settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.settings import PREFIX, SCOPES, SEVERITIES, Settings, load_settings

if TYPE_CHECKING:
    import argparse

    from detector.targets import TargetList


def say_problems(targets: TargetList, path: Path | None) -> None:
    """Say on standard error that a target list is not as it should be."""
    if targets.problems:
        from pipeline.display import escape

        count = len(targets.problems)
        first = (
            f"{path}: {count:,} problem{'' if count == 1 else 's'}, first: {targets.problems[0]}"
        )
        hint = f"see `glyphwatch targets check {path}`"
        sys.stderr.write(f"glyphwatch: {escape(first)}; {escape(hint)}\n")


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add ``--config``."""
    parser.add_argument("--config", metavar="FILE", type=Path, help="settings, in TOML")


def add_judging(parser: argparse.ArgumentParser, parts: str = "--embedded") -> None:
    """Add what decides which names are reported; `parts`: the flag that means parts of labels."""
    add_config(parser)
    group = parser.add_argument_group("what is looked for")
    group.add_argument(
        "--targets", metavar="FILE", help="target list: CSV with domain,brand,industry[,owned]"
    )
    group.add_argument("--map", metavar="FILE", help="confusable map")
    group.add_argument(
        "--known",
        metavar="FILE",
        action="append",
        help="well-known domains, one a line or rank,domain: not reported if ASCII (repeatable)",
    )
    group.add_argument(
        "--allow",
        metavar="FILE",
        action="append",
        help="names, one a line, that are never reported, nor is anything under them (repeatable)",
    )
    group.add_argument(
        "--scope", choices=SCOPES, help="all: every label, not only the domain's and IDN labels"
    )
    group.add_argument(
        parts,
        dest="embedded",
        action="store_true",
        default=None,
        help="also lookalikes in parts of a label",
    )
    group.add_argument(
        "--suffix-swap",
        action="store_true",
        default=None,
        help="also a target's own label under another suffix",
    )
    group.add_argument("--min-severity", choices=SEVERITIES, help="report from here on (low)")
    group.add_argument("--min-score", metavar="0..1", help="report from here on")


def add_fail_on(parser: argparse.ArgumentParser) -> None:
    """Add ``--fail-on``."""
    parser.add_argument("--fail-on", choices=["match"], help="exit with 1 if something is reported")


def settings_of(options: argparse.Namespace) -> Settings:
    """Read the settings that flags, environment and configuration file give.

    Raises:
        UsageError: one of them cannot be used.
    """
    return load_settings(vars(options), os.environ, config_of(options))


def config_of(options: argparse.Namespace) -> Path | None:
    """Give the configuration file that a flag or the environment names, if one does."""
    named: Path | None = options.config
    if named is None and os.environ.get(f"{PREFIX}CONFIG"):
        return Path(os.environ[f"{PREFIX}CONFIG"])
    return named

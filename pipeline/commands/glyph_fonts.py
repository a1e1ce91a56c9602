"""``glyphwatch glyphs fonts``: install fonts, check them, describe and compare them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.commands.text_output import write_text
from pipeline.display import escape
from pipeline.errors import Exit, InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from glyphs.fonts import FoundFamily
    from glyphs.manifest import Family

SHOWN = 10
"""Lines of one kind that are shown; the rest is counted."""

EPILOG = """\
examples:
  sudo glyphwatch glyphs fonts install
  glyphwatch glyphs fonts check
  glyphwatch glyphs fonts describe ~/fonts --output mine.csv
  glyphwatch glyphs fonts clones --manifest mine.csv --fonts ~/fonts --output mine-clones.csv

A manifest names families with the digests of their files. The packaged one names text families
of Debian 12. For fonts of your own `describe` writes one: look through it, take out what is no
text font, and give it to the other actions by --manifest and --fonts.
"""


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say which fonts, and where they are."""
    parser.add_argument(
        "--manifest", metavar="FILE", type=Path, help="the packaged one if not given"
    )
    parser.add_argument(
        "--clones", metavar="FILE", type=Path, help="near pairs of the manifest's families"
    )
    parser.add_argument(
        "--fonts",
        metavar="DIR",
        type=Path,
        action="append",
        help="where the files are, at any depth (repeatable; where Debian puts them if not given)",
    )


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the actions on fonts."""
    parser.epilog = EPILOG
    actions = parser.add_subparsers(dest="fonts_action", metavar="ACTION", required=True)
    install = actions.add_parser("install", help="install the packages of missing fonts by apt")
    install.add_argument("--dry-run", action="store_true", help="only say what would be run")
    check = actions.add_parser("check", help="see that all files are there, and the right ones")
    add_sources(check)
    describe = actions.add_parser("describe", help="write a manifest of fonts of your own")
    describe.add_argument("folders", metavar="DIR", type=Path, nargs="+")
    pin = actions.add_parser("pin", help="write the manifest with the digests of what is there")
    clones = actions.add_parser("clones", help="measure which families are one design, or nearly")
    bad = actions.add_parser("bad", help="find characters that fonts have but do not draw")
    for action in (pin, clones, bad):
        add_sources(action)
    for action in (describe, pin, clones, bad):
        action.add_argument("--output", metavar="FILE", help="standard output if - or not given")


def run(options: argparse.Namespace) -> Exit:
    """Do what is asked with fonts."""
    actions = {
        "install": _install,
        "check": _check,
        "describe": _describe,
        "pin": _pin,
        "clones": _clones,
        "bad": _bad,
    }
    return actions[options.fonts_action](options)


def say(line: str) -> None:
    """Tell a person, on standard error."""
    sys.stderr.write(f"glyphwatch: {escape(line)}\n")


def load_families(options: argparse.Namespace) -> tuple[Family, ...]:
    """Read the manifest that `add_sources` names."""
    from glyphs.manifest import load_manifest

    return load_manifest(options.manifest, options.clones)


def find(options: argparse.Namespace) -> tuple[FoundFamily, ...]:
    """Find the fonts that `add_sources` names."""
    from glyphs.fonts import find_fonts

    return find_fonts(load_families(options), options.fonts)


def _install(options: argparse.Namespace) -> Exit:
    import shlex

    from glyphs.fonts import check_fonts
    from glyphs.installation import install, install_command, packages_of
    from glyphs.manifest import load_manifest

    families = load_manifest()
    _, problems = check_fonts(families)
    packages = packages_of(problems)
    if not packages:
        say(f"all fonts are there: {_describe_families(families)}")
        return Exit.DONE
    command = install_command(packages)
    say(f"{len(problems)} font files are missing or wrong, of {_count(packages, 'package')}")
    print(shlex.join(command))
    if options.dry_run:
        return Exit.DONE
    install(command)
    _, problems = check_fonts(families)
    if problems:
        _tell_problems(map(str, problems))
        say("this Debian has other builds than the manifest; `fonts pin` writes one for them")
        return Exit.INPUT
    say(f"all fonts are there: {_describe_families(families)}")
    return Exit.DONE


def _check(options: argparse.Namespace) -> Exit:
    from glyphs.fonts import check_fonts
    from glyphs.installation import packages_of

    families = load_families(options)
    found, problems = check_fonts(families, options.fonts)
    for problem in problems:
        print(escape(str(problem)))
    if problems:
        say(f"{len(found)} of {_describe_families(families)} can be used")
        if packages_of(problems) and options.manifest is None:
            say("`glyphwatch glyphs fonts install` installs what is missing")
        return Exit.INPUT
    print(f"all fonts are there: {_describe_families(families)}")
    return Exit.DONE


def _describe(options: argparse.Namespace) -> Exit:
    from glyphs.font_folder import describe_folder
    from glyphs.manifest import render_manifest

    missing = [str(folder) for folder in options.folders if not folder.is_dir()]
    if missing:
        msg = f"no folder of fonts: {', '.join(missing)}"
        raise InputError(msg)
    described = describe_folder(options.folders)
    _tell_problems(f"left out: {line}" for line in described.left_out)
    if not described.families:
        msg = f"no font with ASCII letters in {', '.join(map(str, options.folders))}"
        raise InputError(msg)
    write_text(options.output, render_manifest(described.families))
    say(_describe_families(described.families))
    return Exit.DONE


def _pin(options: argparse.Namespace) -> Exit:
    from glyphs.fonts import default_folders
    from glyphs.installation import pin
    from glyphs.manifest import render_manifest

    families = load_families(options)
    pinned = pin(families, options.fonts or default_folders())
    changed = sum(
        new.sha256 != old.sha256
        for before, after in zip(families, pinned, strict=True)
        for old, new in zip(before.files, after.files, strict=True)
    )
    write_text(options.output, render_manifest(pinned))
    say(f"{_describe_families(pinned)}; {changed} files differ from the manifest's")
    return Exit.DONE


def _clones(options: argparse.Namespace) -> Exit:
    from glyphs.clones import (
        KIN,
        LISTED,
        SAME,
        draw_letters,
        group_kin,
        measure_pairs,
        render_pairs,
    )

    found = find(options)
    names = [each.family.name for each in found]
    pairs = measure_pairs(names, draw_letters(found))
    write_text(options.output, render_pairs(pair for pair in pairs if pair.distance < LISTED))
    groups = len(set(group_kin(names, pairs)))
    say(f"{len(names)} families in {groups} groups (nearer than {KIN:g} px)")
    if pairs:
        nearest = pairs[0]
        say(f"nearest: {nearest.family} and {nearest.other}, {nearest.distance:.1f} px")
    same = [pair for pair in pairs if pair.distance < SAME]
    _tell_problems(
        f"one design: {pair.family} and {pair.other}, {pair.distance:.1f} px" for pair in same
    )
    return Exit.INPUT if same else Exit.DONE


def _bad(options: argparse.Namespace) -> Exit:
    from collections import Counter

    from glyphs.bad_glyphs import draw_everything, find_bad_glyphs, render_bad_glyphs

    found = find(options)
    drawn = [draw_everything(each) for each in found]
    bad = find_bad_glyphs([each.family.name for each in found], drawn)
    write_text(options.output, render_bad_glyphs(bad))
    kinds = Counter(each.kind for each in bad)
    counts = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    total = sum(len(each.code_points) for each in drawn)
    say(f"{len(bad)} bad glyphs in {len(found)} families of {total:,} glyphs: {counts or 'none'}")
    return Exit.DONE


def _tell_problems(lines: Iterable[str]) -> None:
    told = list(lines)
    for line in told[:SHOWN]:
        say(line)
    if len(told) > SHOWN:
        say(f"... and {len(told) - SHOWN} more")


def _describe_families(families: Sequence[Family]) -> str:
    from glyphs.manifest import CLASSES

    kinds = [family.kind for family in families]
    shares = ", ".join(f"{kinds.count(kind)} {kind}" for kind in CLASSES)
    files = sum(len(family.files) for family in families)
    return f"{len(families)} families ({shares}), {files} files"


def _count(packages: Sequence[str], word: str) -> str:
    return f"{len(packages)} {word}{'' if len(packages) == 1 else 's'}"

"""Jars: Maven coordinates in, folders of jars whose digests were pinned out."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from infra.stack.errors import Missing, StackError
from infra.stack.versions import HERE, versions

PINS = HERE / "jars.sha256"
"""A line for each file: its SHA-256 and ``SET/NAME``, as ``sha256sum`` writes them."""

SETS = ("kafka", "dynamodb")
"""Each is a class path of its own, and has a pom file of that name."""

MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def jars_folder() -> Path:
    """Where the jars are kept: under ``build/`` of this checkout, or where the environment says."""
    named = os.environ.get("GLYPHWATCH_STACK_JARS")
    return Path(named) if named else HERE.parent.parent / "build" / "stack"


@cache
def class_path(name: str) -> str:
    """Java's class path for one of the `SETS`; its jars are fetched if they are not there.

    They are checked once in the life of a process.

    Raises:
        StackError: a jar cannot be had, or is not the one that was pinned.
    """
    folder = jars_folder() / name
    if not matches(folder, pins()[name]):
        fetch(name)
    return f"{folder}/*"


def check_jars(name: str) -> None:
    """Look at one of the `SETS` without fetching.

    Raises:
        Missing: it is not there as it was pinned.
    """
    if not matches(jars_folder() / name, pins()[name]):
        msg = f"the jars of {name} are missing: python -m infra.stack fetch"
        raise Missing(msg)


def pins() -> dict[str, dict[str, str]]:
    """The pinned digest of each file, by set and name."""
    pinned: dict[str, dict[str, str]] = {name: {} for name in SETS}
    for line in PINS.read_text(encoding="utf-8").splitlines():
        digest, path = line.split()
        name, file = path.split("/")
        pinned[name][file] = digest
    return pinned


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file of a folder, by its name; empty if there is no folder."""
    if not folder.is_dir():
        return {}
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


def matches(folder: Path, pinned: dict[str, str]) -> bool:
    """Whether a folder holds exactly what was pinned; 100 MB are read in 0.1 s."""
    return bool(pinned) and digests(folder) == pinned


def fetch(name: str) -> None:
    """Fetch one of the `SETS` by Maven and put it in its place, all of it or nothing.

    Raises:
        StackError: Maven failed, or what it brought is not what was pinned.
    """
    folder = jars_folder() / name
    arriving = copied(name, folder.with_name(f"{name}.{os.getpid()}"))
    try:
        found, pinned = digests(arriving), pins()[name]
        wrong = sorted(file for file in found | pinned if found.get(file) != pinned.get(file))
        if wrong:
            msg = f"not as pinned in {PINS.name}, so not used: {', '.join(wrong)}"
            raise StackError(msg)
        replace_folder(arriving, folder)
    finally:
        shutil.rmtree(arriving, ignore_errors=True)


def copied(name: str, folder: Path) -> Path:
    """Have Maven copy one of the `SETS` to a folder, from its own cache where it can."""
    maven = shutil.which("mvn")
    if maven is None:
        msg = "Maven is missing (Debian and Ubuntu: apt-get install maven)"
        raise Missing(msg)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    chosen = [f"-D{key}={value}" for key, value in versions().items()]
    command = [maven, "-B", "-q", "-f", str(HERE / f"{name}.xml"), MAVEN_PLUGIN, *chosen]
    command += [f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        shutil.rmtree(folder)
        msg = f"Maven could not fetch {name}: {done.stdout[-2000:]}"
        raise Missing(msg)
    return folder


def replace_folder(arriving: Path, folder: Path) -> None:
    """Put a folder in another's place; whoever comes second leaves the first one's there."""
    pinned = pins()[folder.name]
    if matches(folder, pinned):
        return
    shutil.rmtree(folder, ignore_errors=True)
    try:
        arriving.rename(folder)
    except OSError:  # another process was quicker by a moment, and brought the same
        if not matches(folder, pinned):
            raise


def pin() -> None:
    """Write `PINS` anew from what Maven brings for the present versions."""
    lines = []
    for name in SETS:
        folder = copied(name, jars_folder() / f"{name}.{os.getpid()}")
        lines += [f"{digest}  {name}/{file}" for file, digest in digests(folder).items()]
        shutil.rmtree(folder)
    PINS.write_text("\n".join(lines) + "\n", encoding="utf-8")

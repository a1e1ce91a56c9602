"""Installation: what is wrong with fonts in, the packages that bring them installed.

Debian's own tools do it. Nothing is downloaded otherwise, and nothing is installed that the
manifest does not name.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from glyphs.errors import InstallFailed
from glyphs.fonts import Problem, digest_of, find_files
from glyphs.manifest import Family, FontFile

INSTALL = ("apt-get", "install", "--yes", "--no-install-recommends")
_OWN = "-"


def packages_of(problems: Iterable[Problem]) -> tuple[str, ...]:
    """Give the Debian packages that bring the files of problems, sorted."""
    return tuple(sorted({each.file.package for each in problems} - {_OWN}))


def install_command(packages: Sequence[str], *, again: bool = False) -> tuple[str, ...]:
    """Give the command that installs packages.

    Args:
        packages: their names.
        again: also those that apt believes to be there, since files of theirs are not.

    >>> shlex.join(install_command(["fonts-go"]))
    'apt-get install --yes --no-install-recommends fonts-go'
    """
    return (*INSTALL, *(["--reinstall"] if again else []), *packages)


def install(command: Sequence[str]) -> None:
    """Run a command of `install_command`; what apt says goes to standard error.

    Raises:
        InstallFailed: this is not Debian, the user is not root, or apt failed.
    """
    line = shlex.join(command)
    if shutil.which(command[0]) is None:
        msg = (
            f"{command[0]} is not there: this is not Debian. Put the fonts into a folder and name"
            " it with --fonts"
        )
        raise InstallFailed(msg)
    if os.geteuid():
        msg = f"only root may install packages. Run:\nsudo {line}"
        raise InstallFailed(msg)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=environment, stdout=2, check=False)  # noqa: S603
    except OSError as error:
        msg = f"{line}: {error.strerror or error}"
        raise InstallFailed(msg) from error
    if done.returncode:
        msg = (
            f"apt-get failed with exit code {done.returncode}. If it does not know a package, run:"
            "\nsudo apt-get update"
        )
        raise InstallFailed(msg)


def installed_versions(packages: Iterable[str]) -> Mapping[str, str]:
    """Give the versions of those packages that are installed.

    Raises:
        InstallFailed: this is not Debian.
    """
    command = ["dpkg-query", "--show", "--showformat", "${Package} ${Version}\n", *packages]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        msg = f"dpkg-query: {error.strerror or error}: this is not Debian"
        raise InstallFailed(msg) from error
    pairs = (line.split(" ", 1) for line in done.stdout.splitlines())
    return {name: version for name, version in pairs if version}


def pin(families: Sequence[Family], folders: Sequence[Path]) -> tuple[Family, ...]:
    """Take over the builds that are there: the same families and files, with their digests.

    For a new release of Debian, whose fonts differ. Where a file of the old digest is still there
    it stays; otherwise the first one of its name is taken.

    Raises:
        InstallFailed: a file is not there, or is no font; or this is not Debian.
    """
    names = {file.file for family in families for file in family.files}
    places = find_files(folders, names)
    packages = {file.package for family in families for file in family.files} - {_OWN}
    versions = installed_versions(sorted(packages)) if packages else {}
    return tuple(
        replace(
            family,
            files=tuple(_pin(file, places.get(file.file, ()), versions) for file in family.files),
        )
        for family in families
    )


def _pin(file: FontFile, paths: Sequence[Path], versions: Mapping[str, str]) -> FontFile:
    from glyphs.errors import BrokenFont

    digests = []
    for path in paths:
        try:
            digests.append(digest_of(path))
        except (OSError, BrokenFont):  # another of the name may be whole
            continue
    if not digests:
        msg = f"{file}: not found, or no font"
        raise InstallFailed(msg)
    digest = file.sha256 if file.sha256 in digests else digests[0]
    return replace(file, sha256=digest, version=versions.get(file.package, file.version))

"""A real browser without a window: what it makes of a page, and what it says on its console."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

NAMES = ("chromium", "chromium-browser", "google-chrome")


class Shown(NamedTuple):
    """What came of a page."""

    dom: str
    """The document, after everything in it has run."""

    console: tuple[str, ...]
    """What scripts, policies and failed requests left on the console."""


class Chromium:
    """Debian's Chromium, with a profile of its own."""

    def __init__(self, program: str, profile: Path) -> None:
        self._command = [
            program,
            "--headless=new",
            "--disable-gpu",
            "--hide-scrollbars",
            "--no-first-run",
            "--enable-logging=stderr",
            f"--user-data-dir={profile}",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
        ]

    @staticmethod
    def find() -> str | None:
        """The first one that runs: Ubuntu's package is but a note on where to get one."""
        for program in filter(None, map(shutil.which, NAMES)):
            asked = subprocess.run([program, "--version"], capture_output=True, check=False)
            if not asked.returncode:
                return program
        return None

    def show(self, page: Path) -> Shown:
        done = self._run("--dump-dom", page.as_uri())
        said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return Shown(done.stdout, tuple(said))

    def picture(self, page: Path, path: Path, width: int, height: int) -> None:
        self._run(f"--screenshot={path}", f"--window-size={width},{height}", page.as_uri())

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self._command, *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
            timeout=120,
        )

"""The kernel reads hostile octets: it must do so under AddressSanitizer and UBSan in silence."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

KERNEL = Path(__file__).resolve().parents[2] / "detector" / "kernel"
FUZZ = Path(__file__).with_name("kernel_fuzz.py")
GCC = shutil.which("gcc")


def _sanitizer() -> str:
    """Give the path of gcc's AddressSanitizer, or nothing."""
    if GCC is None:
        return ""
    found = subprocess.run(
        [GCC, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
    ).stdout.strip()
    return found if Path(found).is_absolute() else ""


def test_hostile_blocks_under_sanitizers(tmp_path: Path) -> None:
    sanitizer = _sanitizer()
    if not sanitizer:
        pytest.skip("gcc with libasan is not here")
    built = tmp_path / "_kernel.so"
    compile_line = [
        str(GCC), "-O1", "-g", "-std=gnu11", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror",
        "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer",
        "-DPy_LIMITED_API=0x030B0000", f"-I{sysconfig.get_paths()['include']}",
        *sorted(str(path) for path in KERNEL.glob("*.c")), "-o", str(built),
    ]  # fmt: skip
    subprocess.run(compile_line, check=True)
    environment = os.environ | {"LD_PRELOAD": sanitizer, "ASAN_OPTIONS": "detect_leaks=0"}
    done = subprocess.run(
        [sys.executable, str(FUZZ), str(built), "3000"],
        capture_output=True, text=True, env=environment, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:] + done.stdout[-500:]
    assert done.stdout.strip() == "sound"

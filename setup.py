"""Builds the one compiled part, ``detector._kernel``; everything else is in pyproject.toml.

The kernel is C against Python's stable ABI, so one wheel serves every CPython from 3.11 on.
It is optional: where it cannot be compiled, glyphwatch still works, slowly, and says so.
"""

import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup

KERNEL = Path("detector", "kernel")

# A free-threaded CPython does not offer this ABI: a wheel made there is for that version alone.
stable_abi = not sysconfig.get_config_var("Py_GIL_DISABLED")

sources = sorted(path.as_posix() for path in KERNEL.glob("*.c"))
kernel = Extension(
    "detector._kernel",
    sources,
    depends=sorted(path.as_posix() for path in KERNEL.glob("*.h")),
    define_macros=[("Py_LIMITED_API", "0x030B0000")] if stable_abi else [],
    extra_compile_args=[] if sys.platform == "win32" else ["-O3", "-fvisibility=hidden"],
    py_limited_api=stable_abi,
    optional=True,
)

setup(
    ext_modules=[kernel] if sources else [],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if stable_abi and sources else {},
)

"""Files in the form of Unicode's ``confusables.txt``: small ones, and the real one if there is."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).resolve()
SHARED = HERE.parents[3] / "shared" / "data" / "unicode" / "17.0.0" / "confusables.txt.gz"
UNICODES = Path(os.environ.get("GLYPHWATCH_CONFUSABLES", SHARED))
"""Unicode's own file, release 17.0; tests do without it where it is not."""

HEADER = """\ufeff# confusables.txt
# Date: 2025-07-22, 05:49:37 GMT
# © 2025 Unicode®, Inc.
#
# Unicode Security Mechanisms for UTS #39
# Version: 17.0.0
#
"""

# As UTS #39 17.0 has them.
PROTOTYPES = {
    "а": "a", "æ": "ae", "ø": "o\u0338", "ӏ": "l", "I": "l", "|": "l", "0": "O", "m": "rn",
    "‐": "-", "ɱ": "rn\u0326", "𑣣": "rn", "е": "e", "ο": "o", "α": "a", "Κ": "K", "Н": "H",
    "К": "K", "О": "O", "Ꮃ": "W", "ꓲ": "l", "ᴏ": "o", "ɪ": "i", "Ø": "O\u0338", "θ": "O\u0335",
    "ᴋ": "ĸ", "к": "ĸ", "κ": "ĸ", "қ": "ĸ\u0329", "н": "ʜ", "ң": "ʜ\u0329", "т": "ᴛ",
    "в": "ʙ", "ᴍ": "ʍ", "м": "ʍ", "𝟎": "O", "𝟏": "l", "𝟐": "2", "ထ": "oာ", "ъ": "ˉb",
    "إ": "l\u0655", "ж": "ж\u0329", "\u0301": "\u0341",
}  # fmt: skip


def rows(prototypes: Mapping[str, str]) -> str:
    return "".join(
        f"{ord(char):04X} ;\t{' '.join(f'{ord(part):04X}' for part in text)} ;\tMA\t"
        f"# ( {char} → {text} ) A NAME → ANOTHER\t# →ҫ→\n\n"
        for char, text in prototypes.items()
    )


def write_confusables(folder: Path, prototypes: Mapping[str, str] = PROTOTYPES) -> Path:
    path = folder / "confusables.txt"
    text = f"{HEADER}{rows(prototypes)}# total: {len(prototypes)}\n\n"
    path.write_bytes(text.encode())
    return path


def unicodes_own() -> Path:
    """Give Unicode's own table, where it is there.

    Where not, the test fails as expected: a skip is a failure to continuous integration, but the
    file is not ours to bring.
    """
    if not UNICODES.exists():
        pytest.xfail("needs Unicode's confusables.txt 17.0: GLYPHWATCH_CONFUSABLES names it")
    return UNICODES

"""The word lists that the native words are chosen from: where each lies, and under which licence.

They are Debian packages, unpacked into one folder (``dpkg --extract PACKAGE.deb DIR``) or installed
(then the folder is ``/``). Where a language has several lists, the one with the freer licence is
taken; a licence below is the one that the package's own ``copyright`` file gives to the list.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import unicodedata2

from detector import hunspell
from detector.errors import InvalidData

NOUN_CAPITALS = frozenset({"de"})
"""Languages that write every noun with a capital, so that a capital does not tell a name."""


class Word(NamedTuple):
    """A word of a list."""

    text: str
    """In lower case, as its language does it, and NFC."""

    is_entry: bool
    """True if the list has it itself; False if it is a stem of the list with a suffix."""

    is_name: bool
    """True if the entry is written with a capital, as names are (and nVidia)."""


@dataclass(frozen=True, slots=True)
class WordList:
    """A list of words of one language."""

    package: str
    """The Debian package that it is part of."""

    language: str
    """ISO 639-1 code."""

    path: str
    """Below the folder of lists; ``.dic`` is Hunspell's format, ``.index`` that of dictd, anything
    else has one word a line."""

    licence: str
    """SPDX expression."""

    encoding: str = "utf-8"
    """Of a list that is not Hunspell's."""

    def version(self, folder: Path) -> str:
        """Give the package's version, from its change log.

        Raises:
            InvalidData: the package is not below `folder`.
        """
        log = folder / "usr/share/doc" / self.package / "changelog.Debian.gz"
        if not log.exists():
            log = log.with_name("changelog.gz")  # of a package that Debian itself maintains
        try:
            with gzip.open(log, "rt", encoding="utf-8", errors="replace") as lines:
                said = re.search(r"\(([^)]+)\)", next(iter(lines), ""))
        except OSError as error:
            msg = f"{log}: cannot be read; unpack the package {self.package} there: {error}"
            raise InvalidData(msg) from error
        if said is None:
            msg = f"{log}:1: names no version"
            raise InvalidData(msg)
        return said[1]

    def words(self, folder: Path, reaches: Callable[[str], bool]) -> Iterator[Word]:
        """Give the words, not sorted, some more than once.

        Args:
            folder: where the packages lie.
            reaches: tells whether any word that begins so is wanted.

        Raises:
            InvalidData: the list is not below `folder`.
        """
        path = folder / self.path
        try:
            for form, stem in self._forms(path, lambda part: reaches(self.spell(part))):
                if len(stem) > 1 and stem.isupper():
                    continue  # an abbreviation: nobody reads it as a word
                is_name = self.language not in NOUN_CAPITALS and stem != stem.lower()
                yield Word(self.spell(form), form == stem, is_name)
        except OSError as error:
            msg = f"{path}: cannot be read; unpack the package {self.package} there: {error}"
            raise InvalidData(msg) from error

    def _forms(self, path: Path, reaches: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
        """Give the words as they stand in the list, each with its stem."""
        if path.suffix == ".dic":
            yield from hunspell.read_words(path, reaches)
            return
        with path.open(encoding=self.encoding) as lines:
            for line in lines:
                word = line.partition("\t")[0].strip()
                yield word, word

    def spell(self, word: str) -> str:
        """Put a word into lower case, as its language does, and NFC.

        >>> WordList("hunspell-tr", "tr", "", "").spell("Isparta")
        'ısparta'
        """
        if self.language == "tr":
            word = word.replace("I", "ı").replace("İ", "i")
        return str(unicodedata2.normalize("NFC", word.lower()))


_HUNSPELL = "usr/share/hunspell"
_DICT = "usr/share/dict"

LISTS: tuple[WordList, ...] = (
    WordList("hunspell-be", "be", f"{_HUNSPELL}/be_BY.dic", "CC-BY-SA-3.0"),
    WordList("wbulgarian", "bg", f"{_DICT}/bulgarian", "GPL-2.0-only"),
    WordList("hunspell-br", "br", f"{_HUNSPELL}/br_FR.dic", "LGPL-2.1-or-later AND MPL-1.1"),
    WordList("hunspell-bs", "bs", f"{_HUNSPELL}/bs_BA.dic", "MPL-1.1"),
    WordList("hunspell-ca", "ca", f"{_HUNSPELL}/ca.dic", "LGPL-2.1-or-later"),
    WordList("hunspell-cs", "cs", f"{_HUNSPELL}/cs_CZ.dic", "GPL-2.0-only"),
    WordList("hunspell-da", "da", f"{_HUNSPELL}/da_DK.dic", "MPL-1.1"),
    WordList("wngerman", "de", f"{_DICT}/ngerman", "GPL-2.0-or-later"),
    WordList(
        "hunspell-de-de-frami", "de", f"{_HUNSPELL}/de_DE_frami.dic", "GPL-2.0-only OR GPL-3.0-only"
    ),
    WordList("hunspell-el", "el", f"{_HUNSPELL}/el_GR.dic", "MPL-1.1"),
    WordList("wspanish", "es", f"{_DICT}/spanish", "LicenseRef-public-domain"),
    WordList("hunspell-es", "es", f"{_HUNSPELL}/es_ES.dic", "MPL-1.1"),
    WordList("myspell-et", "et", f"{_HUNSPELL}/et_EE.dic", "LGPL-2.1-or-later"),
    WordList("hunspell-eu", "eu", f"{_HUNSPELL}/eu.dic", "LGPL-3.0-or-later"),
    WordList(
        "dict-freedict-fin-eng", "fi", "usr/share/dictd/freedict-fin-eng.index", "CC-BY-SA-3.0"
    ),
    WordList("wfaroese", "fo", f"{_DICT}/faroese", "GPL-2.0-or-later"),
    WordList("hunspell-fr-comprehensive", "fr", f"{_HUNSPELL}/fr.dic", "MPL-2.0"),
    WordList("wirish", "ga", f"{_DICT}/irish", "GPL-3.0-only"),
    WordList("wgalician-minimos", "gl", f"{_DICT}/galician-minimos", "GPL-2.0-or-later"),
    WordList("hunspell-hr", "hr", f"{_HUNSPELL}/hr_HR.dic", "LGPL-2.1-only OR SISSL"),
    WordList("hunspell-hu", "hu", f"{_HUNSPELL}/hu_HU.dic", "MPL-2.0"),
    WordList("hunspell-is", "is", f"{_HUNSPELL}/is_IS.dic", "CC-BY-SA-3.0"),
    WordList("witalian", "it", f"{_DICT}/italian", "GPL-3.0-or-later"),
    WordList("hunspell-kk", "kk", f"{_HUNSPELL}/kk_KZ.dic", "MPL-1.1"),
    WordList("hunspell-lt", "lt", f"{_HUNSPELL}/lt_LT.dic", "BSD-3-Clause"),
    WordList("hunspell-lv", "lv", f"{_HUNSPELL}/lv_LV.dic", "LGPL-2.1-or-later"),
    WordList("wdutch", "nl", f"{_DICT}/dutch", "BSD-3-Clause OR CC-BY-3.0"),
    WordList("wnorwegian", "no", f"{_DICT}/bokmaal", "GPL-2.0-or-later", "iso8859-1"),
    WordList("wnorwegian", "no", f"{_DICT}/nynorsk", "GPL-2.0-or-later", "iso8859-1"),
    WordList("wpolish", "pl", f"{_DICT}/polish", "Apache-2.0"),
    WordList("wportuguese", "pt", f"{_DICT}/portuguese", "MPL-1.1"),
    WordList("hunspell-pt-br", "pt", f"{_HUNSPELL}/pt_BR.dic", "LGPL-3.0-only OR MPL-2.0"),
    WordList("hunspell-ro", "ro", f"{_HUNSPELL}/ro_RO.dic", "MPL-1.1"),
    WordList("hunspell-ru", "ru", f"{_HUNSPELL}/ru_RU.dic", "LicenseRef-BSD-ru-Lebedev"),
    WordList("hunspell-sk", "sk", f"{_HUNSPELL}/sk_SK.dic", "MPL-1.1"),
    WordList("hunspell-sl", "sl", f"{_HUNSPELL}/sl_SI.dic", "LGPL-2.1-only"),
    WordList("myspell-sq", "sq", f"{_HUNSPELL}/sq_AL.dic", "GPL-2.0-or-later"),
    WordList("hunspell-sr", "sr", f"{_HUNSPELL}/sr_Latn_RS.dic", "MPL-1.1"),
    WordList("hunspell-sr", "sr", f"{_HUNSPELL}/sr_RS.dic", "MPL-1.1"),
    WordList("hunspell-sv", "sv", f"{_HUNSPELL}/sv_SE.dic", "LGPL-3.0-only"),
    WordList("hunspell-tr", "tr", f"{_HUNSPELL}/tr_TR.dic", "MPL-2.0"),
    WordList("hunspell-uk", "uk", f"{_HUNSPELL}/uk_UA.dic", "MPL-1.1"),
    WordList("hunspell-vi", "vi", f"{_HUNSPELL}/vi_VN.dic", "GPL-2.0-only"),
)

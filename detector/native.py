"""Native spelling: a label and its public suffix in, the language whose word the label is out.

``über.de`` reads as ``uber``, but it is a German word under Germany's suffix, not an imitation of
``uber.com``. The `native_spelling` brake asks here. Three things must hold: the suffix belongs to a
country or region with a language (``.com`` has none), the label is wholly in letters of that
language, and the label *with* its accents is a word of it. So ``amäzon.de`` is nothing native.

The words are in ``data/native_words.txt``, cut down to those that read as a label which people
visit or as a common word; `detector.native_builder` makes the file. The file is read when the first
label gets as far as a look at it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from string import ascii_lowercase
from typing import NamedTuple

from detector import punycode
from detector.errors import InvalidData

FORMAT_LINE = "# glyphwatch native words, format 1"
DEFAULT_WORDS = Path(__file__).parent / "data" / "native_words.txt"
HEADING_LINE = "# word ; languages"
SEPARATOR = " ; "
ACE_PREFIX = "xn--"


def _latin(letters: str) -> frozenset[str]:
    return frozenset(ascii_lowercase + "-" + letters)


# Unicode CLDR 48's main exemplar characters, and those of its auxiliary ones that words which a
# speaker takes for native are spelled with (German Café, Danish allé, Turkish kâğıt).
LETTERS: Mapping[str, frozenset[str]] = {
    "be": frozenset("абвгдеёжзійклмнопрстуўфхцчшыьэюя-"),
    "bg": frozenset("абвгдежзийклмнопрстуфхцчшщъьюя-"),
    "br": _latin("êñùü"),
    "bs": _latin("čćđšž"),
    "ca": _latin("àçèéíïòóúü·"),
    "cs": _latin("áčďéěíňóřšťúůýž"),
    "da": _latin("åæéø"),
    "de": _latin("äéößü"),
    "el": frozenset("αάβγδεέζηήθιίϊΐκλμνξοόπρσςτυύϋΰφχψωώ-"),
    "es": _latin("áéíñóúü"),
    "et": _latin("äõöüšž"),
    "eu": _latin("çñ"),
    "fi": _latin("äåöšž"),
    "fo": _latin("áæíðóøúý"),
    "fr": _latin("àâæçèéêëîïôùûüÿœ"),
    "ga": _latin("áéíóú"),
    "gl": _latin("áéíïñóúü"),
    "hr": _latin("čćđšž"),
    "hu": _latin("áéíóöőúüű"),
    "is": _latin("áæéíðóöúýþ"),
    "it": _latin("àèéìíîòóùú"),
    "kk": frozenset("аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя-"),
    "lt": _latin("ąčėęįšųūž"),
    "lv": _latin("āčēģīķļņšūž"),
    "nl": _latin("áäèéêëíïóöúü"),
    "no": _latin("àåæéèêòóôø"),
    "pl": _latin("ąćęłńóśźż"),
    "pt": _latin("àáâãçéêíòóôõúü"),
    "ro": _latin("âîăşșţț"),
    "ru": frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя-"),
    "sk": _latin("áäčďéíĺľňóôŕšťúýž"),
    "sl": _latin("čšž"),
    "sq": _latin("çë"),
    "sr": _latin("абвгдђежзијклљмнњопрстћуфхцчџшčćđšž"),
    "sv": _latin("àåäéö"),
    "tr": _latin("âçîöûüğış"),
    "uk": frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя-"),
    "vi": _latin(
        "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    ),
}
"""Language (ISO 639-1) -> the letters that its words are spelled with, and the hyphen."""

# Country codes that the world uses as words of their own (.co, .io, .me, .tv, .eu) have no
# language; what is registered below Colombia's second levels is Spanish all the same.
_SUFFIXES_BY_LANGUAGES: Mapping[str, str] = {
    "be ru": "by бел",
    "bg": "bg бг",
    "bs hr sr": "ba",
    "ca es": "barcelona",
    "ca es fr": "ad",
    "ca": "cat",
    "cs": "cz",
    "da": "dk gl",
    "de": "at bayern berlin cologne de hamburg koeln li nrw ruhr saarland tirol wien",
    "de fr it": "ch swiss",
    "el": "gr ελ",
    "el tr": "cy",
    "es": "ar bo cl cr cu do ec gq gt hn madrid mx ni pa pe pr py sv uy ve "
    "com.co edu.co gov.co mil.co net.co nom.co org.co",
    "es ca gl eu": "es",
    "et": "ee",
    "eu es": "eus",
    "fi sv": "fi",
    "fo da": "fo",
    "fr": "alsace bf bj ca cd cg ci cm fr gf gn gp ht mc mg mq nc ne paris pf pm quebec re sn tf "
    "wf yt",
    "fr br": "bzh",
    "fr de": "lu",
    "ga": "ie",
    "gl es": "gal",
    "hr": "hr",
    "hu": "hu",
    "is": "is",
    "it": "it sm va",
    "kk ru": "kz қаз",
    "lt": "lt",
    "lv": "lv",
    "nl": "amsterdam gent nl vlaanderen",
    "nl fr de": "be brussels",
    "no": "no",
    "pl": "pl",
    "pt": "ao br cv gw mz pt rio",
    "ro": "md ro",
    "ru": "moscow ru su дети ком москва онлайн орг рус рф сайт",
    "sk": "sk",
    "sl": "si",
    "sq": "al",
    "sr": "rs срб",
    "sv": "ax se stockholm",
    "tr": "ist istanbul tr",
    "uk": "ua укр",
    "vi": "vn",
}
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    suffix: tuple(languages.split())
    for languages, suffixes in _SUFFIXES_BY_LANGUAGES.items()
    for suffix in suffixes.split()
}
"""Public suffix (in Unicode) -> the languages spoken under it, the most spoken first."""


class NativeSpelling(NamedTuple):
    """Knows which labels are words of the language of their suffix."""

    path: Path
    """The word file. It is read once, by the first question that needs it."""

    @classmethod
    def load(cls, path: Path | None = None) -> NativeSpelling:
        """Take a word file; the packaged one without `path`. Nothing is read yet."""
        return cls(DEFAULT_WORDS if path is None else path)

    def language(self, unicode_label: str, suffix: str) -> str | None:
        """Name the language whose word a label is, or say ``None``.

        >>> native = NativeSpelling.load()
        >>> native.language("über", "de"), native.language("şişe", "com.tr")
        ('de', 'tr')
        >>> native.language("amäzon", "de"), native.language("über", "com")
        (None, None)

        Args:
            unicode_label: one label in Unicode form, NFC, as a U-label is; its case is of no
                account, except that a Turkish capital I is not known for one.
            suffix: the public suffix it stands under, A-labels or Unicode, e.g. ``com.tr``.

        Raises:
            InvalidData: the word file is missing or breaks its format.
        """
        if unicode_label.isascii():
            return None
        word = unicode_label.lower()
        spelled = [code for code in languages_of(suffix) if LETTERS[code].issuperset(word)]
        if not spelled:
            return None
        known = _languages_of_word(_read_rows(self.path), word)
        return next((code for code in spelled if code in known), None)

    def words(self) -> tuple[str, ...]:
        """Give all words, in the file's order.

        >>> "über" in NativeSpelling.load().words()
        True

        Raises:
            InvalidData: the word file is missing or breaks its format.
        """
        lines = _read_rows(self.path).splitlines()
        return tuple(line.partition(SEPARATOR)[0] for line in lines if line)


def languages_of(suffix: str) -> tuple[str, ...]:
    """Give the languages of a public suffix: its own, else those of the suffix that it is under.

    >>> languages_of("com.tr"), languages_of("xn--p1ai"), languages_of("com.co"), languages_of("co")
    (('tr',), ('ru',), ('es',), ())
    """
    rest = ".".join(_unicode(label) for label in suffix.lower().split("."))
    while rest:
        known = LANGUAGES.get(rest)
        if known is not None:
            return known
        rest = rest.partition(".")[2]
    return ()


def _unicode(label: str) -> str:
    """Decode an A-label of a suffix (RFC 3492); what does not decode is no suffix of ours."""
    if not label.startswith(ACE_PREFIX):
        return label
    return punycode.decode(label.removeprefix(ACE_PREFIX)) or label


def _languages_of_word(rows: str, word: str) -> Sequence[str]:
    """Find the languages of a word; `word` has letters only, so it cannot match across rows."""
    start = f"\n{word}{SEPARATOR}"
    place = rows.find(start)
    if place < 0:
        return ()
    place += len(start)
    return rows[place : rows.index("\n", place)].split()


@lru_cache(maxsize=4)
def _read_rows(path: Path) -> str:
    """Read the rows of a word file, with a line feed before each.

    They are searched as they stand: to cut 20,000 rows for one question would take longer. The
    digest says that they are whole and in order.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read as a list of native words: {error}"
        raise InvalidData(msg) from error
    if not text.startswith(FORMAT_LINE + "\n"):
        msg = f"{path}:1: a list of native words begins with the line {FORMAT_LINE!r}"
        raise InvalidData(msg)
    header, heading, rows = text.partition(HEADING_LINE + "\n")
    if not heading:
        msg = f"{path}: the line {HEADING_LINE!r}, which stands before the rows, is missing"
        raise InvalidData(msg)
    stated = f"\n# Digest: {rows_digest(rows)}\n"
    if stated not in header:
        msg = f"{path}: the rows were changed by hand: theirs is {stated.strip()!r}"
        raise InvalidData(msg)
    return "\n" + rows


def rows_digest(rows: str) -> str:
    """Digest the rows, each ended by a line feed: ``sha256:`` and hex digits."""
    return f"sha256:{hashlib.sha256(rows.encode()).hexdigest()}"

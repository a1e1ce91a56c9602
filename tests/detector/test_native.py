"""Native spelling: what is a word of the language of its suffix, and what only looks like one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import unicodedata2

from detector import punycode
from detector.errors import InvalidData
from detector.native import DEFAULT_WORDS, LANGUAGES, LETTERS, NativeSpelling, languages_of
from detector.suffixes import SuffixList


@pytest.fixture(scope="module")
def native() -> NativeSpelling:
    return NativeSpelling.load()


@pytest.mark.parametrize(
    ("label", "suffix", "language"),
    [
        ("über", "de", "de"),
        ("mär", "de", "de"),
        ("müller", "de", "de"),
        ("für", "at", "de"),
        ("weiß", "de", "de"),
        ("où", "fr", "fr"),
        ("hôtels", "fr", "fr"),  # a plural, which a suffix makes
        ("été", "ch", "fr"),  # not Switzerland's first language
        ("niños", "com.mx", "es"),
        ("são", "com.br", "pt"),
        ("şişe", "com.tr", "tr"),
        ("ısparta", "com.tr", "tr"),  # written Isparta: Turkish lower-cases I to ı
        ("łódź", "pl", "pl"),
        ("äpple", "se", "sv"),
        ("атома", "xn--p1ai", "ru"),
        ("атома", "рф", "ru"),
    ],
)
def test_words_of_the_suffix_s_language(
    native: NativeSpelling, label: str, suffix: str, language: str
) -> None:
    assert native.language(label, suffix) == language


@pytest.mark.parametrize(
    ("label", "suffix"),
    [
        ("amäzon", "de"),  # no word
        ("amazön", "hu"),  # nor with Hungarian letters
        ("googlé", "fr"),
        ("pаypal", "ru"),  # a Cyrillic а among Latin letters
        ("m\N{CYRILLIC SMALL LETTER A}r", "de"),
        ("mа\N{COMBINING DIAERESIS}r", "de"),
        ("аррӏе", "рф"),  # wholly Cyrillic, no word
        ("wikipedią", "pl"),  # a form of the name itself
        ("uber", "de"),  # nothing to excuse
        ("", "de"),
    ],
)
def test_lookalikes_are_no_words(native: NativeSpelling, label: str, suffix: str) -> None:
    assert native.language(label, suffix) is None


@pytest.mark.parametrize("suffix", ["com", "org", "io", "co", "eu", "me", "fr", "co.uk", "", "."])
def test_a_german_word_elsewhere_is_no_native_one(native: NativeSpelling, suffix: str) -> None:
    assert native.language("über", suffix) is None


def test_decomposed_letters_are_no_letters_of_a_language(native: NativeSpelling) -> None:
    assert native.language(unicodedata2.normalize("NFD", "über"), "de") is None


def test_case_is_of_no_account(native: NativeSpelling) -> None:
    assert native.language("ÜBER", "DE") == native.language("Über", "de") == "de"


@pytest.mark.parametrize("label", ["\nüber", "über ; de", "ü\nb", "über ", "#ü"])
def test_a_label_cannot_reach_into_the_format(native: NativeSpelling, label: str) -> None:
    assert native.language(label, "de") is None


@pytest.mark.parametrize(
    ("suffix", "languages"),
    [
        ("ch", ("de", "fr", "it")),
        ("com.tr", ("tr",)),
        ("co.at", ("de",)),
        ("com.co", ("es",)),  # Colombia's; .co alone is anyone's
        ("co", ()),
        ("blogspot.de", ("de",)),
        ("xn--p1ai", ("ru",)),
        ("xn--qxam", ("el",)),
        ("xn--99999999", ()),
    ],
)
def test_languages_of_a_suffix(suffix: str, languages: tuple[str, ...]) -> None:
    assert languages_of(suffix) == languages


def test_every_suffix_with_a_language_is_a_public_suffix() -> None:
    rules = {suffix for suffix, _ in SuffixList.load().rules()}
    known = {
        ".".join(
            part if part.isascii() else "xn--" + punycode.encode(part) for part in suffix.split(".")
        )
        for suffix in LANGUAGES
    }
    assert known - rules == set()


def test_every_language_of_a_suffix_has_letters_and_words() -> None:
    languages = {language for languages in LANGUAGES.values() for language in languages}
    assert languages == set(LETTERS)
    rows = [row for row in _lines() if not row.startswith("#")]
    assert {language for row in rows for language in row.split(" ; ")[1].split()} == languages


def test_the_packaged_rows_keep_their_rules() -> None:
    rows = [row.split(" ; ") for row in _lines() if not row.startswith("#")]
    words = [word for word, _ in rows]
    assert words == sorted(set(words))
    for word, languages in rows:
        assert not word.isascii()
        assert word == unicodedata2.normalize("NFC", word)
        assert languages.split() == sorted(languages.split())
        assert all(LETTERS[language].issuperset(word) for language in languages.split())


def test_the_header_says_where_the_words_come_from() -> None:
    header = [line for line in _lines() if line.startswith("#")]
    keys = [line.split(":")[0] for line in header]
    assert header[0] == "# glyphwatch native words, format 1"
    assert header[-1] == "# word ; languages"
    assert {"# Made by", "# Labels", "# Map", "# Unicode", "# Rows", "# Digest"} <= set(keys)
    lists = [line.split() for line in header if line.startswith("# List: ")]
    assert {parts[2] for parts in lists} == set(LETTERS)
    assert all(len(parts) >= 6 for parts in lists)  # language, package, version, licence
    assert f"# Rows: {len(_lines()) - len(header)}" in header


def test_nothing_is_read_before_a_question_needs_it(tmp_path: Path) -> None:
    native = NativeSpelling.load(tmp_path / "none.txt")
    assert native.language("uber", "de") is None
    assert native.language("über", "com") is None
    with pytest.raises(InvalidData, match=r"none\.txt"):
        native.language("über", "de")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace("format 1", "format 2"), "begins with the line"),
        (lambda text: text.replace("über ; de", "über ; fr"), "changed by hand"),
        (lambda text: text[:-20], "changed by hand"),
        (lambda text: text.replace("# word ; languages\n", ""), "is missing"),
        (lambda _: "", "begins with the line"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, change: Callable[[str], str], says: str) -> None:
    path = tmp_path / "words.txt"
    path.write_text(change(DEFAULT_WORDS.read_text("utf-8")), encoding="utf-8", newline="\n")
    with pytest.raises(InvalidData, match=says):
        NativeSpelling.load(path).language("über", "de")


def _lines() -> list[str]:
    return DEFAULT_WORDS.read_text("utf-8").removesuffix("\n").split("\n")

"""The maker of the native words, over word lists of a few words."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from detector.confusables import ConfusableMap
from detector.errors import InvalidData
from detector.native import NativeSpelling
from detector.native_builder import Inputs, build, main, read_labels
from detector.native_lists import WordList
from detector.suffixes import SuffixList

GERMAN = WordList("wgerman", "de", "usr/share/dict/german", "MIT")
TURKISH = WordList("hunspell-tr", "tr", "usr/share/hunspell/tr.dic", "MPL-2.0")
POLISH = WordList("wpolish", "pl", "usr/share/dict/polish", "Apache-2.0")
RUSSIAN = WordList("wrussian", "ru", "usr/share/dict/russian", "MIT")
FRENCH = WordList("wfrench", "fr", "usr/share/dict/french", "MIT")
LISTS = (GERMAN, TURKISH, POLISH, RUSSIAN, FRENCH)
TEXTS = {
    GERMAN: "Über\nüber\nMär\nKäse\nMaß\nSeñor\nÖBB\nfür\nMuller\nMüller\nWeiß\nGrüße\n",
    TURKISH: "2\nIsparta\nşişe/1\n",
    POLISH: "Nokia\nNokią\nłódź\ntesla\nTeslą\nteslą\nmare\n",
    RUSSIAN: "курс\nсор\nкошка\n",
    FRENCH: "über\nmär\nfür\n",
}


@pytest.fixture(scope="module")
def confusables() -> ConfusableMap:
    return ConfusableMap.load()


@pytest.fixture(scope="module")
def suffixes() -> SuffixList:
    return SuffixList.load()


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    for word_list, text in TEXTS.items():
        log = tmp_path / f"usr/share/doc/{word_list.package}/changelog.Debian.gz"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(gzip.compress(f"{word_list.package} (1.2-3) unstable\n".encode()))
        (tmp_path / word_list.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / word_list.path).write_text(text, encoding="utf-8")
    aff = "SET UTF-8\nFLAG num\nSFX 1 Y 1\nSFX 1 0 ler .\n"
    (tmp_path / TURKISH.path).with_suffix(".aff").write_text(aff, encoding="utf-8")
    names = "domain,brand\nuber.com,Uber\nmar.com,Mar\nnokia.com,Nokia\ntesla.com,Tesla\n"
    (tmp_path / "targets.csv").write_text(
        names + "isparta.bel.tr,x\nsiseler.com.tr,x\ncop.example,x\nmass.de,x\n", encoding="utf-8"
    )
    labels = gzip.compress(b"lodz\nmuller\nobb\nsenor\n")
    (tmp_path / "labels.txt.gz").write_bytes(labels)
    (tmp_path / "common.txt").write_text("für\nкошка\nweiss\n", encoding="utf-8")
    return Inputs(
        folder=tmp_path,
        labels=(tmp_path / "targets.csv", tmp_path / "labels.txt.gz"),
        common=(tmp_path / "common.txt",),
        lists=LISTS,
    )


@pytest.fixture
def text(inputs: Inputs, confusables: ConfusableMap, suffixes: SuffixList) -> str:
    return build(inputs, confusables, suffixes)


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_words_that_read_as_a_label_stay(text: str) -> None:
    assert rows(text) == [
        "für ; de fr",  # common
        "maß ; de",  # reads as mass
        "mär ; de",
        "müller ; de",
        "teslą ; pl",  # of the unit, which is a word
        "weiß ; de",  # common, as weiss
        "über ; de fr",
        "ısparta ; tr",
        "łódź ; pl",
        "şişeler ; tr",  # a form
        "кошка ; ru",  # common
        "сор ; ru",  # reads as cop
    ]


def test_what_is_left_out_and_why(text: str) -> None:
    for word in (
        "käse",  # reads as no label
        "señor",  # not in German letters
        "öbb",  # an abbreviation
        "nokią",  # a form of a name
        "şişe",  # reads as no label, though its plural does
        "курс",
    ):
        assert not any(row.startswith(f"{word} ;") for row in rows(text))
    assert "mär ; de" in rows(text)  # ä is no French letter, though the French list has the word


def test_the_same_inputs_give_the_same_bytes(
    inputs: Inputs, text: str, confusables: ConfusableMap, suffixes: SuffixList
) -> None:
    assert build(inputs, confusables, suffixes) == text


def test_the_header_names_every_input(text: str, confusables: ConfusableMap) -> None:
    header = [line for line in text.splitlines() if line.startswith("#")]
    assert header[1] == (
        "# Made by: python -m detector.native_builder --words DIR"
        " --labels targets.csv labels.txt.gz --common common.txt --output FILE"
    )
    assert f"# Map: {confusables.version}" in header
    assert "# List: tr hunspell-tr 1.2-3 MPL-2.0" in header
    assert "# Rows: 12" in header
    assert sum(line.startswith(("# Labels: ", "# Common: ")) for line in header) == 3


def test_what_is_made_can_be_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text(text, encoding="utf-8", newline="\n")
    native = NativeSpelling.load(path)
    assert native.language("şişeler", "com.tr") == "tr"
    assert native.language("käse", "de") is None


def test_labels_are_those_under_each_public_suffix(tmp_path: Path, suffixes: SuffixList) -> None:
    path = tmp_path / "names.txt"
    path.write_text(
        "# ranking\n1,Google.com\n2,shop.example.co.uk\n"
        "me.github.io\nxn--mnchen-3ya.de\nbare\n"
        "\ncom\n"
    )
    assert read_labels(path, suffixes) == {"google", "example", "github", "me", "bare", "com"}


def test_a_missing_list_is_named(
    inputs: Inputs, confusables: ConfusableMap, suffixes: SuffixList
) -> None:
    (inputs.folder / POLISH.path).unlink()
    with pytest.raises(InvalidData, match="package wpolish"):
        build(inputs, confusables, suffixes)


def test_the_command_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(
        ["--words", str(tmp_path), "--labels", str(tmp_path / "no.csv"), "--output", "words.txt"]
    )
    assert code == 2
    assert "no.csv: cannot be read" in capsys.readouterr().err

"""The maker of ``data/native_words.txt``: word lists and labels in, the words that read as one out.

A word stays if it has a letter beyond ASCII, is wholly in letters of its language, and some reading
of it, by the confusable map or by leaving out its accents, is one of the labels; or if it is one of
the common words and an entry of a list. Forms of names are left out (Polish *Wikipedią*): they
would excuse what imitates the name. Labels come from files of names, one a line (gzip or not; of
CSV, the first column, or the second after a rank), of which the label under the public suffix
counts, or of bare labels::

    python -m detector.native_builder --words DIR --labels FILE... --common FILE --output FILE

`detector.native_lists` says which packages to unpack into ``DIR``. The same inputs give the same
bytes. The packaged file was made from the bundled targets and rankings of much visited names. Its
common words are there because users bring brands that no ranking has. They are the words of up to 7
letters, not all ASCII, in ``wordfreq.get_frequency_dict(language, "best")`` (wordfreq 3.1.1, whose
data are CC BY-SA 4.0) with a frequency of at least ``10 ** (4.25 - 9)``, of up to 3 letters
``10 ** (3 - 9)``, and the German ones with ``ss``, for that is how ``ß`` stands there; sorted, one
a line. Languages: ca da de es fi fr hu is it lt lv nb nl pl pt ro sh sl sv tr; the registries of
``.cz`` and ``.sk`` take no IDNs.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from detector.characters import UNICODE_VERSION, decomposition, is_dropped_mark
from detector.confusables import ConfusableMap
from detector.errors import DetectorError, InvalidData
from detector.native import ACE_PREFIX, FORMAT_LINE, HEADING_LINE, LETTERS, SEPARATOR, rows_digest
from detector.native_lists import LISTS, Word, WordList
from detector.skeleton import Skeletonizer
from detector.suffixes import SuffixList

GZIP_MAGIC = b"\x1f\x8b"


class Wanted:
    """Tells which words are wanted: those that read as a label, and common ones."""

    def __init__(
        self, labels: Iterable[str], common: Iterable[str], skeletonizer: Skeletonizer
    ) -> None:
        self.labels = frozenset(labels)
        self.common = frozenset(common)
        self._skeletonizer = skeletonizer
        self._options: dict[str, tuple[str, ...]] = {}
        self._label_beginnings = _beginnings(self.labels)
        self._common_beginnings = _beginnings(self.common)

    def wants(self, word: Word) -> bool:
        """Tell whether some reading of a word is a label, or it is common and an entry."""
        if word.is_entry and self.is_common(word.text):
            return True
        return any(reading in self.labels for reading in self._readings(word.text))

    def is_common(self, text: str) -> bool:
        """Tell whether a word is a common one, which may be written without ``ß``."""
        return text.casefold() in self.common

    def reaches(self, beginning: str) -> bool:
        """Tell whether any wanted word may begin so."""
        return beginning.casefold() in self._common_beginnings or bool(self._readings(beginning))

    def _readings(self, text: str) -> Sequence[str]:
        """Give the readings of a text with which a label begins: few, at every character."""
        readings = [""]
        for char in text:
            options = self._char_options(char)
            readings = [
                longer
                for reading in readings
                for option in options
                if (longer := reading + option) in self._label_beginnings
            ]
            if not readings:
                break
        return readings

    def _char_options(self, char: str) -> tuple[str, ...]:
        known = self._options.get(char)
        if known is None:
            letters = [reading.letters for reading in self._skeletonizer.readings(char)]
            letters.append(_without_accents(char))
            known = tuple(dict.fromkeys(option for option in letters if option.isascii()))
            self._options[char] = known
        return known


def _beginnings(words: Iterable[str]) -> set[str]:
    return {word[:length] for word in words for length in range(len(word) + 1)}


def read_labels(path: Path, suffixes: SuffixList) -> set[str]:
    """Read a file of names or bare labels; IDNs are passed over, as no accent-free form is one.

    Raises:
        InvalidData: the file cannot be read.
    """
    found: set[str] = set()
    for line in _lines(path):
        first, *others = line.lower().split(",")
        name = others[0] if others and first.isdecimal() else first
        found.update(_labels_of(name, suffixes))
    return {label for label in found if label.isascii() and not label.startswith(ACE_PREFIX)}


def _lines(path: Path) -> list[str]:
    """Read a text file, gzip or not, without blank lines and comments."""
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if data.startswith(GZIP_MAGIC) else data).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        msg = f"{path}: cannot be read as a list of names or words: {error}"
        raise InvalidData(msg) from error
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _labels_of(name: str, suffixes: SuffixList) -> Iterator[str]:
    """Give a bare label, or what stands under each of a name's public suffixes."""
    parts = name.split(".")
    if len(parts) == 1:
        yield name
        return
    for length in suffixes.suffix_lengths(parts):
        if length < len(parts):
            yield parts[-length - 1]


def select_words(lists: Sequence[WordList], folder: Path, wanted: Wanted) -> dict[str, set[str]]:
    """Choose the wanted words: word -> the languages it is a word of.

    Raises:
        InvalidData: a list is not below `folder`.
    """
    found: dict[str, set[str]] = defaultdict(set)
    forms: dict[str, set[str]] = defaultdict(set)
    for word_list in lists:
        chosen, common_forms = _select(word_list, folder, wanted)
        for text in chosen:
            found[text].add(word_list.language)
        for text in common_forms:
            forms[text].add(word_list.language)
    for text in forms.keys() & found.keys():
        found[text] |= forms[text]
    return found


def _select(word_list: WordList, folder: Path, wanted: Wanted) -> tuple[set[str], set[str]]:
    """Choose the wanted words of one list, but forms of the names in it.

    Returns:
        The words, and common ones that are only forms here: words if another list has them itself.
    """
    letters = LETTERS[word_list.language]
    chosen: set[str] = set()
    common_forms: set[str] = set()
    accented_names: set[str] = set()
    names: set[str] = set()
    others: set[str] = set()
    for word in word_list.words(folder, wanted.reaches):
        if word.text.isascii():
            (names if word.is_name else others).add(word.text)
            continue
        is_form_of_name = word.is_name and not word.is_entry
        if is_form_of_name or not letters.issuperset(word.text):
            continue
        if wanted.wants(word):
            (accented_names if word.is_name else chosen).add(word.text)
        elif wanted.is_common(word.text):
            common_forms.add(word.text)
    names -= others
    chosen |= {text for text in accented_names if _without_accents(text) not in names}
    return chosen, common_forms


def _without_accents(text: str) -> str:
    """Leave out the accents of a text.

    >>> _without_accents("nokią")
    'nokia'
    """
    return "".join(
        part for char in text for part in decomposition(char) if not is_dropped_mark(part)
    )


def render(words: Mapping[str, Iterable[str]], header: Sequence[str]) -> str:
    """Write a word file: sorted by code point, one word a row.

    >>> print(render({"über": ["de"], "à": ["it", "fr"]}, ["List: wfrench"]), end="")
    # glyphwatch native words, format 1
    # List: wfrench
    # Rows: 2
    # Digest: sha256:a668...
    # word ; languages
    à ; fr it
    über ; de
    """
    rows = [f"{word}{SEPARATOR}{' '.join(sorted(words[word]))}\n" for word in sorted(words)]
    head = [
        FORMAT_LINE,
        *(f"# {line}" for line in header),
        f"# Rows: {len(rows)}",
        f"# Digest: {rows_digest(''.join(rows))}",
        HEADING_LINE,
    ]
    return "\n".join(head) + "\n" + "".join(rows)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a word file is made from."""

    folder: Path
    """Where the packages of the word lists lie."""

    labels: tuple[Path, ...]
    """Files of names or bare labels, as `read_labels` takes them."""

    common: tuple[Path, ...] = ()
    """Files of common words in their own spelling, one a line."""

    lists: tuple[WordList, ...] = LISTS
    """The word lists to choose from."""

    def arguments(self) -> str:
        """Write the arguments that make the file again, without the places of the files."""
        labels, common = (
            " ".join(path.name for path in some) for some in (self.labels, self.common)
        )
        return (
            f"--words DIR --labels {labels}{f' --common {common}' if common else ''} --output FILE"
        )


def build(inputs: Inputs, confusables: ConfusableMap, suffixes: SuffixList) -> str:
    """Make the text of a word file.

    Args:
        inputs: lists, labels and common words.
        confusables: the map whose readings count beside the accent-free form.
        suffixes: tells which label of a name counts.

    Raises:
        InvalidData: an input cannot be read.
    """
    labels: set[str] = set().union(*(read_labels(path, suffixes) for path in inputs.labels))
    common: set[str] = set().union(*(_lines(path) for path in inputs.common))
    wanted = Wanted(labels, common, Skeletonizer(confusables))
    words = select_words(inputs.lists, inputs.folder, wanted)
    header = [
        f"Made by: python -m detector.native_builder {inputs.arguments()}",
        f"Unicode: {UNICODE_VERSION}",
        f"Map: {confusables.version}",
        *(f"Labels: {path.name} {_digest(path)}" for path in inputs.labels),
        *(f"Common: {path.name} {_digest(path)}" for path in inputs.common),
        "Chosen word by word from the lists of these packages; each list has its own licence:",
        *(
            f"List: {each.language} {each.package} {each.version(inputs.folder)} {each.licence}"
            for each in inputs.lists
        ),
    ]
    return render(words, header)


def _digest(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; give its exit code."""
    parser = argparse.ArgumentParser(prog="python -m detector.native_builder")
    parser.add_argument("--words", type=Path, required=True, help="folder of unpacked packages")
    parser.add_argument("--labels", type=Path, required=True, nargs="+", help="names or labels")
    parser.add_argument("--common", type=Path, default=[], nargs="+", help="common words")
    parser.add_argument("--output", type=Path, required=True, help="the file to write")
    options = parser.parse_args(arguments)
    inputs = Inputs(options.words, tuple(options.labels), tuple(options.common))
    try:
        text = build(inputs, ConfusableMap.load(), SuffixList.load())
    except DetectorError as error:
        sys.stderr.write(f"native_builder: {error}\n")
        return 2
    options.output.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

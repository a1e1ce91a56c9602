"""Made-up families that draw lookalikes of every fold, and their labels."""

from pathlib import Path

from classifier.cross_validation import label_all
from classifier.labels import CLASSES, Labels
from classifier.verdicts import render_verdicts
from tests.classifier.confusables_files import PROTOTYPES, write_confusables
from tests.classifier.small_glyphs import scribble, small_glyphs

SEEN_AS = {"а": "a", "е": "e", "ο": "o", "α": "a", "ø": "o", "ӏ": "l"} | {
    accented: letter
    for letter, all_accented in {
        "a": "äàáâ", "c": "çćč", "e": "ëèéê", "n": "ñńň", "o": "öòóô", "u": "üùúû", "s": "śš",
    }.items()
    for accented in all_accented
}  # fmt: skip
NOTHING = "жйцшщюяэдлфб!/()†"
DRAWN = {char: scribble(ord(letter)) for char, letter in SEEN_AS.items()} | {
    char: scribble(ord(char)) for char in NOTHING
}
GLYPHS = small_glyphs(DRAWN | {char.upper(): scribble(ord(char.upper())) for char in "aegh"}, 3)
assert set(CLASSES) <= {chr(each) for each in GLYPHS.code_points}


def labels_in(folder: Path) -> Labels:
    """Label them by files in a folder."""
    verdicts = folder / "verdicts.csv"
    verdicts.write_text(render_verdicts(()), encoding="utf-8")
    return label_all(GLYPHS, write_confusables(folder, PROTOTYPES), verdicts)

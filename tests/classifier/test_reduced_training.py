"""A short training on real fonts reads characters that it never saw, so that training cannot rot.

One fold, a third of the usual steps, well under three minutes. What it must reach is far below what
the whole protocol does (`glyphwatch model evaluate`), and far above what a broken one would.
"""

import time

import pytest

from classifier.answers import figures
from classifier.cross_validation import label_all, narrow
from classifier.dataset import Dataset
from classifier.evaluation import Reader, by_split, pixels_of_split, templates_of
from classifier.labels import CLASSES, build_labels
from classifier.lesson import examples_of
from classifier.prediction import predict
from classifier.recipe import Recipe
from classifier.training import train
from classifier.unicode_tables import name, pvalid_code_points
from glyphs.errors import FontError
from glyphs.fonts import find_fonts
from glyphs.manifest import load_manifest
from glyphs.store import GlyphStore, render_store
from tests.classifier.confusables_files import unicodes_own

FOLD = 0
LEAST = 0.93
MOST_SECONDS = 180
"""Of processor time: wall time says more about what else the machine does."""
STEPS = 400
LARGE = ("CJK ", "HANGUL ", "TANGUT", "NUSHU", "KHITAN")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> GlyphStore:
    """Draw what has a label and what may be an example of none."""
    table = unicodes_own()
    try:
        families = find_fonts(load_manifest())
    except FontError as error:
        pytest.skip(f"glyphwatch glyphs fonts install: {str(error).splitlines()[0]}")
    small = {c for c in pvalid_code_points() if not name(c).startswith(LARGE)}
    wanted = small | build_labels(table).by_code_point.keys() | set(map(ord, CLASSES))
    folder = tmp_path_factory.mktemp("reduced") / "glyphs"
    return render_store(families, folder, code_points=wanted, jobs=2)


@pytest.mark.slow
def test_characters_never_seen_are_read(store: GlyphStore) -> None:
    started = time.process_time()
    labels = label_all(store, unicodes_own())
    recipe = Recipe(steps=STEPS, kernels=(3, 3))
    dataset = narrow(0, recipe).dataset(store, labels)

    def learn(rows: Dataset) -> Reader:
        network = train(recipe, examples_of(rows))
        return lambda images: predict(network, images)

    found = figures(by_split(dataset, "code_point", learn, [FOLD]))
    seconds = time.process_time() - started
    pixels = figures(pixels_of_split(dataset, templates_of(store), "code_point", [FOLD]))
    print(f"network {found['characters pvalid']}, nearest pixels {pixels['characters pvalid']}")
    print(f"{seconds:.0f} s")
    assert found["characters pvalid"].count > 100
    assert found["characters pvalid"].value >= LEAST
    assert found["characters pvalid"].value >= pixels["characters pvalid"].value + 0.05
    assert found["accent"].value == 1
    assert seconds < MOST_SECONDS

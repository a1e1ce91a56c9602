"""The network that comes with the package is small, sound, and can read."""

import json

import numpy as np
import pytest

from classifier.errors import InvalidModel
from classifier.labels import CLASSES
from classifier.packaged_network import ABOUT, WEIGHTS, load_packaged
from classifier.prediction import predict, vote
from glyphs.errors import FontError
from glyphs.fonts import find_fonts
from glyphs.manifest import load_manifest
from glyphs.render import FamilyRenderer


def test_it_says_where_it_comes_from() -> None:
    about = json.loads(ABOUT.read_text(encoding="utf-8"))
    found = load_packaged()
    assert WEIGHTS.stat().st_size < 1_500_000
    assert found.data == about["examples"]
    assert found.step == found.recipe.steps
    assert not found.optimizer
    assert about["command"].startswith("glyphwatch model train ")


def test_it_reads_lookalikes() -> None:
    try:
        families = find_fonts(load_manifest()[:12])
    except FontError as error:
        pytest.skip(f"glyphwatch glyphs fonts install: {str(error).splitlines()[0]}")
    # Cyrillic and Greek by eye, ASCII itself, and two that are no letter.
    wanted = {"а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "ν": "v"}
    wanted |= {"н": "h", "т": "t", "к": "k", "ä": "a", "ñ": "n"} | {c: c for c in "abdefghkmnrstz"}
    images, code_points = [], []
    for family in families:
        renderer = FamilyRenderer(family)
        for char in [*wanted, "ж", "щ"]:
            picture = renderer.draw(ord(char))
            if picture is not None:
                images.append(picture)
                code_points.append(ord(char))
    votes = vote(predict(load_packaged().network, np.stack(images)), np.array(code_points))
    said = {
        chr(code_point): (*CLASSES, "none")[int(scores.argmax())]
        for code_point, scores in zip(votes.code_points, votes.log_probs, strict=True)
    }
    assert said == wanted | {"ж": "none", "щ": "none"}


def test_another_file_in_its_place_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.packaged_network.WEIGHTS", ABOUT)
    with pytest.raises(InvalidModel, match="is not the network"):
        load_packaged()

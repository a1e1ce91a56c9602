import numpy as np

from classifier.baselines import Templates
from classifier.checkpoint import load_checkpoint
from classifier.digraphs import LETTERS, PAIRS, SQUEEZES, Drawn, _contrasted, likeliest, rank
from classifier.labels import CLASSES
from classifier.map_building import PACKAGED
from tests.classifier.letters import draw

M, W = LETTERS.index("m"), LETTERS.index("w")


def test_what_a_letter_brings_to_all_its_pairs_does_not_make_a_pair() -> None:
    mean = np.zeros((len(PAIRS), len(LETTERS)))
    mean[[place for place, pair in enumerate(PAIRS) if pair[1] == "v"], W] = 0.6
    mean[PAIRS.index("rn"), M] = 0.6
    left = _contrasted(mean)
    assert left[PAIRS.index("rn"), M] > 0.5 > left[PAIRS.index("tv"), W]


def test_a_pair_drawn_like_a_letter_comes_first() -> None:
    letters = np.stack([draw(letter, 20) for letter in CLASSES])[None]
    pairs = np.zeros((1, len(SQUEEZES), len(PAIRS), 28, 28), np.uint8)
    pairs[0, :, PAIRS.index("rn")] = letters[0, CLASSES.index("m")]
    pairs[0, :, PAIRS.index("rl")] = letters[0, CLASSES.index("m")]
    pairs[0, :, PAIRS.index("rl"), 4:20, 18:21] = 255  # rises above an m
    pairs[0, :, PAIRS.index("ra")] = letters[0, CLASSES.index("a")]  # contains it
    pairs[0, :, PAIRS.index("xw")] = letters[0, CLASSES.index("d")]  # far too wide for it
    widths = np.full((1, len(PAIRS)), 12.0)
    widths[0, PAIRS.index("xw")] = 30.0
    drawn = Drawn(
        pairs,
        widths,
        Templates(letters, np.ones((1, len(CLASSES)), dtype=np.bool_)),
        np.full((1, len(LETTERS)), 10.0),
    )
    ranked = rank(drawn, [load_checkpoint(PACKAGED).network])
    assert [(each.pair, each.letter, each.agree, each.fonts) for each in ranked] == [
        ("rn", "m", 1, 1)
    ]
    assert 0 < ranked[0].score < ranked[0].chance
    likely = likeliest(drawn, [load_checkpoint(PACKAGED).network], 0.5)
    assert {("rn", "m"), ("xw", "d")} <= set(likely)  # whatever their width
    assert ("ra", "a") not in likely

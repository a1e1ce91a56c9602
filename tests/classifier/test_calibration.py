import numpy as np

from classifier.calibration import VERDICTS, calibrate
from classifier.combination import Candidates
from classifier.labels import CLASSES, NONE, Label, Labels
from classifier.verdicts import Verdict, load_verdicts

COUNT = 400


def pairs() -> tuple[Candidates, Labels, list[Verdict]]:
    """Characters that are likelier letters from the first to the last; people say 70 % of those in
    the upper half are right."""
    code_points = np.arange(0x10_000, 0x10_000 + COUNT, dtype=np.int32)
    heights = np.linspace(-6, 6, COUNT)
    features = np.stack([heights, heights / 2, 0.5 - heights / 20, np.ones(COUNT)], axis=1)
    letters = np.full(COUNT, CLASSES.index("a"), dtype=np.int64)
    ones = np.ones(COUNT, dtype=np.int64)
    found = Candidates(code_points, letters, ones, ones, np.ones(COUNT), features)
    known = {}
    for place, code_point in enumerate(code_points.tolist()):
        if place % 4 == 0:
            known[code_point] = Label(code_point, 0 if place >= COUNT // 2 else NONE, "uts39")
    verdicts = [
        Verdict(int(code_point), "a", "right" if place % 10 < 7 else "wrong", "all", 1, f"A{place}")
        for place, code_point in enumerate(code_points)
        if place % 4 == 1 and place > COUNT // 2
    ]
    return found, Labels(known, "17.0.0"), verdicts


def test_scores_are_on_the_scale_of_verdicts() -> None:
    found, labels, verdicts = pairs()
    combination = calibrate(found, labels, verdicts)
    scores = combination.score(found)
    assert scores[:50].max() < 0.5 < scores[-50:].min()
    judged = np.isin(found.code_points, [verdict.code_point for verdict in verdicts])
    right = np.mean([verdict.answer == "right" for verdict in verdicts])
    assert abs(scores[judged].mean() - right) < 0.1  # and not near 1, as the labels would have it
    assert combination.fitted_to["verdicts"] == len(verdicts)


def test_the_same_data_give_the_same_coefficients() -> None:
    assert calibrate(*pairs()) == calibrate(*pairs())


def test_the_packaged_verdicts_are_enough_to_set_a_scale() -> None:
    answers = [verdict.answer for verdict in load_verdicts(VERDICTS)]
    assert len(answers) >= 300
    assert min(answers.count("right"), answers.count("wrong")) >= 50

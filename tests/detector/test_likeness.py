import random

from hypothesis import given
from hypothesis import strategies as st

from detector.confusables import LETTERS, MAX_READINGS
from detector.likeness import FLOOR, RELATIVE_FLOOR, Observation, solve

CHARS = "аβгдε"

observations = st.builds(
    Observation,
    parts=st.lists(st.sampled_from([*"abl1-", *CHARS]), min_size=1, max_size=2).map(tuple),
    weight=st.floats(0.3, 1),
    sources=st.sampled_from([("uts39",), ("class",), ("name",), ("digit",)]),
)
evidence = st.dictionaries(st.sampled_from(CHARS), st.lists(observations, max_size=3))


@given(evidence)
def test_readings_are_ascii_best_first_and_few(known: dict[str, list[Observation]]) -> None:
    for readings in solve(known).values():
        confidences = [reading.confidence for reading in readings]
        assert 1 <= len(readings) <= MAX_READINGS
        assert confidences == sorted(confidences, reverse=True)
        assert confidences[-1] >= max(FLOOR, confidences[0] * RELATIVE_FLOOR)
        assert len({reading.letters for reading in readings}) == len(readings)
        assert all(LETTERS.issuperset(reading.letters) for reading in readings)


@given(evidence, st.randoms(use_true_random=False))
def test_the_order_of_observations_does_not_matter(
    known: dict[str, list[Observation]], dice: random.Random
) -> None:
    shuffled = {char: dice.sample(seen, len(seen)) for char, seen in reversed(known.items())}
    assert solve(shuffled) == solve(known)


def test_confidences_multiply_along_the_way() -> None:
    solved = solve(
        {"а": [Observation(("б",), 0.9, ("name",))], "б": [Observation(("b",), 0.8, ("uts39",))]}
    )
    assert solved["а"][0].confidence == 0.72
    assert solved["а"][0].sources == ("name", "uts39")


def test_a_circle_ends() -> None:
    circle = {char: [Observation((other,), 1.0, ("class",))] for char, other in ("аб", "ба")}
    assert solve(circle) == {}
    circle["б"].append(Observation(("b",), 0.9, ("name",)))
    assert solve(circle)["а"][0].letters == "b"


def test_a_long_way_is_no_likeness() -> None:
    chain = {
        char: [Observation((char_after,), 0.99, ("name",))]
        for char, char_after in zip("абвгде", "бвгдеx", strict=True)
    }
    assert set(solve(chain)) == set("вгде")  # four observations in a row, not five


def test_a_meaning_stays_with_the_letter_but_for_accents() -> None:
    bengali_four = Observation(("4",), 0.6, ("digit",))
    solved = solve(
        {
            "৪": [bengali_four],
            "а": [Observation(("৪",), 0.998, ("uts39",))],
            "б": [Observation(("৪",), 0.9, ("decomposition", "mark:above"))],
        }
    )
    assert "а" not in solved
    assert solved["б"][0].letters == "4"


def test_a_much_worse_reading_is_not_taken() -> None:
    solved = solve(
        {"ν": [Observation(("v",), 0.998, ("uts39",)), Observation(("n",), 0.64, ("case",))]}
    )
    assert [reading.letters for reading in solved["ν"]] == ["v"]


def test_what_letters_become_is_what_is_seen() -> None:
    struck = Observation(("г",), 0.65, ("struck",), {"r": "f"})
    solved = solve({"ғ": [struck], "г": [Observation(("r",), 1.0, ("uts39",))]})
    assert [reading.letters for reading in solved["ғ"]] == ["f"]

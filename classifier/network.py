"""Network: 28x28 pictures of glyphs in, a score for each shape of a letter out.

Two cells of convolution and pooling, then one hidden layer: the classic digit reader, with batch
normalisation. Each cell pools *before* it normalises and cuts off at zero. Pooling by maximum
commutes with both (as long as the normalisation's factor is positive, as it starts), so nothing is
lost, and the two work on a quarter of the pixels: a fifth of the training time.

A letter may have two shapes: h and н are both h. A capital that is drawn unlike its small letter
has a score of its own, so that neither shape is learned at the other's cost; `folded` makes one of
both.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

SIDE = 28
"""Height and width of a picture, in pixels."""

CLASSES = 38
"""The 37 letters of a label, a-z, 0-9 and the hyphen, and none of them."""

CAPITALS = "abdefghijlmnqrty"
"""Letters whose capital, as high as an x or not, is more than the small letter made larger."""

SHAPES = CLASSES + len(CAPITALS)
"""What there are scores for: the classes, then the capitals."""

_SMALL = [ord(letter) - ord("a") for letter in CAPITALS]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network must be told to be built again."""

    kernels: tuple[int, int] = (5, 3)
    """Height and width of the first and the second cell's kernels; odd."""

    channels: tuple[int, int] = (32, 64)
    """Pictures that each cell puts out."""

    hidden: int = 128
    """Units of the layer between cells and scores."""


class Cell(nn.Sequential):
    """Convolution, pooling, normalisation, rectification: half the height, half the width."""

    def __init__(self, incoming: int, outgoing: int, kernel: int) -> None:
        super().__init__(
            nn.Conv2d(incoming, outgoing, kernel, padding=kernel // 2, bias=False),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(outgoing),
            nn.ReLU(inplace=True),
        )


class Network(nn.Module):
    """The reader of glyphs."""

    def __init__(self, shape: Shape) -> None:
        """Draw first weights from torch's global generator."""
        super().__init__()
        first, second = shape.channels
        self.shape = shape
        self.cell1 = Cell(1, first, shape.kernels[0])
        self.cell2 = Cell(first, second, shape.kernels[1])
        self.hidden = nn.Linear(second * (SIDE // 4) ** 2, shape.hidden)
        self.scores = nn.Linear(shape.hidden, SHAPES)

    def forward(self, pictures: Tensor, keep: Tensor | None = None) -> Tensor:
        """Score pictures.

        Args:
            pictures: (n, 1, 28, 28), 0 for paper to 1 for ink.
            keep: (n, hidden), the factors of dropout, 0 or 1 / (1 - rate); whoever trains draws
                them, so that no layer holds a random state of its own.

        Returns:
            (n, `SHAPES`) logits.
        """
        x = self.cell1(pictures)  # (n, 32, 14, 14)
        x = self.cell2(x)  # (n, 64, 7, 7)
        x = self.hidden(x.flatten(1)).relu()  # (n, 128)
        if keep is not None:
            x = x * keep
        scores: Tensor = self.scores(x)
        return scores


def folded(scores: Tensor) -> Tensor:
    """Give each letter what its shapes have together.

    Args:
        scores: (n, `SHAPES`) logits, or logarithms of probabilities.

    Returns:
        (n, 38) of the same; the probabilities of a letter's shapes add up.
    """
    letters = scores[:, :CLASSES].clone()
    letters[:, _SMALL] = torch.logaddexp(letters[:, _SMALL], scores[:, CLASSES:])
    return letters

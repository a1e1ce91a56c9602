"""The network has the shape that it says, and no random state of its own."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from classifier.labels import CLASSES as LETTERS
from classifier.network import CAPITALS, CLASSES, SHAPES, Network, Shape, folded


def test_it_is_two_cells_of_convolution_and_pooling() -> None:
    kinds = [type(each) for each in Network(Shape()).modules()]
    assert kinds.count(nn.Conv2d) == kinds.count(nn.MaxPool2d) == 2
    assert kinds.count(nn.Linear) == 2


@pytest.mark.parametrize("kernels", [(3, 3), (5, 3), (5, 5), (7, 1)])
def test_scores_are_one_row_a_picture(kernels: tuple[int, int]) -> None:
    network = Network(Shape(kernels, (4, 8), 16))
    assert network(torch.rand(3, 1, 28, 28)).shape == (3, SHAPES)


def test_its_size_is_that_of_the_formula() -> None:
    weights = 5 * 5 * 32 + 3 * 3 * 32 * 64 + 7 * 7 * 64 * 128 + 128 * SHAPES
    offsets = 2 * 32 + 2 * 64 + 128 + SHAPES
    assert sum(each.numel() for each in Network(Shape()).parameters()) == weights + offsets


def test_judging_twice_gives_the_same_bits() -> None:
    network = Network(Shape()).eval()
    pictures = torch.rand(5, 1, 28, 28)
    assert torch.equal(network(pictures), network(pictures))


def test_dropping_every_unit_leaves_the_offsets() -> None:
    network = Network(Shape((3, 3), (4, 8), 16)).eval()
    scores = network(torch.rand(4, 1, 28, 28), torch.zeros(4, 16))
    assert torch.equal(scores, network.scores.bias.expand(4, SHAPES))


def test_pooling_first_loses_nothing() -> None:
    """The cell's claim: with positive factors, pooling commutes with the two that follow."""
    cell = Network(Shape()).cell1.eval()
    convolve, pool, normalise, rectify = cell
    with torch.no_grad():
        assert isinstance(normalise, nn.BatchNorm2d)
        assert normalise.weight is not None
        normalise.weight.uniform_(0.1, 2)
        normalise.bias.uniform_(-1, 1)
        pictures = torch.rand(2, 1, 28, 28)
        late = pool(rectify(normalise(convolve(pictures)).clone()))
        assert torch.allclose(cell(pictures), late, atol=1e-6)
        assert functional.relu(late).equal(late)


def test_both_shapes_of_a_letter_count_for_it() -> None:
    scores = torch.randn(6, SHAPES).log_softmax(1)
    together = folded(scores).exp()
    assert together.shape == (6, CLASSES)
    torch.testing.assert_close(together.sum(1), torch.ones(6))
    for place, letter in enumerate(CAPITALS):
        number = LETTERS.index(letter)
        both = scores[:, number].exp() + scores[:, CLASSES + place].exp()
        torch.testing.assert_close(together[:, number], both)
    alone = [LETTERS.index(letter) for letter in LETTERS if letter not in CAPITALS]
    torch.testing.assert_close(together[:, alone], scores[:, alone].exp())

"""Prediction: pictures in, how much each is of each class out; then the families' vote.

`predict` judges pictures one by one, `vote` brings together what a character looks like in all the
families that draw it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from classifier.errors import InvalidDataset
from classifier.network import CLASSES, SHAPES, SIDE, Network, folded
from classifier.shards import cores, one_thread_each

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHUNK = 256
"""Pictures that go through the network at once on a CPU: what they become stays in the cache."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What a network says of pictures, one by one; a row is a picture."""

    log_probs: NDArray[np.float32]
    """(n, 38) natural logarithms of probabilities; every row's add up to 1."""

    capital: NDArray[np.float32]
    """(n,) probability of the shapes that only capitals have."""


def predict(
    network: Network, images: NDArray[np.uint8], *, batch: int = 4096, device: str = "cpu"
) -> NDArray[np.float32]:
    """Give `read`'s logarithms of probabilities, (n, 38).

    Raises:
        InvalidDataset: the images are of another shape or type.
    """
    return read(network, images, batch=batch, device=device).log_probs


def read(
    network: Network, images: NDArray[np.uint8], *, batch: int = 4096, device: str = "cpu"
) -> Readings:
    """Judge pictures.

    On a CPU every core works on batches of its own; the same pictures in the same order give the
    same bits, however many cores there are.

    Args:
        network: trained; comes back on the CPU, set to judge.
        images: (n, 28, 28), 0 for paper to 255 for ink; may be a memory map.
        batch: pictures that one core, or the GPU, takes on at a time.
        device: ``cpu``, ``cuda`` or ``cuda:1``.

    Raises:
        InvalidDataset: the images are of another shape or type.
    """
    if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
        msg = f"images are {images.dtype} {images.shape}, not uint8 (n, 28, 28)"
        raise InvalidDataset(msg)
    place = torch.device(device)
    judge = network.eval().to(place).to(memory_format=torch.channels_last)
    found = np.empty((len(images), CLASSES), np.float32)
    capital = np.empty(len(images), np.float32)

    def work(start: int) -> None:
        end = min(start + batch, len(images))
        step = _CHUNK if place.type == "cpu" else batch
        with torch.inference_mode():
            for first in range(start, end, step):
                rows = slice(first, min(first + step, end))
                pictures = torch.tensor(images[rows], device=place).unsqueeze(1).float().div_(255)
                pictures = pictures.contiguous(memory_format=torch.channels_last)
                shapes = judge(pictures).log_softmax(1)
                found[rows] = folded(shapes).cpu().numpy()
                capital[rows] = shapes[:, CLASSES:SHAPES].exp().sum(1).cpu().numpy()

    threads = cores() if place.type == "cpu" else 1
    with one_thread_each(), ThreadPoolExecutor(threads, thread_name_prefix="predict") as pool:
        for _ in pool.map(work, range(0, len(images), batch)):
            pass
    network.cpu()
    return Readings(found, capital)


@dataclass(frozen=True, slots=True)
class Votes:
    """What characters look like, over all families that draw them; a row is a character."""

    code_points: NDArray[np.int32]
    """(m,), ascending."""

    log_probs: NDArray[np.float32]
    """(m, 38), the mean over families of the logarithms: one family that is sure that it is *not*
    a letter weighs more than one that is not sure that it is. The rows do not add up to 1."""

    fonts: NDArray[np.int32]
    """(m,), how many families draw it."""

    agreement: NDArray[np.float32]
    """(m, 38), share of those families in which the class comes first."""

    def probabilities(self) -> NDArray[np.float32]:
        """Give `log_probs` as probabilities, (m, 38), every row's adding up to 1."""
        powers = np.exp(self.log_probs.astype(np.float64))
        shares: NDArray[np.float32] = (powers / powers.sum(1, keepdims=True)).astype(np.float32)
        return shares


def vote(log_probs: NDArray[np.float32], code_points: NDArray[Any]) -> Votes:
    """Bring together the pictures of each character.

    Args:
        log_probs: (n, 38), as `predict` gives them.
        code_points: (n,), whose picture each row is, in any order.

    Returns:
        One row a character. The order of pictures of one character changes nothing but the last
        bit of a mean.

    Raises:
        InvalidDataset: the two are not equally long.

    >>> sure = np.log(np.array([[0.8, 0.2], [0.2, 0.8], [0.9, 0.1]], np.float32))
    >>> votes = vote(sure, np.array([0x430, 0x61, 0x430]))
    >>> [hex(each) for each in votes.code_points], votes.fonts.tolist()
    (['0x61', '0x430'], [1, 2])
    >>> votes.agreement.tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if log_probs.ndim != 2 or code_points.shape != log_probs.shape[:1]:
        msg = f"log probabilities {log_probs.shape} do not go with {code_points.shape} code points"
        raise InvalidDataset(msg)
    order = np.argsort(code_points, kind="stable")
    ordered = np.asarray(code_points)[order]
    if not len(ordered):
        nothing = np.empty(log_probs.shape, np.float32)
        return Votes(ordered.astype(np.int32), nothing, ordered.astype(np.int32), nothing)
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    fonts = np.diff(np.append(starts, len(ordered)))
    sums = np.add.reduceat(log_probs[order].astype(np.float64), starts)
    first = np.zeros(log_probs.shape, np.float64)
    first[np.arange(len(first)), log_probs[order].argmax(1)] = 1
    shares = np.add.reduceat(first, starts)
    return Votes(
        ordered[starts].astype(np.int32),
        (sums / fonts[:, None]).astype(np.float32),
        fonts.astype(np.int32),
        (shares / fonts[:, None]).astype(np.float32),
    )

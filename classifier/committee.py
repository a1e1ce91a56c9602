"""Committee: what several networks say of the same pictures in, one answer out.

Networks that learn from capitals know н as a small H; networks that learn from small letters alone
read those better, and take н for nothing they know. So the first say how likely it is that a
picture is a capital, and the likelier it is, the less the others count:

    log p = (1 + c) / 2 of those who know capitals + (1 - c) / 2 of the others

with c the chance of a capital by the mean of those who know. Each side is the mean of logarithms of
its members, and the result is made to add up to 1 again. Out of fold this reads small letters as
well as the plain mean does, and small capitals as well as those who know them do
(`tests.benchmarks.committee`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from classifier.network import Network
from classifier.prediction import Readings, read

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Voice:
    """What one network says, and whether it has learned from capitals."""

    readings: Readings
    knows_capitals: bool = True


def agreed(voices: Sequence[Voice]) -> NDArray[np.float32]:
    """Bring together what networks say of the same n pictures.

    Args:
        voices: one at least.

    Returns:
        (n, 38) natural logarithms of probabilities; every row's add up to 1.

    Raises:
        ValueError: there is none.
    """
    if not voices:
        msg = "nobody was asked"
        raise ValueError(msg)
    if len(voices) == 1:
        return voices[0].readings.log_probs
    knowing = [each.readings for each in voices if each.knows_capitals]
    others = [each.readings.log_probs for each in voices if not each.knows_capitals]
    if not others:
        return normalized(_mean([each.log_probs for each in knowing]))
    if not knowing:
        return normalized(_mean(others))
    capital = _mean([each.capital for each in knowing])[:, None]
    said = _mean([each.log_probs for each in knowing])
    return normalized(said + (1 - capital) / 2 * (_mean(others) - said))


def _mean(arrays: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Add in order, so that the bits are the same each time."""
    total = arrays[0].copy()
    for each in arrays[1:]:
        total += each
    return np.asarray(total / np.float32(len(arrays)))


def normalized(log_probs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shift logarithms, (n, 38), so that every row's powers add up to 1."""
    top = log_probs.max(axis=1, keepdims=True)
    sums = np.exp(log_probs - top).sum(axis=1, keepdims=True)
    shifted: NDArray[np.float32] = (log_probs - top - np.log(sums)).astype(np.float32)
    return shifted


@dataclass(frozen=True, slots=True)
class Committee:
    """Networks that are asked together."""

    networks: Sequence[Network]
    knows_capitals: Sequence[bool]
    """Parallel to the networks."""

    def read(self, images: NDArray[np.uint8], device: str = "cpu") -> NDArray[np.float32]:
        """Ask all about pictures, (n, 28, 28); give what they agree on, (n, 38) logarithms."""
        return agreed(
            [
                Voice(read(network, images, device=device), knows)
                for network, knows in zip(self.networks, self.knows_capitals, strict=True)
            ]
        )

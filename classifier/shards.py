"""Shards: a batch in, its gradients out, the batch's parts worked on side by side.

Threads inside single operations wait for each other some fifty times a step, spinning; beside one
other busy process that made training ten times as slow. Here each part of a batch has one thread
for all of its step, and they meet once. And since the parts are fixed by the recipe and their
gradients are added in order, the bits do not depend on the number of threads.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from classifier.examples import Batch
from classifier.network import Network
from classifier.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a network did on one batch."""

    loss: Tensor
    """(), the mean over the batch."""

    right: Tensor
    """(), how many pictures were given their letter."""


def cores() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Keep torch's operations to the thread that calls them, in new threads as well."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Shards:
    """Copies of a network that share its weights and each see one part of every batch."""

    def __init__(self, network: Network, recipe: Recipe, device: torch.device) -> None:
        """Make the copies and their threads; to be used inside `one_thread_each`, then closed."""
        self._recipe = recipe
        self._device = device
        self._network = network
        self._copies = [copy.deepcopy(network).train() for _ in range(recipe.shards)]
        for each in self._copies:
            for mine, shared in zip(each.parameters(), network.parameters(), strict=True):
                mine.data = shared.data
        threads = min(recipe.shards, cores()) if device.type == "cpu" else 1
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="shard")

    def close(self) -> None:
        """Wait for the threads and end them."""
        self._pool.shutdown(cancel_futures=True)

    def start(self, batch: Batch) -> Sequence[Future[Outcome]]:
        """Begin with a batch; the weights must be left alone until `finish` returns."""
        parts = self._recipe.shards
        return [
            self._pool.submit(self._work, each, Batch(pictures, letters, keep))
            for each, pictures, letters, keep in zip(
                self._copies,
                batch.pictures.chunk(parts),
                batch.letters.chunk(parts),
                batch.keep.chunk(parts),
                strict=True,
            )
        ]

    def finish(self, begun: Sequence[Future[Outcome]]) -> Outcome:
        """Wait for all parts; leaves gradients and running statistics in the network."""
        outcomes = [future.result() for future in begun]
        every = zip(*(each.parameters() for each in self._copies), strict=True)
        for parameter, mine in zip(self._network.parameters(), every, strict=True):
            parameter.grad = _mean([each.grad for each in mine if each.grad is not None])
            for each in mine:
                each.grad = None
        for name, buffer in self._network.named_buffers():
            parts = [each.get_buffer(name) for each in self._copies]
            buffer.copy_(_mean(parts) if buffer.is_floating_point() else parts[0])
            for part in parts:
                part.copy_(buffer)
        return Outcome(
            _mean([each.loss for each in outcomes]), torch.stack([o.right for o in outcomes]).sum()
        )

    def _work(self, network: nn.Module, batch: Batch) -> Outcome:
        pictures = batch.pictures.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._recipe.bf16):
            scores: Tensor = network(pictures, batch.keep)
        loss = functional.cross_entropy(
            scores.float(), batch.letters, label_smoothing=self._recipe.smoothing
        )
        loss.backward()  # type: ignore[no-untyped-call]
        letters = batch.letters if batch.letters.ndim == 1 else batch.letters.argmax(1)
        return Outcome(loss.detach(), (scores.argmax(1) == letters).sum())


def _mean(parts: Sequence[Tensor]) -> Tensor:
    """Add in order, so that the bits are the same each time."""
    total = parts[0].clone()
    for part in parts[1:]:
        total += part
    return total.div_(len(parts))

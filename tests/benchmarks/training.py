"""How fast a network is trained and asked, on pictures of noise.

Usage: python -m tests.benchmarks.training [--steps N] [--device cuda] [--bf16]

Pictures per second, and per second of one processor: the second hardly depends on what else the
machine does. From both follows how long a release takes: so many steps, so many glyphs to ask.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from classifier.examples import Examples
from classifier.network import Network
from classifier.prediction import predict
from classifier.recipe import Recipe
from classifier.search import KERNELS
from classifier.training import train

ASKED = 40_000
GLYPHS = 550_000
"""What the packaged manifest's families draw, all in all."""


def measured(work: Callable[[], object], pictures: int) -> str:
    """Do some work and say how many pictures a second that was."""
    clock, processors = time.perf_counter(), time.process_time()
    work()
    clock, processors = time.perf_counter() - clock, time.process_time() - processors
    return f"{pictures / clock:9,.0f} /s {pictures / processors:9,.0f} /s of a processor"


def main() -> None:
    """Measure every size of kernels."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bf16", action="store_true")
    options = parser.parse_args()
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (ASKED, 28, 28), dtype=np.uint8)
    letters = random.integers(0, 38, ASKED)
    examples = Examples(images, letters, np.ones(ASKED, np.float32))
    for name, kernels in KERNELS.items():
        recipe = Recipe(steps=options.steps, kernels=kernels, bf16=options.bf16)
        networks: list[Network] = []

        def learn(recipe: Recipe = recipe, into: list[Network] = networks) -> None:
            into.append(train(recipe, examples, device=options.device))

        learned = measured(learn, recipe.steps * recipe.batch)

        def ask(network: Network = networks[0]) -> None:
            predict(network, images, device=options.device)

        print(f"kernels {name}: trained {learned}; asked {measured(ask, ASKED)}", flush=True)
    whole = Recipe()
    print(f"a release: {whole.steps * whole.batch:,} pictures trained, {GLYPHS:,} asked")


if __name__ == "__main__":
    main()

"""The packaged network: nothing in, a trained network out.

``classifier/data/network.safetensors`` holds the weights, 0.9 MB, and how they were trained;
``network.json`` beside it names the command, the pictures and the table of UTS #39. It has seen
every labelled character, so no score can be had from it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from classifier.checkpoint import Checkpoint, load_checkpoint
from classifier.errors import InvalidModel

WEIGHTS = Path(__file__).parent / "data" / "network.safetensors"
ABOUT = WEIGHTS.with_suffix(".json")


def load_packaged() -> Checkpoint:
    """Load it.

    Raises:
        InvalidModel: the installation is damaged.
    """
    try:
        stated = json.loads(ABOUT.read_bytes())["sha256"]
        found = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{ABOUT}: the packaged network cannot be read: {error}"
        raise InvalidModel(msg) from error
    if stated != found:
        msg = f"{WEIGHTS}: is not the network that {ABOUT.name} describes"
        raise InvalidModel(msg)
    return load_checkpoint(WEIGHTS)

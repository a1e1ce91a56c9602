"""Checkpoint: a network in, one file out that rebuilds it, and the other way round.

A file is in the safetensors format: a header in JSON, then plain arrays. Nothing in it is code, and
nothing is ever unpickled. Its only metadata, ``glyphwatch``, is JSON with ``format``, ``recipe``,
``data`` (digest of the examples), ``step``, ``torch`` and ``sha256`` (of the arrays). Tensors are
``network/NAME``, and ``optimizer/NAME/KEY`` in a training that was interrupted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from classifier.errors import InvalidModel, InvalidRecipe, ModelNotWritten, TrainingFailed
from classifier.network import Network
from classifier.recipe import Recipe

FORMAT = "model 2"
_KEY = "glyphwatch"
_LARGEST = 2**30
_NETWORK, _OPTIMIZER = "network/", "optimizer/"
_DIGEST = re.compile(r"(sha256:[0-9a-f]{64})?")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A network, and where it comes from."""

    network: Network

    recipe: Recipe
    """How it was trained."""

    data: str
    """`Examples.digest` of what it was trained on."""

    step: int
    """Steps done, of the recipe's; all of them in a finished model."""

    optimizer: Mapping[str, Tensor] = field(default_factory=dict)
    """What the optimizer remembers, by ``PARAMETER/KEY``; empty in a model that is shipped."""

    torch: str = torch.__version__
    """The version it was trained with; its weights load in every other."""


def save_checkpoint(checkpoint: Checkpoint, path: Path, *, half: bool = False) -> None:
    """Write a checkpoint; the same one gives the same bytes. The file appears when it is complete.

    Args:
        checkpoint: what to write.
        path: where to; what is there is replaced.
        half: write weights as float16, for a model that is shipped: half the size.

    Raises:
        TrainingFailed: a weight is no number.
        ModelNotWritten: the disk is full, the folder is missing, or the like.
    """
    tensors = {_NETWORK + key: each for key, each in checkpoint.network.state_dict().items()}
    tensors |= {_OPTIMIZER + key: each for key, each in checkpoint.optimizer.items()}
    stored = {}
    for key, each in sorted(tensors.items()):
        tensor = each.detach().cpu().contiguous()
        if half and tensor.is_floating_point():
            tensor = tensor.half()
        if not bool(torch.isfinite(tensor).all()):
            msg = f"{key} is no number after step {checkpoint.step}; nothing was written to {path}"
            raise TrainingFailed(msg)
        stored[key] = tensor
    about = {
        "format": FORMAT,
        "recipe": json.loads(checkpoint.recipe.to_json()),
        "data": checkpoint.data,
        "step": checkpoint.step,
        "torch": checkpoint.torch,
        "sha256": _digest(stored),
    }
    # One key: the format's library writes several in no fixed order.
    replace_file(path, save(stored, {_KEY: json.dumps(about, sort_keys=True)}))


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint and build its network, set to judge.

    Raises:
        InvalidModel: the file cannot be read, is another kind of file (a pickle, say), is cut short
            or damaged, or is of a newer format.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(9)
        if size > _LARGEST:
            msg = f"{path}: {size:,} bytes are too many for a model"
            raise InvalidModel(msg)
        if start[8:] != b"{":
            raise InvalidModel(f"{path}: {_kind(start)}")  # noqa: EM102 - one line is clearer
        with safe_open(path, framework="pt") as file:
            metadata: Mapping[str, str] = file.metadata() or {}
            tensors: dict[str, Tensor] = {key: file.get_tensor(key) for key in sorted(file.keys())}
    except OSError as error:
        msg = f"{path}: cannot be read: {error.strerror or error}"
        raise InvalidModel(msg) from error
    except SafetensorError as error:
        msg = f"{path}: damaged or cut short: {error}"
        raise InvalidModel(msg) from error
    return _rebuild(path, _about(path, metadata), tensors)


def _kind(start: bytes) -> str:
    """Say what a file is that does not start like ours."""
    if not start:
        return "empty, not a model"
    if start.startswith((b"PK\x03\x04", b"\x80")):
        return "a pickle (of torch.save, say); those can run code, so they are never read"
    return "not a model of glyphwatch"


def _about(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    """Read the metadata and check its types."""
    try:
        about = json.loads(metadata.get(_KEY, "null"))
    except (ValueError, RecursionError) as error:
        msg = f"{path}: its metadata is no JSON"
        raise InvalidModel(msg) from error
    if not isinstance(about, dict) or not str(about.get("format", "")).startswith("model "):
        msg = f"{path}: arrays, but not a model of glyphwatch"
        raise InvalidModel(msg)
    if about["format"] != FORMAT:
        msg = f"{path}: format {about['format']!a}; this release reads {FORMAT!a}"
        raise InvalidModel(msg)
    strings = all(isinstance(about.get(key), str) for key in ("data", "torch", "sha256"))
    step = about.get("step")
    if not strings or type(step) is not int or step < 0 or not _DIGEST.fullmatch(about["data"]):
        msg = f"{path}: its metadata lacks data, step, torch or sha256, or has a wrong one"
        raise InvalidModel(msg)
    return about


def _rebuild(path: Path, about: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> Checkpoint:
    if _digest(tensors) != about["sha256"]:
        msg = f"{path}: damaged: its arrays are not those that were written"
        raise InvalidModel(msg)
    try:
        recipe = Recipe.from_json(json.dumps(about.get("recipe")))
        with torch.random.fork_rng([]):  # first weights are drawn, and then overwritten
            network = Network(recipe.shape)
        network.load_state_dict(
            {
                key.removeprefix(_NETWORK): each.float() if each.is_floating_point() else each
                for key, each in tensors.items()
                if key.startswith(_NETWORK)
            }
        )
    except (InvalidRecipe, RuntimeError) as error:  # RuntimeError: missing arrays, other shapes
        msg = f"{path}: its recipe and its arrays do not fit: {error}"
        raise InvalidModel(msg) from error
    if not all(bool(torch.isfinite(each).all()) for each in network.state_dict().values()):
        msg = f"{path}: a weight is no number"
        raise InvalidModel(msg)
    optimizer = {
        key.removeprefix(_OPTIMIZER): each
        for key, each in tensors.items()
        if key.startswith(_OPTIMIZER)
    }
    return Checkpoint(
        network.eval(), recipe, about["data"], about["step"], optimizer, about["torch"]
    )


def _digest(tensors: Mapping[str, Tensor]) -> str:
    """Name tensors by name, type, shape and bytes."""
    digest = hashlib.sha256()
    for key in sorted(tensors):
        tensor = tensors[key].contiguous()
        digest.update(f"{key} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return f"sha256:{digest.hexdigest()}"


def replace_file(path: Path, content: bytes) -> None:
    """Write beside the file, then take its place: there is never half of it.

    Raises:
        ModelNotWritten: the disk is full, the folder is missing, or the like.
    """
    partial: str | None = None
    try:
        handle, partial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        Path(partial).chmod(0o666 & ~mask)
        Path(partial).replace(path)
    except OSError as error:
        if partial is not None:
            with contextlib.suppress(OSError):
                Path(partial).unlink()
        msg = f"{path}: cannot be written: {error.strerror or error}"
        raise ModelNotWritten(msg) from error

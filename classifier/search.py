"""Search: a recipe in, a better one out, by trying learning rates, dropouts and kernel sizes.

Optuna's tree-structured Parzen estimator proposes, a short training answers, the next proposal
learns from it. Every trial's sampler has a seed of its own, so that a search which was interrupted
and goes on from its file proposes what it would have without the interruption.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import optuna
from optuna.exceptions import StorageInternalError
from optuna.samplers import TPESampler
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from classifier.errors import InvalidModel, ModelNotWritten, TrainingFailed
from classifier.recipe import Recipe

if TYPE_CHECKING:
    from optuna.study import Study

LEARNING_RATES = (5e-4, 2e-2)
"""Tried from and to; a step is a factor."""

DROPOUTS = (0.1, 0.6)

KERNELS = {"3+3": (3, 3), "5+3": (5, 3), "5+5": (5, 5)}
"""Sizes of the first and second cell's kernels, by the name that a table shows."""

_STUDY = "recipe"
_BASE, _DATA, _SEED = "base", "data", "seed"


@dataclass(frozen=True, slots=True)
class Tried:
    """One setting and how it did."""

    number: int
    """From 1 on."""

    recipe: Recipe
    score: float
    """What the objective gave; 0 if the training failed."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is searched."""

    base: Recipe
    """What every setting is a change of."""

    trials: int = 24
    """Settings to try in all, with those that a file already has."""

    seed: int = 0

    data: str = ""
    """`Examples.digest` of what is trained on: a file of a search on other data is refused."""

    path: Path | None = None
    """SQLite file that the search is kept in; in memory if None."""


def search(
    plan: Plan,
    objective: Callable[[Recipe], float],
    progress: Callable[[Tried], None] | None = None,
) -> tuple[Tried, ...]:
    """Try settings, one after the other.

    Args:
        plan: what to search.
        objective: trains by a recipe and scores characters that were held out; more is better.
        progress: called after every setting.

    Returns:
        All settings, those of earlier runs too, the best first; of equals the one tried first.

    Raises:
        InvalidModel: the file is no search, or one of another recipe, seed or other data.
        ModelNotWritten: the file cannot be written.
    """
    with _quiet(), _said(plan.path):
        study = _open(plan)
        for trial in study.get_trials(states=[TrialState.RUNNING]):  # of a run that was killed
            study.tell(trial.number, state=TrialState.FAIL)
        while (done := len(_complete(study))) < plan.trials:
            study.sampler = TPESampler(seed=plan.seed + done, n_startup_trials=8)
            trial_now = study.ask()
            recipe = _propose(trial_now, plan.base)
            try:
                score = objective(recipe)
            except TrainingFailed:
                score = 0.0  # a learning rate too high is a result, too
            finished = study.tell(trial_now, score)
            if progress is not None:
                progress(_tried(done + 1, finished, plan.base))
        tried = [_tried(i, each, plan.base) for i, each in enumerate(_complete(study), 1)]
    return tuple(sorted(tried, key=lambda each: (-each.score, each.number)))


def _open(plan: Plan) -> Study:
    """Start a study, or go on with the one in the file."""
    try:
        study = optuna.create_study(
            storage=None if plan.path is None else f"sqlite:///{plan.path}",
            study_name=_STUDY,
            direction="maximize",
            load_if_exists=True,
        )
    except RuntimeError as error:  # tables of another release of Optuna
        msg = f"{plan.path}: cannot be read: {error}"
        raise InvalidModel(msg) from error
    ours = {_BASE: plan.base.to_json(), _DATA: plan.data, _SEED: plan.seed}
    if not study.trials and not study.user_attrs:
        for key, value in ours.items():
            study.set_user_attr(key, value)
    for key, value in ours.items():
        if study.user_attrs.get(key) != value:
            msg = f"{plan.path}: holds a search with another {key}; name another file"
            raise InvalidModel(msg)
    return study


def _propose(trial: Trial, base: Recipe) -> Recipe:
    return _change(
        base,
        trial.suggest_float("learning_rate", *LEARNING_RATES, log=True),
        trial.suggest_float("dropout", *DROPOUTS),
        trial.suggest_categorical("kernels", list(KERNELS)),
    )


def _change(base: Recipe, learning_rate: float, dropout: float, kernels: str) -> Recipe:
    return dataclasses.replace(
        base, learning_rate=learning_rate, dropout=dropout, kernels=KERNELS[kernels]
    )


def _complete(study: Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=[TrialState.COMPLETE])


def _tried(number: int, trial: FrozenTrial, base: Recipe) -> Tried:
    seconds = trial.duration.total_seconds() if trial.duration else 0.0
    return Tried(number, _change(base, **trial.params), trial.values[0], seconds)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Optuna from writing a line on every trial."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


@contextmanager
def _said(path: Path | None) -> Iterator[None]:
    """Say in our words what is wrong with the file."""
    try:
        yield
    except (StorageInternalError, SQLAlchemyError) as error:
        reason = str(getattr(error, "orig", None) or error.__cause__ or error).splitlines()[0]
        if "not a database" in reason:
            msg = f"{path}: is not the file of a search"
            raise InvalidModel(msg) from error
        msg = f"{path}: the search cannot be kept there: {reason}"
        raise ModelNotWritten(msg) from error

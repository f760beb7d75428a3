"""The trials of a search, chosen by optuna (T. Akiba et al., 2019) and kept in a file that outlives the process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seqpipe.errors import PluginError
from seqpipe.training.experiment.search.space import Dimension, Space, Value, rounded

if TYPE_CHECKING:
    import optuna

FINISHED, PRUNED, FAILED = "finished", "pruned", "failed"

_NAME = "search"
_FOLDER = "folder"
_STARTUP = 5
"""Trials that are drawn at random, and not ended early, before others are judged by them."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A training of a search that is over.

    Attributes:
        number: counted from 1.
        state: finished, pruned (ended early, for others were better by then), or failed.
        folder: the name of its folder.
        value: the best value of the metric; None if there is none.
        values: of the dimensions, by their paths.
    """

    number: int
    state: str
    folder: str
    value: float | None
    values: dict[str, Value]


class Study:
    """Which values were tried, what came of them, and what is to be tried next.

    Args:
        path: of the file that keeps it, which is made if it is not there.
        space: what may be changed.
        higher_is_better: which way to go.
        seed: of what is drawn.

    Raises:
        PluginError: optuna is not installed.
    """

    def __init__(self, path: Path, space: Space, *, higher_is_better: bool, seed: int) -> None:
        self._optuna = imported_optuna()
        self.space = space
        self.higher_is_better = higher_is_better
        storages = self._optuna.storages
        storage = storages.JournalStorage(storages.journal.JournalFileBackend(str(path)))
        self._study = self._optuna.create_study(
            study_name=_NAME,
            storage=storage,
            direction="maximize" if higher_is_better else "minimize",
            pruner=self._optuna.pruners.MedianPruner(n_startup_trials=_STARTUP),
            load_if_exists=True,
        )
        count = len(self._study.get_trials(deepcopy=False))
        self._study.sampler = self._optuna.samplers.TPESampler(n_startup_trials=_STARTUP, seed=seed + count)
        self._take_up_again()

    def ask(self) -> OpenTrial:
        """Return the next trial: what a process that ended has left, else with values that may be better."""
        trial = self._study.ask()
        values = {path: _suggested(trial, path, dimension) for path, dimension in self.space.items()}
        folder = trial.user_attrs.get(_FOLDER)
        if folder is None:
            folder = f"trial-{len(self.over()) + 1}"
            trial.set_user_attr(_FOLDER, folder)
        return OpenTrial(trial, str(folder), values)

    def tell(self, trial: OpenTrial, state: str, value: float | None) -> None:
        """Note how a trial ended."""
        states = self._optuna.trial.TrialState
        trial.trial.set_user_attr("state", state)
        if value is not None:
            trial.trial.set_user_attr("value", value)
        if state == FINISHED and value is not None:
            self._study.tell(trial.trial, value)
        else:
            self._study.tell(trial.trial, state=states.PRUNED if state == PRUNED else states.FAIL)

    def over(self) -> Sequence[Trial]:
        """Return the trials that are over, in their order."""
        return tuple(self._trials())

    @property
    def best(self) -> Trial | None:
        """The finished trial with the best value, the first if several have it; None before any is finished."""
        finished = [trial for trial in self.over() if trial.state == FINISHED and trial.value is not None]
        sign = 1 if self.higher_is_better else -1
        return max(finished, key=lambda trial: sign * (trial.value or 0.0), default=None)

    def _trials(self) -> Iterator[Trial]:
        number = 0
        for frozen in self._study.get_trials(deepcopy=False):
            if "state" not in frozen.user_attrs:  # under way, waiting, or taken up again as another one
                continue
            number += 1
            values = {path: rounded(frozen.params[path], dimension) for path, dimension in self.space.items()}
            attributes = frozen.user_attrs
            yield Trial(number, attributes["state"], attributes[_FOLDER], attributes.get("value"), values)

    def _take_up_again(self) -> None:
        """Queue the trials that were under way when a process ended; each keeps its values and its folder."""
        states = self._optuna.trial.TrialState
        for frozen in self._study.get_trials(deepcopy=False, states=(states.RUNNING,)):
            self._study.tell(frozen.number, state=states.FAIL)
            if _FOLDER in frozen.user_attrs:
                attributes = {_FOLDER: frozen.user_attrs[_FOLDER]}
                self._study.enqueue_trial(frozen.params, user_attrs=attributes)


@dataclass(frozen=True, slots=True)
class OpenTrial:
    """A training of a search that is to be made.

    Attributes:
        trial: optuna's.
        folder: the name of its folder.
        values: of the dimensions, by their paths.
    """

    trial: optuna.trial.Trial
    folder: str
    values: dict[str, Value]

    def is_worse(self, epoch: int, value: float) -> bool:
        """Note the value of the metric after an epoch; say whether the training should end, for most were better."""
        self.trial.report(value, epoch)
        return bool(self.trial.should_prune())


def _suggested(trial: optuna.trial.Trial, path: str, dimension: Dimension) -> Value:
    value: Any
    if dimension.choice is not None:
        value = trial.suggest_categorical(path, dimension.choice)
    elif dimension.whole is not None:
        value = trial.suggest_int(path, *dimension.whole, log=dimension.log)
    else:
        assert dimension.real is not None
        value = trial.suggest_float(path, *dimension.real, log=dimension.log)
    return rounded(value, dimension)


def imported_optuna() -> Any:
    """Return the module.

    Raises:
        PluginError: it is not installed.
    """
    try:
        import optuna  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise PluginError(
            "the search needs optuna, which is not installed", "pip install 'seqpipe-core[search]'"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna

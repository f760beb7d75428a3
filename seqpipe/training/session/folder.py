"""The folder of a training: what was asked for, how it went, where it stands, and the model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from seqpipe.atomic import atomic_write
from seqpipe.errors import ConfigError, Location, OutputError
from seqpipe.pipeline import Model
from seqpipe.system_errors import refusal
from seqpipe.training.loop.checkpoint import Checkpoint
from seqpipe.training.loop.progress import Epoch
from seqpipe.training.session.length import is_longer


class RunFolder:
    """``runs/<name>-<n>/``.

    It holds ``training.yaml`` (the resolved configuration), ``metrics.jsonl`` (an epoch a line, no clocks in it),
    ``timing.jsonl`` (what happened when), ``checkpoints/`` (the last state, the best weights), and at the end
    ``model.safetensors``, ``pipeline.yaml`` that runs it, its card ``README.md``, and plots.

    Attributes:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, name: str, path: Path | None = None) -> RunFolder:
        """Make a new folder: the given one, or the next free ``runs/<name>-<n>``.

        Raises:
            OutputError: it is there already, or cannot be made.
        """
        folder = cls(new_folder(name, path))
        folder._checkpoints.mkdir()
        return folder

    @classmethod
    def open(cls, path: Path, configuration: str) -> RunFolder:
        """Return a folder whose training is to be resumed; half-written files of a killed process are removed.

        Args:
            path: of the folder.
            configuration: the resolved one, which must be the one that the training began with, but for a greater
                length of the training.

        Raises:
            OutputError: there is no such training.
            ConfigError: the configuration has changed.
        """
        folder = cls(path)
        try:
            began = folder._configuration.read_text(encoding="utf-8")
        except OSError:
            raise OutputError(
                "there is no training here", "name the folder of one, such as runs/name-1", Location(str(path))
            ) from None
        if began != configuration and not is_longer(began, configuration, str(folder._configuration)):
            line = _difference(began, configuration)
            raise ConfigError(
                f"the pipeline is not the one that this training began with: {line}",
                "change it back, or begin a new training",
                Location(str(folder._configuration)),
            )
        for left in (*path.glob(".*.tmp"), *folder._checkpoints.glob(".*.tmp")):
            left.unlink(missing_ok=True)
        return folder

    @property
    def has_begun(self) -> bool:
        """Whether there is a training that can be resumed."""
        return self._configuration.exists()

    @property
    def model(self) -> Path:
        """Where the model is written."""
        return self.path / "model.safetensors"

    @property
    def timing(self) -> Path:
        """Where is written what happened when."""
        return self.path / "timing.jsonl"

    @property
    def last(self) -> Path:
        """Where the last checkpoint is."""
        return self._checkpoints / "last.safetensors"

    @property
    def best(self) -> Path:
        """Where the best weights so far are, in full precision."""
        return self._checkpoints / "best.safetensors"

    def write_configuration(self, text: str) -> None:
        """Keep what the training began with, or how it goes on."""
        with atomic_write(self._configuration) as file:
            file.write(text)

    def write_pipeline(self, text: str) -> None:
        """Keep what runs the model."""
        with atomic_write(self.path / "pipeline.yaml") as file:
            file.write(text)

    def write_metrics(self, epochs: Sequence[Epoch]) -> None:
        """Note how the epochs went."""
        with atomic_write(self.path / "metrics.jsonl") as file:
            for epoch in epochs:
                file.write(json.dumps(epoch.line()) + "\n")

    def save_last(self, checkpoint: Checkpoint) -> None:
        """Keep where the training stands."""
        checkpoint.save(self.last)

    def save_best(self, model: Model) -> None:
        """Keep the best weights."""
        model.save(self.best, half=False)

    def keep_best_before(self) -> None:
        """Keep the best weights of whole epochs, before those of an epoch that was cut become the best."""
        if self.best.exists():
            with atomic_write(self._best_before, "wb") as file:
                file.write(self.best.read_bytes())
        else:
            self._best_before.unlink(missing_ok=True)

    def restore_best_before(self) -> None:
        """Take up what `keep_best_before` kept; where that is done again, it is the same."""
        if self._best_before.exists():
            with atomic_write(self.best, "wb") as file:
                file.write(self._best_before.read_bytes())
        else:
            self.best.unlink(missing_ok=True)

    @property
    def _best_before(self) -> Path:
        return self._checkpoints / "best-before.safetensors"

    @property
    def _configuration(self) -> Path:
        return self.path / "training.yaml"

    @property
    def _checkpoints(self) -> Path:
        return self.path / "checkpoints"


def new_folder(name: str, path: Path | None = None) -> Path:
    """Make a new folder: the given one, or the next free ``runs/<name>-<n>``.

    Raises:
        OutputError: it is there already, or cannot be made.
    """
    if path is not None:
        return _made(path)
    for number in count(1):
        candidate = Path("runs") / f"{name}-{number}"
        try:
            return _made(candidate)
        except OutputError:
            if not candidate.exists():
                raise
    raise AssertionError


def _made(path: Path) -> Path:
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        raise OutputError("it exists already", "name a folder that does not", Location(str(path))) from None
    except OSError as error:
        raise OutputError(f"cannot be made: {refusal(error)}", "name another folder", Location(str(path))) from None
    return path


def _difference(began: str, now: str) -> str:
    """Return the first line that differs."""
    old_lines, new_lines = began.splitlines(), now.splitlines()
    for old, new in zip(old_lines, new_lines, strict=False):
        if old != new:
            return f"it had {old.strip()!r}, now {new.strip()!r}"
    longer = old_lines if len(old_lines) > len(new_lines) else new_lines
    return f"{'it had' if longer is old_lines else 'now'} {longer[min(len(old_lines), len(new_lines))].strip()!r}"

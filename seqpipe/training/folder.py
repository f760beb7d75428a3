"""The folder of a training: what was asked for, how it went, and the model."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

from seqpipe.atomic import atomic_write
from seqpipe.errors import Location, OutputError
from seqpipe.training.trainer import Epoch


class RunFolder:
    """``runs/<name>-<n>/`` with ``pipeline.yaml``, ``metrics.jsonl`` and ``model.safetensors``.

    Attributes:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._epochs: list[Epoch] = []

    @classmethod
    def create(cls, name: str, path: Path | None = None) -> RunFolder:
        """Make a new folder: the given one, or the next free ``runs/<name>-<n>``.

        Raises:
            OutputError: it is there already, or cannot be made.
        """
        if path is not None:
            return cls._make(path)
        for number in count(1):
            candidate = Path("runs") / f"{name}-{number}"
            if not candidate.exists():
                return cls._make(candidate)
        raise AssertionError

    @property
    def model(self) -> Path:
        """Where the model is written."""
        return self.path / "model.safetensors"

    def write_pipeline(self, text: str) -> None:
        """Keep what was asked for."""
        with atomic_write(self.path / "pipeline.yaml") as file:
            file.write(text)

    def add_epoch(self, epoch: Epoch) -> None:
        """Note how an epoch went: one JSON object a line, no clocks in it."""
        self._epochs.append(epoch)
        with atomic_write(self.path / "metrics.jsonl") as file:
            for one in self._epochs:
                figures = {name: figure.value for name, figure in one.figures.items()}
                file.write(json.dumps({"epoch": one.number, "loss": one.loss, **figures}) + "\n")

    @classmethod
    def _make(cls, path: Path) -> RunFolder:
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            raise OutputError("it exists already", "name a folder that does not", Location(str(path))) from None
        except OSError as error:
            raise OutputError(f"cannot be made: {error.strerror}", "name another folder", Location(str(path))) from None
        return cls(path)

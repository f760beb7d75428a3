"""All that is needed to resume a training, in one file that is whole or not there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from seqpipe.atomic import atomic_write
from seqpipe.contracts.state_form import flattened, restored
from seqpipe.data.ragged import Array
from seqpipe.errors import Location, ModelError

FORMAT = 2
_CARRIED = "carried/"


@dataclass(frozen=True, eq=False, slots=True)
class Checkpoint:
    """A training at rest.

    Attributes:
        identity: of what is trained on what: a training is resumed only with the same.
        progress: where it stands, see `seqpipe.training.loop.progress.TrainingProgress.values`.
        arrays: see `seqpipe.training.loop.optimization.Optimization.arrays`.
        carried: the states that networks carry to the next window: nested tuples, lists and mappings of arrays.
    """

    identity: Mapping[str, Any]
    progress: Mapping[str, Any]
    arrays: Mapping[str, Array]
    carried: Any = ()

    def save(self, path: Path) -> None:
        """Write the file (safetensors; the plain values are JSON in its metadata).

        Raises:
            OutputError: it cannot be written.
        """
        leaves: list[Array] = []
        header = {
            "format": FORMAT,
            "identity": dict(self.identity),
            "progress": dict(self.progress),
            "carried": flattened(self.carried, leaves),
        }
        arrays = {**self.arrays, **{f"{_CARRIED}{index}": array for index, array in enumerate(leaves)}}
        tensors = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        with atomic_write(path, "wb") as file:
            file.write(to_bytes(tensors, {"checkpoint": json.dumps(header)}))

    @classmethod
    def load(cls, path: Path) -> Checkpoint:
        """Read the file.

        Raises:
            ModelError: it is missing, damaged or no checkpoint.
        """
        where = Location(str(path))
        try:
            with safe_open(path, "np") as file:
                header = json.loads((file.metadata() or {})["checkpoint"])
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
            if header["format"] != FORMAT:
                raise ModelError("a checkpoint of another version of seqpipe", "resume with that version", where)
            leaves = {name: arrays.pop(name) for name in list(arrays) if name.startswith(_CARRIED)}
            by_number = {int(name.removeprefix(_CARRIED)): array for name, array in leaves.items()}
            carried = restored(header["carried"], by_number, Any)
            return cls(header["identity"], header["progress"], arrays, carried)
        except FileNotFoundError:
            raise ModelError("there is no checkpoint", "name the folder of a training that has begun", where) from None
        except (SafetensorError, OSError, KeyError, ValueError, TypeError):
            raise ModelError("not a whole checkpoint", "train again from the beginning", where) from None

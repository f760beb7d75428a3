"""A trained pipeline in one file: its weights, and all that is needed to run it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from seqpipe.atomic import atomic_write
from seqpipe.contracts import Learned, Parameters
from seqpipe.data.ragged import Array
from seqpipe.errors import Location, ModelError

FORMAT = 1
_WEIGHTS, _LEARNED = "weights/", "learned/"
_REPLACE = "fetch it again, or train it again"


@dataclass(frozen=True, eq=False)
class Model:
    """A trained pipeline, in memory.

    The file is in the safetensors format: tensors ``weights/<stage>.<name>`` and ``learned/<stage>.<name>``, and a
    metadata entry ``seqpipe``, JSON, with the rest. Loading one executes nothing.

    Attributes:
        name: of the pipeline.
        stages: the resolved declaration of each, as in the YAML.
        learned: of each stage.
        parameters: the weights, as in `seqpipe.pipeline.Pipeline`.
        facts: what is worth knowing: ``data``, ``license``, ``figures``, ``command``, ...
    """

    name: str
    stages: tuple[Mapping[str, Any], ...]
    learned: tuple[Learned, ...]
    parameters: Parameters = field(repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def save(self, path: Path, *, half: bool = True) -> None:
        """Write the file, with weights in float16 if ``half``.

        Raises:
            OutputError: it cannot be written.
        """
        dtype = np.float16 if half else np.float32
        tensors: dict[str, Array] = {
            _WEIGHTS + name: np.ascontiguousarray(array, dtype) for name, array in self.parameters.items()
        }
        learned: list[dict[str, Any]] = []
        for index, facts in enumerate(self.learned):
            learned.append({key: value for key, value in facts.items() if not isinstance(value, np.ndarray)})
            tensors |= {
                f"{_LEARNED}{index}.{key}": np.ascontiguousarray(value)
                for key, value in facts.items()
                if isinstance(value, np.ndarray)
            }
        header = {
            "format": FORMAT,
            "name": self.name,
            "stages": self.stages,
            "learned": learned,
            "facts": self.facts,
        }
        with atomic_write(path, "wb") as file:
            file.write(to_bytes(tensors, {"seqpipe": json.dumps(header, ensure_ascii=False)}))

    @classmethod
    def load(cls, path: Path) -> Model:
        """Read the file.

        Raises:
            ModelError: it is missing, damaged, no model of seqpipe's, or has weights that are not finite.
        """
        try:
            with safe_open(path, "np") as file:
                metadata = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
        except FileNotFoundError:
            raise _error(path, "no such model", "check the path, or train it with `seqpipe train`") from None
        except (SafetensorError, OSError, ValueError, TypeError) as error:
            raise _error(path, f"not a whole model file: {_short(error)}", _REPLACE) from None
        try:
            header = json.loads(metadata["seqpipe"])
            version = header["format"]
            parts = header["name"], header["stages"], header["learned"], header["facts"]
        except (KeyError, ValueError, TypeError):
            raise _error(
                path, "not a model of seqpipe's", "bring weights of other programs in with `seqpipe models import`"
            ) from None
        if version != FORMAT:
            raise _error(path, f"a model of format {version}, and this seqpipe reads {FORMAT}", "update seqpipe")
        return cls._checked(path, tensors, *parts)

    @classmethod
    def _checked(
        cls,
        path: Path,
        tensors: Mapping[str, Array],
        name: str,
        stages: Sequence[Mapping[str, Any]],
        learned: Sequence[dict[str, Any]],
        facts: Mapping[str, Any],
    ) -> Model:
        parameters: dict[str, Array] = {}
        for key, array in tensors.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise _error(path, f"{key} holds values that are not finite", _REPLACE)
            if key.startswith(_WEIGHTS):
                parameters[key.removeprefix(_WEIGHTS)] = array.astype(np.float32)
            elif key.startswith(_LEARNED):
                index, _, field_name = key.removeprefix(_LEARNED).partition(".")
                if not index.isdigit() or int(index) >= len(learned):
                    raise _error(path, f"{key} belongs to no stage", _REPLACE)
                learned[int(index)][field_name] = array
        if len(learned) != len(stages):
            raise _error(path, f"it has {len(stages)} stages, but what {len(learned)} have learned", _REPLACE)
        return cls(name, tuple(stages), tuple(learned), parameters, facts)


def _error(path: Path, what: str, todo: str) -> ModelError:
    return ModelError(what, todo, Location(str(path)))


def _short(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__

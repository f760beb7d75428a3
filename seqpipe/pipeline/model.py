"""A trained pipeline in one file: its weights, and all that is needed to run it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from safetensors.numpy import save as to_bytes

from seqpipe.atomic import atomic_write
from seqpipe.contracts import Learned, Parameters, Precision
from seqpipe.data.json_text import JSONError
from seqpipe.data.ragged import Array
from seqpipe.errors import Location, ModelError
from seqpipe.kernels.int8_product import quantize
from seqpipe.pipeline.model_header import HeaderError, ModelHeader, parse_header
from seqpipe.pipeline.quantized import QuantizedError, matrices, rounded, widened
from seqpipe.pipeline.tensors import TensorFileError, read_tensors
from seqpipe.system_errors import read_failure

FORMATS: Mapping[Precision, int] = MappingProxyType({"float32": 1, "int8": 2})
"""Of files, by the precision of the weights."""

_WEIGHTS, _SCALES, _LEARNED = "weights/", "scales/", "learned/"
NO_CHECKSUM = "00000000"
"""Where the checksum stands, while it is computed."""

_REPLACE = "fetch it again, or train it again"


@dataclass(frozen=True, eq=False)
class Model:
    """A trained pipeline, in memory.

    The file is in the safetensors format: tensors ``weights/<stage>.<name>``, ``scales/<stage>.<name>`` of weights in
    bytes, and ``learned/<stage>.<name>``, and a metadata entry ``seqpipe``, JSON, with the rest and a checksum over
    all. Loading one executes nothing.

    Attributes:
        name: of the pipeline.
        stages: the resolved declaration of each, as in the YAML.
        learned: of each stage.
        parameters: the weights, as in `seqpipe.pipeline.Pipeline`; those in bytes are widened.
        facts: what is worth knowing: ``data``, ``license``, ``figures``, ``command``, ...
        precision: of the weights; with int8 the matrices of cores hold what bytes can hold.
    """

    name: str
    stages: tuple[Mapping[str, Any], ...]
    learned: tuple[Learned, ...]
    parameters: Parameters = field(repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict)
    precision: Precision = "float32"

    def quantized(self) -> Model:
        """Return the model with its matrices in bytes, one scale a row: about a quarter of what float32 takes.

        Its figures were measured before that; they become the fact ``figures_in_float32``.

        Raises:
            ModelError: it is quantized already.
        """
        if self.precision == "int8":
            raise ModelError(f"the model {self.name} is quantized already", "use it as it is")
        chosen = {name: self.parameters[name] for name in matrices(self.stages, self.parameters)}
        names = {"figures": "figures_in_float32"}
        facts = {names.get(name, name): value for name, value in self.facts.items()}
        return replace(self, parameters={**self.parameters, **rounded(chosen)}, facts=facts, precision="int8")

    def save(self, path: Path, *, half: bool = True) -> None:
        """Write the file, with weights in float16 if ``half``; those of a quantized model in bytes and float32.

        Raises:
            OutputError: it cannot be written.
        """
        tensors = self._tensors(half=half)
        learned: list[dict[str, Any]] = []
        for index, facts in enumerate(self.learned):
            learned.append({key: value for key, value in facts.items() if not isinstance(value, np.ndarray)})
            tensors |= {
                f"{_LEARNED}{index}.{key}": np.ascontiguousarray(value)
                for key, value in facts.items()
                if isinstance(value, np.ndarray)
            }
        header = {
            "format": FORMATS[self.precision],
            "name": self.name,
            "stages": self.stages,
            "learned": learned,
            "facts": self.facts,
        }
        with atomic_write(path, "wb") as file:
            file.write(to_bytes(tensors, {"seqpipe": _with_checksum(header, tensors)}))

    def _tensors(self, *, half: bool) -> dict[str, Array]:
        """Return the weights as the file has them."""
        in_bytes = set(matrices(self.stages, self.parameters)) if self.precision == "int8" else set()
        dtype = np.float16 if half and self.precision == "float32" else np.float32
        tensors: dict[str, Array] = {}
        for name, array in self.parameters.items():
            if name in in_bytes:
                tensors[_WEIGHTS + name], tensors[_SCALES + name] = quantize(array)
            else:
                tensors[_WEIGHTS + name] = np.ascontiguousarray(array, dtype)
        return tensors

    @classmethod
    def load(cls, path: Path) -> Model:
        """Read the file.

        Raises:
            ModelError: it is missing, damaged, no model of seqpipe's, or has weights that are not finite.
        """
        try:
            metadata, tensors = read_tensors(path)
        except FileNotFoundError:
            raise _error(path, "no such model", "check the path, or train it with `seqpipe train`") from None
        except OSError as error:
            raise _error(path, *read_failure(error)) from None
        except TensorFileError as error:
            raise _error(path, f"not a whole model file: {error}", _REPLACE) from None
        if "seqpipe" not in metadata:
            todo = "bring weights of other programs in with `seqpipe models import`"
            raise _error(path, "not a model of seqpipe's", todo)
        try:
            header = parse_header(metadata["seqpipe"])
        except (JSONError, HeaderError) as error:
            raise _error(path, f"its header is damaged: {error}", _REPLACE) from None
        precisions = {number: precision for precision, number in FORMATS.items()}
        if header.format not in precisions:
            known = " and ".join(map(str, precisions))
            raise _error(path, f"a model of format {header.format}, and this seqpipe reads {known}", "update seqpipe")
        if header.checksum and header.checksum != _checksum(metadata["seqpipe"], tensors):
            raise _error(path, "it has changed since it was written", _REPLACE)
        return cls._checked(path, tensors, header, precisions[header.format])

    @classmethod
    def _checked(
        cls,
        path: Path,
        tensors: Mapping[str, Array],
        header: ModelHeader,
        precision: Precision,
    ) -> Model:
        parameters: dict[str, Array] = {}
        for key, array in tensors.items():
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise _error(path, f"{key} holds values that are not finite", _REPLACE)
            if key.startswith(_WEIGHTS):
                name_of = key.removeprefix(_WEIGHTS)
                scales = tensors.get(_SCALES + name_of)
                if scales is not None and precision != "int8":
                    raise _error(path, f"{_SCALES}{name_of} has no place among weights in {precision}", _REPLACE)
                parameters[name_of] = _weights(path, name_of, array, scales)
            elif key.startswith(_SCALES):
                if _WEIGHTS + key.removeprefix(_SCALES) not in tensors:
                    raise _error(path, f"{key} belongs to no weights", _REPLACE)
            elif key.startswith(_LEARNED):
                index, _, field_name = key.removeprefix(_LEARNED).partition(".")
                if not index.isdecimal() or int(index) >= len(header.learned):
                    raise _error(path, f"{key} belongs to no stage", _REPLACE)
                header.learned[int(index)][field_name] = array
            else:
                raise _error(path, f"{key!r} is nothing that a model has", _REPLACE)
        return cls(header.name, tuple(header.stages), tuple(header.learned), parameters, header.facts, precision)


def _weights(path: Path, name: str, array: Array, scales: Array | None) -> Array:
    """Return weights in float32, given those of a file and the scales of such as are bytes."""
    if scales is None and array.dtype.kind == "f":
        return array.astype(np.float32)
    try:
        return widened(array, np.empty(0) if scales is None else scales)
    except QuantizedError as error:
        raise _error(path, f"the weights {name} are damaged: {error}", _REPLACE) from None


def _with_checksum(header: Mapping[str, Any], tensors: Mapping[str, Array]) -> str:
    text = json.dumps({"checksum": NO_CHECKSUM, **header}, ensure_ascii=False)
    return text.replace(NO_CHECKSUM, _checksum(text, tensors), 1)


def _checksum(text: str, tensors: Mapping[str, Array]) -> str:
    """Return a sum of all that a file holds, its own digits in the header counted as `NO_CHECKSUM`.

    It shows whether a bit has changed.
    """
    begin = len('{"checksum": "')
    total = zlib.crc32((text[:begin] + NO_CHECKSUM + text[begin + len(NO_CHECKSUM) :]).encode())
    for name in sorted(tensors):
        array = np.ascontiguousarray(tensors[name])
        total = zlib.crc32(array.reshape(-1).view(np.uint8).data, zlib.crc32(f"{name} {array.dtype}".encode(), total))
    return f"{total:08x}"


def _error(path: Path, what: str, todo: str) -> ModelError:
    return ModelError(what, todo, Location(str(path)))

"""A session as bytes, and made again of bytes, which need not be what they say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from seqpipe.contracts import State, Step
from seqpipe.contracts.state import row_counts
from seqpipe.contracts.state_form import Arrays, StateError, flattened, restored
from seqpipe.data.json_text import JSONError, parse_json
from seqpipe.data.ragged import Array
from seqpipe.errors import InputError, Location, PluginError
from seqpipe.pipeline import Pipeline

FORMAT = 1

WHERE = Location("state of a session")
"""In messages."""

_BEGIN = b"seqpipe session\n"
_DIGEST = 16
_HEADER = "header"
_LARGEST = 1 << 63


@dataclass(frozen=True, eq=False, slots=True)
class KeptSession:
    """All that is known of a record between two of its pieces.

    As bytes it is a line that says what it is, a digest of what follows, and arrays in the safetensors format, one of
    which, ``header``, is JSON with the rest. Reading it executes nothing.

    Attributes:
        id: of the record.
        position: how many samples, characters or frames have come.
        empty: a payload with nothing in it; None before the first piece.
        states: of each step, with one row; none before the first piece.
    """

    id: str
    position: int
    empty: Any
    states: Sequence[State]

    def to_bytes(self, pipeline: Pipeline) -> bytes:
        """Return it as bytes, which say what pipeline it is of.

        Raises:
            PluginError: a stage does not say what it remembers.
        """
        arrays: list[Array] = []
        forms = []
        for stage, step, state in zip(pipeline.stages, pipeline.steps, self.states, strict=False):
            try:
                if state is not None and step.remembers is None:
                    raise StateError("it does not say what it remembers")
                forms.append(flattened(state, arrays))
            except StateError as error:
                todo = "tell its author to run `seqpipe plugins test`"
                raise PluginError(f"the state of {stage.name} cannot be kept: {error}", todo) from None
        header = {
            "format": FORMAT,
            "pipeline": pipeline.fingerprint,
            "id": self.id,
            "position": self.position,
            "empty": flattened(self.empty, arrays),
            "states": forms,
        }
        tensors = {str(number): np.ascontiguousarray(array) for number, array in enumerate(arrays)}
        tensors[_HEADER] = np.frombuffer(json.dumps(header).encode(), np.uint8)
        body = save(tensors)
        return _BEGIN + _digest(body) + body

    @classmethod
    def of_bytes(cls, data: bytes, pipeline: Pipeline, name: str) -> KeptSession:
        """Return the session that was kept as bytes.

        Args:
            data: from `to_bytes`, or from whoever would like it to be.
            pipeline: must be the one that it was kept by.
            name: of the pipeline, for messages.

        Raises:
            InputError: it is not a session of this pipeline.
        """
        header, arrays = _opened(data)
        if header.get("format") != FORMAT:
            raise InputError("of another version of seqpipe", "begin another session", WHERE)
        if header.get("pipeline") != pipeline.fingerprint:
            todo = "load the pipeline that it was kept by, with the same settings"
            raise InputError(f"of another pipeline or model than {name}", todo, WHERE)
        try:
            kept = cls._of_header(header, arrays, pipeline.steps)
            if arrays:
                raise StateError("it has arrays that belong to nothing")
        except StateError as error:
            raise InputError(f"damaged: {error}", _AGAIN, WHERE) from None
        return kept

    @classmethod
    def _of_header(cls, header: dict[str, Any], arrays: Arrays, steps: Sequence[Step]) -> KeptSession:
        record_id, position, forms = header.get("id"), header.get("position"), header.get("states")
        if not isinstance(record_id, str) or type(position) is not int or not 0 <= position < _LARGEST:
            raise StateError("it does not say which record it is of, and where")
        if not isinstance(forms, list) or len(forms) not in (0, len(steps)):
            raise StateError("it has a state of more or fewer stages")
        empty = restored(header.get("empty"), arrays, Any)
        if not forms:
            return cls(record_id, position, None, ())
        if not isinstance(empty, str | list | np.ndarray) or (isinstance(empty, np.ndarray) and not empty.ndim):
            raise StateError("it does not say what its pieces are")
        states = [
            None if form is None else restored(form, arrays, step.remembers)
            for form, step in zip(forms, steps, strict=True)
        ]
        if any(_rows(state) - {1} for state in states):
            raise StateError("it is of none or of several records")
        return cls(record_id, position, empty[:0], states)


def _rows(state: State) -> set[int]:
    """Return how many rows the parts of a state have."""
    try:
        return set(row_counts(state))
    except TypeError:
        raise StateError("it has a part without rows") from None


def _opened(data: bytes) -> tuple[dict[str, Any], Arrays]:
    """Return the header and the arrays of a kept session.

    Raises:
        InputError: it is none, or not whole.
    """
    begin, body = data[: len(_BEGIN)], data[len(_BEGIN) + _DIGEST :]
    if begin != _BEGIN:
        raise InputError("this is none", "give the bytes that `state()` of a session returned", WHERE)
    if data[len(_BEGIN) : len(_BEGIN) + _DIGEST] != _digest(body):
        raise InputError("cut off, or changed since it was kept", _AGAIN, WHERE)
    try:
        tensors = load(body)
        header = parse_json(tensors.pop(_HEADER).tobytes())
        arrays = {int(name): array for name, array in tensors.items()}
        if not isinstance(header, dict):
            raise StateError("its header is no object")
    except (SafetensorError, JSONError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise InputError("damaged: it cannot be read", _AGAIN, WHERE) from error
    return header, arrays


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=_DIGEST).digest()


_AGAIN = "keep it again, or begin another session"

"""Vectors in safetensors files: a matrix, and the list of its tokens in the metadata."""

from __future__ import annotations

import json
from collections.abc import Set as AbstractSet
from pathlib import Path

import numpy as np
from safetensors import SafetensorError

from seqpipe.data.ragged import Array
from seqpipe.errors import InputError, Location
from seqpipe.pipeline.tensors import read_tensors
from seqpipe.training.vectors.vector_file import VectorFile

ENDING = ".safetensors"
TOKENS = "tokens"
"""The key of the metadata under which the tokens stand, as a JSON list of texts."""


class SafetensorsVectors(VectorFile):
    """One matrix, a row a token, in any precision; the tokens are a JSON list in the metadata, under ``tokens``."""

    def width(self) -> int:
        """Return how many numbers its vectors have."""
        return int(self._read()[1].shape[1])

    def tokens(self) -> list[str]:
        """Return all tokens, in their order."""
        return list(dict.fromkeys(self._read()[0]))

    def vectors(self, wanted: AbstractSet[bytes]) -> dict[bytes, Array]:
        """Return the vectors of tokens."""
        tokens, matrix = self._read()
        found: dict[bytes, Array] = {}
        for row, token in enumerate(tokens):
            key = token.encode(errors="replace")
            if key in wanted and key not in found:
                found[key] = self.finite(matrix[row].astype(np.float64), key)
        return found

    def _read(self) -> tuple[list[str], Array]:
        """Return the tokens and their vectors, a row each."""
        try:
            metadata, arrays = read_tensors(Path(self.name))
        except FileNotFoundError:
            raise InputError("no such file", "check the path", Location(self.name)) from None
        except (SafetensorError, OSError, ValueError, TypeError):
            raise self.damaged("not a whole safetensors file") from None
        matrices = [array for array in arrays.values() if array.ndim == 2 and array.dtype.kind == "f" and array.size]
        if len(matrices) != 1:
            raise self._wrong(f"it has {len(matrices)} matrices of numbers, where one is needed")
        tokens = _tokens(metadata.get(TOKENS, ""))
        if tokens is None:
            raise self._wrong("it does not say which tokens its rows stand for")
        if len(tokens) != len(matrices[0]):
            raise self._wrong(f"it has {len(matrices[0]):,} rows for {len(tokens):,} tokens")
        return tokens, matrices[0]

    def _wrong(self, what: str) -> InputError:
        todo = 'write it as `save_file({"vectors": matrix}, path, {"tokens": json.dumps(tokens)})`'
        return InputError(what, todo, Location(self.name))


def _tokens(text: str) -> list[str] | None:
    """Return a JSON list of texts; None if it is none."""
    try:
        tokens = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tokens if isinstance(tokens, list) and all(isinstance(token, str) for token in tokens) else None

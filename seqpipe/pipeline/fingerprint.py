"""What makes a pipeline the same pipeline: its stages, what they learned, and its weights."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

from seqpipe.data.ragged import Array


def fingerprint(declarations: Any, learned: Any, parameters: Any, precision: str) -> str:
    """Return 32 hexadecimal digits that are the same for pipelines that compute the same.

    Args:
        declarations: of the stages, in order.
        learned: of each stage.
        parameters: all trained arrays, by name.
        precision: of the weights.
    """
    digest = hashlib.blake2b(digest_size=16)

    def shown(array: Array) -> Any:
        """Digest an array where JSON would have it; return its type and shape."""
        if not isinstance(array, np.ndarray):
            raise TypeError(f"a pipeline has no {type(array).__name__}")
        digest.update(np.ascontiguousarray(array).data)
        return [str(array.dtype), array.shape]

    values = [list(declarations), list(learned), dict(parameters), precision]
    digest.update(json.dumps(values, sort_keys=True, default=shown).encode())
    return digest.hexdigest()

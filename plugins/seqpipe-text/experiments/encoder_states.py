"""What the layers of a small BERT make of each entry of its vocabulary alone: ``[CLS] lisbon [SEP]``.

The input embedding of a word says how the encoder begins to read it; the states above say what it has understood, such
as that Lisbon is a city. R. Bommasani, K. Davis, C. Cardie: Interpreting Pretrained Contextualized Representations via
Reductions to Static Embeddings, ACL 2020. The encoder is that of J. Devlin et al., 2018, in plain NumPy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
HEADS, TOGETHER = 12, 1024
_ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)


def states_of_pieces(weights: Mapping[str, Array], begin: int, end: int, layers: Sequence[int]) -> list[Array]:
    """Return the state of each piece after each of some layers, (pieces, width).

    Args:
        weights: of the encoder, by their names in its file.
        begin, end: the ids of ``[CLS]`` and ``[SEP]``.
        layers: counted from one.
    """
    count = len(weights["embeddings.word_embeddings.weight"])
    parts = []
    for first in range(0, count, TOGETHER):
        ids = np.arange(first, min(count, first + TOGETHER))
        tokens = np.stack([np.full_like(ids, begin), ids, np.full_like(ids, end)], axis=1)
        states = list(_states(weights, tokens))
        parts.append([states[layer - 1][:, 1] for layer in layers])
    return [np.concatenate(of_layer) for of_layer in zip(*parts, strict=True)]


def _states(weights: Mapping[str, Array], tokens: npt.NDArray[np.int64]) -> Iterator[Array]:
    """Yield the states after each layer, (rows, tokens, width)."""
    table, places, kinds = (weights[f"embeddings.{name}_embeddings.weight"] for name in _EMBEDDINGS)
    state = _normalised(table[tokens] + places[: tokens.shape[1]] + kinds[0], weights, "embeddings.LayerNorm")
    layer = 0
    while f"encoder.layer.{layer}.output.dense.weight" in weights:
        name = f"encoder.layer.{layer}."
        attended = _linear(_attention(state, weights, name), weights, name + "attention.output.dense")
        state = _normalised(state + attended, weights, name + "attention.output.LayerNorm")
        inner = _gelu(_linear(state, weights, name + "intermediate.dense"))
        state = _normalised(state + _linear(inner, weights, name + "output.dense"), weights, name + "output.LayerNorm")
        yield state
        layer += 1


_EMBEDDINGS = ("word", "position", "token_type")


def _attention(state: Array, weights: Mapping[str, Array], name: str) -> Array:
    rows, length, width = state.shape
    shape = (rows, length, HEADS, width // HEADS)
    query, key, value = (
        _linear(state, weights, f"{name}attention.self.{part}").reshape(shape).transpose(0, 2, 1, 3)
        for part in ("query", "key", "value")
    )
    scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(width // HEADS))
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return np.ascontiguousarray((shares @ value).transpose(0, 2, 1, 3)).reshape(rows, length, width)


def _linear(values: Array, weights: Mapping[str, Array], name: str) -> Array:
    return values @ weights[name + ".weight"].T + weights[name + ".bias"]


def _normalised(values: Array, weights: Mapping[str, Array], name: str) -> Array:
    centred = values - values.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(1e-12))
    return centred / spread * weights[name + ".weight"] + weights[name + ".bias"]


def _gelu(values: Array) -> Array:
    """Return ``x Phi(x)``, Phi to seven digits (M. Abramowitz, I. Stegun, 1964, equation 7.1.26)."""
    size = np.abs(values) * np.float32(np.sqrt(0.5))
    near = 1 / (1 + np.float32(0.3275911) * size)
    polynomial = np.zeros_like(near)
    for factor in reversed(_ERF):
        polynomial = (polynomial + np.float32(factor)) * near
    erf = np.copysign(1 - polynomial * np.exp(-(size**2)), values)
    return values * (1 + erf) / 2

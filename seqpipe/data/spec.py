"""What a stage takes and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from seqpipe.errors import ConfigError, PluginError


@dataclass(frozen=True, slots=True)
class Spec:
    """A description of a batch's main column, agreed upon before any record is processed.

    Attributes:
        kind: what a position is. Known to the core: ``text`` (payloads that are str), ``numbers`` (payloads that are
            arrays or lists), ``samples``, ``frames`` (vectors), ``tokens`` (ids), ``one_hot``, ``features`` (what a
            core gives to another), ``logits``, ``stepper`` (a core that is asked step by step), ``outputs``. Plugins
            may use kinds of their own.
        dtype: NumPy's name of the element type; empty for payloads.
        width: numbers in a position; for tokens and one-hot vectors the size of the vocabulary; 0 for payloads.
        shape: how the numbers of a position lie where they are more than a list, such as (height, width, channels) of
            an image; their product is the width, and arrays stay (positions, width).
        vocabulary: what each id stands for, where ids stand for something.
        rate: positions a second, where time is what passes.
        pooled: one position a row rather than a sequence.
        streamable: the same sequence in pieces gives the same result.
        windowed: rows are windows, each of which is whole, in whatever pieces its record comes.
        columns: the further columns, by name.
    """

    kind: str
    dtype: str = ""
    width: int = 0
    vocabulary: tuple[str, ...] | None = field(default=None, repr=False)
    rate: float | None = None
    pooled: bool = False
    streamable: bool = True
    windowed: bool = False
    shape: tuple[int, ...] = ()
    columns: Mapping[str, Spec] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.shape and prod(self.shape) != self.width:
            raise PluginError(
                f"a spec of the width {self.width:,} has the shape {_by(self.shape)}", "tell the stage's author"
            )

    def replace(self, **changes: Any) -> Spec:
        """The same spec with some attributes changed; another width has no shape, and a shape has its own width."""
        if "shape" in changes:
            changes.setdefault("width", prod(changes["shape"]))
        elif "width" in changes:
            changes["shape"] = ()
        return replace(self, **changes)

    def require(self, stage: str, *kinds: str, pooled: bool | None = None) -> Spec:
        """Check that a stage can take this, and return it.

        Raises:
            ConfigError: it is of none of the kinds, or it is pooled where a sequence is needed or the other way round.
        """
        if self.kind not in kinds:
            wanted = " or ".join(kinds)
            raise ConfigError(
                f"{stage} takes {wanted}, but what comes in is {self}",
                _BEFORE.get(kinds[0], "put a stage that gives it before it"),
            )
        if pooled is not None and self.pooled != pooled:
            wanted = "one vector a record (output: pooled or last)" if pooled else "one vector a position"
            raise ConfigError(f"{stage} takes {wanted}, but what comes in is {self}", "change the core's output")
        return self

    def __str__(self) -> str:
        parts = [self.kind]
        if self.width:
            parts.append(f"of {_by(self.shape) if self.shape else f'{self.width:,}'}")
        if self.dtype:
            parts.append(self.dtype)
        if self.rate:
            parts.append(f"at {self.rate:g} Hz")
        if self.pooled:
            parts.append("(one a record)")
        if self.columns:
            parts.append(f"with {', '.join(self.columns)}")
        return " ".join(parts)


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(f"{length:,}" for length in shape)


_BEFORE = {
    "tokens": "put a tokenizer before it",
    "one_hot": "put an encoder such as core.one_hot before it",
    "logits": "put a core such as core.gru before it",
    "features": "put a core such as core.gru before it",
    "stepper": "put a core with `output: next`, or a core that decodes, before it",
    "text": "read records of text, and put it first",
    "numbers": "read records of numbers, and put it first",
}

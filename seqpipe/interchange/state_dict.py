"""Which layers a state_dict of PyTorch holds, told by the names and the shapes of its arrays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seqpipe.network.cells import CELLS

Shapes = Mapping[str, tuple[int, ...]]

_OF_RECURRENT = re.compile(r"(weight|bias)_(ih|hh|hr)_l(\d+)(_reverse)?")
_STAGES = {cell.torch.layer: f"core.{cell.name.partition('_')[0]}" for cell in CELLS.values() if cell.torch}
_LAYER_OF_GATES = {len(cell.gates): cell.torch.layer for cell in CELLS.values() if cell.torch}


@dataclass(frozen=True, slots=True)
class TorchRecurrent:
    """An ``nn.RNN``, ``nn.GRU`` or ``nn.LSTM``.

    Attributes:
        name: what its arrays begin with.
        kind: ``RNN``, ``GRU`` or ``LSTM``.
        inputs: numbers at a position that it reads.
        hidden: units of a layer, in each direction.
        layers: one on top of the other.
        bidirectional: whether each layer also reads from the end.
        projection: numbers that the output is projected to; none: it is not.
    """

    name: str
    kind: str
    inputs: int
    hidden: int
    layers: int
    bidirectional: bool
    projection: int | None

    @property
    def stage(self) -> str:
        """The core that computes the same; empty where none does."""
        return "" if self.projection else _STAGES[self.kind]

    @property
    def width(self) -> int:
        """Numbers at a position that it gives."""
        return (self.projection or self.hidden) * (2 if self.bidirectional else 1)

    def __str__(self) -> str:
        parts = [f"hidden {self.hidden}", "1 layer" if self.layers == 1 else f"{self.layers} layers"]
        parts.append("both directions" if self.bidirectional else "1 direction")
        parts += [f"projected to {self.projection}"] if self.projection else []
        return f"{self.kind}{_quoted(self.name)} ({', '.join(parts)})"


@dataclass(frozen=True, slots=True)
class TorchEmbedding:
    """An ``nn.Embedding``: a vector of ``width`` numbers for each of its entries."""

    name: str
    entries: int
    width: int

    def __str__(self) -> str:
        return f"embedding{_quoted(self.name)} ({self.entries} entries of {self.width} numbers)"


@dataclass(frozen=True, slots=True)
class TorchLinear:
    """An ``nn.Linear``, from ``inputs`` to ``outputs`` numbers."""

    name: str
    inputs: int
    outputs: int

    def __str__(self) -> str:
        return f"linear layer{_quoted(self.name)} ({self.inputs} to {self.outputs})"


@dataclass(frozen=True, slots=True)
class OtherArrays:
    """Arrays of which no more is known than their shapes."""

    name: str
    shapes: Sequence[tuple[int, ...]]

    def __str__(self) -> str:
        return f"arrays{_quoted(self.name)} ({', '.join(map(shape_text, self.shapes))})"


Layer = TorchRecurrent | TorchEmbedding | TorchLinear | OtherArrays


def layers_of(shapes: Shapes) -> list[Layer]:
    """Return the layers whose arrays have these names and shapes: recurrent ones first, then by name."""
    grouped: dict[str, dict[str, tuple[int, ...]]] = {}
    for name in sorted(shapes):
        layer, _, leaf = name.rpartition(".")
        grouped.setdefault(layer, {})[leaf] = shapes[name]
    recurrent = {name: found for name, leaves in grouped.items() if (found := _recurrent(name, leaves))}
    widths = {layer.inputs for layer in recurrent.values()}
    others = [_other(name, leaves, widths) for name, leaves in grouped.items() if name not in recurrent]
    return [*recurrent.values(), *others]


def described(layers: Sequence[Layer]) -> str:
    """Say which layers there are, in a line."""
    shown = [str(layer) for layer in layers[:_SHOWN]]
    more = [f"{len(layers) - _SHOWN} more"] if len(layers) > _SHOWN else []
    return ", ".join([*shown, *more]) or "nothing"


def shape_text(shape: tuple[int, ...]) -> str:
    """Say a shape: ``9 x 3``."""
    return " x ".join(map(str, shape)) or "one number"


def _recurrent(name: str, leaves: Shapes) -> TorchRecurrent | None:
    """Return the recurrent layers that some arrays are; None if they are something else."""
    found = [_OF_RECURRENT.fullmatch(leaf) for leaf in leaves]
    inputs, states = leaves.get("weight_ih_l0", ()), leaves.get("weight_hh_l0", ())
    if not all(found) or len(inputs) != 2 or len(states) != 2:
        return None
    projected = leaves.get("weight_hr_l0", ())
    hidden = projected[1] if len(projected) == 2 else states[1]
    kind = _LAYER_OF_GATES.get(states[0] // hidden) if hidden and not states[0] % hidden else None
    if kind is None:
        return None
    matched = [match for match in found if match]
    layers = 1 + max(int(match[3]) for match in matched)
    bidirectional = any(match[4] for match in matched)
    return TorchRecurrent(name, kind, inputs[1], hidden, layers, bidirectional, projected[0] if projected else None)


def _other(name: str, leaves: Shapes, read: set[int]) -> Layer:
    """Return a layer that is not recurrent, where the recurrent ones read vectors of these widths."""
    weight = leaves.get("weight", ())
    if len(weight) != 2 or not leaves.keys() <= {"weight", "bias"}:
        return OtherArrays(name, tuple(leaves.values()))
    if weight[1] in read and len(leaves) == 1:
        return TorchEmbedding(name, *weight)
    return TorchLinear(name, weight[1], weight[0])


def _quoted(name: str) -> str:
    return f" {name!r}" if name else ""


_SHOWN = 6

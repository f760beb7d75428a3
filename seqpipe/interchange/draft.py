"""A pipeline file for weights that have none, with what the weights cannot tell marked as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from seqpipe.config import dump
from seqpipe.errors import Location, ModelError
from seqpipe.interchange.state_dict import Layer, TorchEmbedding, TorchLinear, TorchRecurrent, described, layers_of
from seqpipe.interchange.weight_files import read_weights

_POOLED = ("max", "mean")
"""What the linear layer is taken to read, where that is twice what the recurrent layers give."""

_LISTED = 20
"""Labels that stand in the file itself; more of them stand in a text file."""


def draft_pipeline(file: Path) -> str:
    """Return the text of a pipeline file whose stages take the weights of a file.

    Raises:
        ModelError: the file is none of weights, or not of an embedding (or none), recurrent layers and a linear layer.
    """
    layers = layers_of({name: array.shape for name, array in read_weights(file).items()})
    recurrent = [layer for layer in layers if isinstance(layer, TorchRecurrent) and layer.stage]
    embeddings = [layer for layer in layers if isinstance(layer, TorchEmbedding)]
    linear = [layer for layer in layers if isinstance(layer, TorchLinear)]
    if (len(recurrent), len(linear)) != (1, 1) or len(layers) != 2 + len(embeddings) or len(embeddings) > 1:
        raise _no_draft(file, layers)
    core, output = recurrent[0], linear[0]
    if output.inputs not in (core.width, core.width * len(_POOLED)):
        raise _no_draft(file, layers)
    embedding = embeddings[0] if embeddings else None
    notes = [f"# Drafted from {file.name!r}, which holds {described(layers)}.", *_notes(core, embedding, output)]
    values = {
        "name": f"{file.stem}-model",
        **_stages(core, embedding, output),
        "imports": _imports(core, embedding, output),
    }
    return "".join(f"{line}\n" for line in notes) + dump(values)


def _no_draft(file: Path, layers: Sequence[Layer]) -> ModelError:
    return ModelError(
        f"there is no draft for what it holds: {described(layers)}",
        "a draft is made for one RNN, GRU or LSTM without projections, an embedding below it or none, and one linear "
        "layer on it; write the pipeline file, see docs/topologies.md",
        Location(str(file)),
    )


def _notes(core: TorchRecurrent, embedding: TorchEmbedding | None, output: TorchLinear) -> list[str]:
    """Return comments on what somebody has to say who knows the network."""
    notes = ["# Weights do not tell the following; correct it:"]
    if embedding:
        notes.append(f"# - the tokenizer; its vocabulary, a text file: {embedding.entries} lines, the first <unk>")
    else:
        notes.append(f"# - what the {core.inputs} numbers at a position are")
    if core.kind == "RNN":
        notes.append("# - the core's activation: add `activation: tanh`, PyTorch's default, or `activation: relu`")
    if output.inputs == core.width:
        notes.append("# - the core's output: last, or, with a decoder such as core.tags, sequence")
    else:
        notes.append(f"# - what is pooled, in which order: {', '.join(_POOLED)}")
    return [*notes, f"# - the names of the {output.outputs} labels, in the order of the logits"]


def _stages(core: TorchRecurrent, embedding: TorchEmbedding | None, output: TorchLinear) -> Mapping[str, Any]:
    declared: dict[str, Any] = {"core": core.stage, "hidden": core.hidden}
    declared |= {"embedding": embedding.width} if embedding else {}
    declared |= {"layers": core.layers} if core.layers > 1 else {}
    declared |= {"bidirectional": True} if core.bidirectional else {}
    pooled = output.inputs != core.width
    declared |= {"output": "pooled", "pooling": list(_POOLED)} if pooled else {"output": "last"}
    if embedding:
        reader: dict[str, Any] = {"reader": "core.lines"}
        first: list[dict[str, Any]] = [{"tokenizer": "core.symbols"}, {"encoder": "core.one_hot"}]
    else:
        reader = {"reader": "core.jsonl", "payload": "series", "type": "numbers"}
        first = [{"tokenizer": "core.numbers", "width": core.inputs}]
    return {"read": reader, "stages": [*first, declared, {"decoder": "core.labels"}]}


def _imports(core: TorchRecurrent, embedding: TorchEmbedding | None, output: TorchLinear) -> Mapping[str, Any]:
    parts = [(embedding, "embedding"), (core, "rnn"), (output, "output")]
    names = {layer.name: f"core.{part}" for layer, part in parts if layer and layer.name}
    few = output.outputs <= _LISTED
    labels = [f"label {number}" for number in range(1, output.outputs + 1)] if few else "labels.txt"
    learned: dict[str, Any] = {"tokenizer": {"vocabulary": "vocabulary.txt"}} if embedding else {}
    return {"names": names, "learned": {**learned, "decoder": {"labels": labels}}}

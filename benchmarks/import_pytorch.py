"""Weights from PyTorch give the outputs of PyTorch: ``python benchmarks/import_pytorch.py``, where torch is installed.

Networks of nn.Embedding, nn.RNN, nn.GRU, nn.LSTM and nn.Linear with random weights are saved with safetensors, imported
with ``seqpipe models import``, and both run over sequences of different lengths.
"""

from __future__ import annotations

import itertools
import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from seqpipe.cli.application import execute
from seqpipe.data import Batch, Record
from seqpipe.network.cells import CELLS
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry

LIMIT = 1e-5
LAYERS = {name: cell.torch for name, cell in CELLS.items() if cell.torch}
VOCABULARY = ["<unk>", *"abcdefgh"]
LABELS = ["x", "y", "z"]


class Network(nn.Module):
    """Embedding, recurrent layers, and a linear layer over the last states or over each position."""

    def __init__(self, cell: str, layers: int, bidirectional: bool, bias: bool, last: bool) -> None:  # noqa: FBT001
        super().__init__()
        layer, nonlinearity = LAYERS[cell]
        options = {"nonlinearity": nonlinearity} if nonlinearity else {}
        self.embed = nn.Embedding(len(VOCABULARY), 7)
        self.encoder = getattr(nn, layer)(7, 12, layers, bias=bias, bidirectional=bidirectional, **options)
        self.fc = nn.Linear(12 * (1 + bidirectional), len(LABELS), bias=bias)
        self.last = last

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the logits of one sequence."""
        outputs, state = self.encoder(self.embed(ids))
        hidden = state[0] if isinstance(state, tuple) else state
        directions = 2 if self.encoder.bidirectional else 1
        return self.fc(hidden[-directions:].reshape(1, -1) if self.last else outputs)


def pipeline(cell: str, layers: int, bidirectional: bool, last: bool) -> str:  # noqa: FBT001
    name, _, activation = cell.partition("_")
    return f"""
name: imported
read: {{reader: core.lines}}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.{name}
    {f"activation: {activation}" if activation else ""}
    embedding: 7
    hidden: 12
    layers: {layers}
    bidirectional: {str(bidirectional).lower()}
    output: {"last" if last else "sequence"}
  - decoder: core.{"labels" if last else "segments"}
imports:
  learned:
    tokenizer: {{vocabulary: [{", ".join(VOCABULARY)}]}}
    decoder: {{labels: [{", ".join(LABELS)}]}}
"""


def greatest_difference(folder: Path, network: Network, declared: str) -> float:
    """Return the greatest difference of the logits, as a share of the greatest logit."""
    (folder / "pipeline.yaml").write_text(declared)
    save_file(network.state_dict(), folder / "state_dict.safetensors")
    model = folder / "imported.safetensors"
    paths = [str(path) for path in (folder / "state_dict.safetensors", folder / "pipeline.yaml", model)]
    if code := execute(["models", "import", paths[0], "--pipeline", paths[1], "-o", paths[2]]):
        sys.exit(code)
    built = open_pipeline(paths[1], Registry.discover(), [f"model={model}"]).pipeline()
    chance = random.Random(1)
    texts = ["".join(chance.choice("abcdefgh") for _ in range(chance.randint(1, 60))) for _ in range(50)]
    batch = Batch(tuple(Record(str(number), text) for number, text in enumerate(texts)))
    for step in built.steps[:-1]:
        batch, _ = step(batch)
    with torch.no_grad():
        ids = [torch.tensor([VOCABULARY.index(letter) for letter in text]) for text in texts]
        expected = np.concatenate([network(one).numpy() for one in ids])
    return float(np.abs(batch.ragged.array - expected).max() / np.abs(expected).max())


def main() -> int:
    torch.manual_seed(1)
    worst = 0.0
    for cell, layers, bidirectional, bias, last in itertools.product(LAYERS, (1, 2), *[(False, True)] * 3):
        network = Network(cell, layers, bidirectional, bias, last)
        with TemporaryDirectory() as folder:
            found = greatest_difference(Path(folder), network, pipeline(cell, layers, bidirectional, last))
        worst = max(worst, found)
        print(f"{found:.1e}  {cell} layers={layers} bidirectional={bidirectional} bias={bias} last={last}")
    print(f"greatest difference {worst:.1e} of the greatest logit; at most {LIMIT:.0e} is allowed")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())

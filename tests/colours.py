"""A small pipeline, quickly trained, for what is tried with the command line."""

from __future__ import annotations

from pathlib import Path
from shutil import copy

import seqpipe

PIPELINE = """\
name: colours
model: colours.safetensors
read: {reader: core.lines}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.rnn
    hidden: 4
    output: last
  - decoder: core.labels
train:
  data: {train: train.tsv, reader: {reader: core.tsv, columns: [text, colour], target: colour}}
  epochs: 3
  optimizer: {adam: {lr: 0.1}}
"""

TRAINING = "xya\tred\nyb\tblue\nxa\tred\nxyxb\tblue\nya\tred\nb\tblue\n"


def write(folder: Path) -> None:
    """Write colours.yaml, its model colours.safetensors and its training data train.tsv."""
    (folder / "colours.yaml").write_text(PIPELINE)
    (folder / "train.tsv").write_text(TRAINING)
    copy(seqpipe.train(folder / "colours.yaml", output=folder / "run"), folder / "colours.safetensors")

"""Train the same network in seqpipe and in PyTorch: ``python benchmarks/training_sst5.py --data DIR [--seeds 3]``.

A bidirectional GRU with max and mean pooling rates the comments of sst5 (``DIR/train.tsv``, ``DIR/dev.tsv``, each line
``stars<TAB>sentence``). Both programs get the same first weights, batches in the same order, optimizer, schedule,
dropout and number of threads. PyTorch gets its sentences as packed sequences of ids made before the clock runs. Tokens
a second are those of whole epochs without evaluation; accuracy is that of the best epoch on the dev data. Each
program draws what is dropped in its own way; with ``--dropout 0 0`` they go the same way, but for rounding.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry
from seqpipe.training import Epoch, StepFinished, TrainingOptions, Watcher, run_training
from seqpipe.training.data.epoch_batches import EpochBatches
from seqpipe.training.data.prepared_data import PreparedData, prepare_all
from seqpipe.training.data.problems import Problems
from seqpipe.training.loop.schedule import factor
from seqpipe.training.session.task import Task, task_of

PIPELINE = """
name: sst5
read: {{reader: core.tsv, columns: [stars, text], target: stars, payload: text}}
stages:
  - tokenizer: core.symbols
    separator: " "
    size: 10000
  - encoder: core.one_hot
  - core: core.gru
    embedding: 100
    hidden: 128
    bidirectional: true
    output: pooled
    pooling: [max, mean]
  - decoder: core.labels
train:
  data: {{train: "{folder}/train.tsv", dev: "{folder}/dev.tsv"}}
  optimizer: {{adamw: {{lr: 0.002, weight_decay: 0.01}}}}
  schedule: {{warmup: 50, cosine: true}}
  dropout: {{input: {dropout[0]}, between: {dropout[1]}}}
  batch: {{records: 32}}
  epochs: {epochs}
  seed: {seed}
"""


class Network(nn.Module):
    """The same in PyTorch."""

    def __init__(self, words: int, labels: int, dropout: Sequence[float]) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, 100)
        self.rnn = nn.GRU(100, 128, bidirectional=True, batch_first=True)
        self.output = nn.Linear(512, labels)
        self.drop_input, self.drop_output = map(nn.Dropout, dropout)

    def forward(self, sentences: nn.utils.rnn.PackedSequence) -> torch.Tensor:
        """Return the logits of a batch."""
        vectors = sentences._replace(data=self.drop_input(self.embedding(sentences.data)))
        padded, lengths = pad_packed_sequence(self.rnn(vectors)[0], batch_first=True)
        there = (torch.arange(padded.shape[1])[None, :] < lengths[:, None])[:, :, None]
        greatest = padded.masked_fill(~there, -torch.inf).amax(dim=1)
        mean = (padded * there).sum(dim=1) / lengths[:, None]
        return self.output(self.drop_output(torch.cat([greatest, mean], dim=1)))


class Rates(Watcher):
    """Gathers tokens a second of each epoch, the loss after each step (the mean over the epoch), and the accuracy."""

    def __init__(self) -> None:
        self.epochs: list[float] = []
        self.losses: list[float] = []
        self.accuracy = 0.0
        self._positions, self._seconds = 0, 0.0

    def stepped(self, step: StepFinished) -> None:
        """Count positions and seconds."""
        self.losses.append(step.loss)
        self._positions += step.positions
        self._seconds += step.seconds

    def epoch_finished(self, epoch: Epoch, *, best: bool) -> None:
        """Note the speed of an epoch."""
        self.epochs.append(self._positions / self._seconds)
        self.accuracy = max(self.accuracy, epoch.figures["accuracy"])
        self._positions, self._seconds = 0, 0.0


def packed(data: PreparedData, batch: np.ndarray) -> tuple[object, torch.Tensor]:
    """Return sentences as packed ids, and their labels."""
    selected = data.select(batch)
    ids = [torch.from_numpy(row.astype(np.int64)) for row in selected.sequence.ids]
    labels = torch.from_numpy(selected.columns["target"].array.astype(np.int64))
    return pack_sequence(ids, enforce_sorted=False), labels


def train_torch(task: Task, seed: int, dropout: Sequence[float]) -> Rates:
    """Train in PyTorch, from the first weights of the task."""
    torch.manual_seed(seed)
    first = {name.partition(".")[2]: torch.from_numpy(array.copy()) for name, array in task.pipeline.parameters.items()}
    network = Network(*first["embedding.weight"].shape[:1], len(first["output.bias"]), dropout)
    network.load_state_dict(first)
    decayed = [one for one in network.parameters() if one.ndim > 1]
    plain = [one for one in network.parameters() if one.ndim == 1]
    optimizer = torch.optim.AdamW([{"params": decayed}, {"params": plain, "weight_decay": 0.0}], weight_decay=0.01)
    epochs = [EpochBatches(task, number + 1) for number in range(task.settings.all_epochs)]
    dev = prepare_all(task.pipeline, task.dev, Problems())
    rates, steps, all_steps = Rates(), 0, sum(len(batches) for batches in epochs)
    for batches in epochs:
        made = [packed(task.data, batches.indices(number)) for number in range(len(batches))]
        network.train()
        losses, counts = [], []
        begin = time.perf_counter()
        for sentences, labels in made:
            for group in optimizer.param_groups:
                group["lr"] = 0.002 * factor(task.settings.schedule, steps, all_steps)
            optimizer.zero_grad(set_to_none=True)
            loss = nn.functional.cross_entropy(network(sentences), labels)
            loss.backward()
            losses.append(loss.detach())
            counts.append(len(labels))
            nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimizer.step()
            steps += 1
        rates.epochs.append(int(task.data.lengths.sum()) / (time.perf_counter() - begin))
        rates.losses += (np.cumsum(torch.stack(losses).numpy() * counts) / np.cumsum(counts)).tolist()
        network.eval()
        with torch.no_grad():
            sentences, labels = packed(dev, np.arange(len(dev)))
            rates.accuracy = max(rates.accuracy, float((network(sentences).argmax(1) == labels).float().mean()))
    return rates


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dropout", type=float, nargs=2, default=[0.3, 0.5], metavar=("INPUT", "BETWEEN"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    found: dict[str, list[Rates]] = {"seqpipe": [], "PyTorch": []}
    for seed in range(1, options.seeds + 1):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "sst5.yaml"
            where = options.data.resolve()
            path.write_text(PIPELINE.format(folder=where, epochs=options.epochs, dropout=options.dropout, seed=seed))
            registry = Registry.discover()
            opened = open_pipeline(str(path), registry, with_model=False)
            found["PyTorch"].append(train_torch(task_of(opened, registry, Problems()), seed, options.dropout))
            rates = Rates()
            run_training(opened, registry, TrainingOptions(output=Path(folder) / "run", threads=options.threads), rates)
            found["seqpipe"].append(rates)
        apart = np.abs(np.subtract(*(runs[-1].losses for runs in found.values())))
        print("losses differ by " + ", ".join(f"{apart[step - 1]:.1e} after {step} steps" for step in (1, 100, 200)))
        print(f"seed {seed}: " + ", ".join(f"{name} {runs[-1].accuracy:.4f}" for name, runs in found.items()))
    rates = {name: statistics.median(rate for run in runs for rate in run.epochs) for name, runs in found.items()}
    accuracies = {name: [run.accuracy for run in runs] for name, runs in found.items()}
    for name, values in accuracies.items():
        spread = statistics.stdev(values) if len(values) > 1 else 0.0
        print(f"{name}: {rates[name]:,.0f} tokens/s, accuracy {statistics.mean(values):.4f}, deviation {spread:.4f}")
    print(json.dumps({"tokens_per_second": rates, "accuracy": accuracies}))
    print(f"seqpipe trains {rates['seqpipe'] / rates['PyTorch']:.2f} times as many tokens a second")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""How many frames of poses are processed in a second on one core: ``python benchmarks/poses.py``.

Needs ``benchmarks/requirements.txt``. The poses are made by the plugin's stick figure, half of them in space. The same
network, with the same weights and the same frames, runs in PyTorch in the same process; what both give is compared
before anything is timed, and they take turns. seqpipe is also timed from poses to labels, and from a file.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path

import fair  # noqa: F401 - before NumPy and the engines
import numpy as np
import torch
from machine import description
from peers import interval

import seqpipe
from seqpipe import Batch, Record
from seqpipe_video.poses.skeleton import JOINTS
from seqpipe_video.stick_figure import stick_figure

SIZE = 32
"""Clips of a batch."""


class PyTorchNetwork(torch.nn.Module):
    """The network of `video/activity-pose`: convolution, GRU in both directions, max, mean, attention, logits."""

    def __init__(self, parameters: dict[str, np.ndarray]) -> None:
        super().__init__()
        convolution, recurrent = (
            {name.partition(".")[2]: torch.tensor(array) for name, array in parameters.items() if name[0] == index}
            for index in "12"
        )
        width, inputs, window = convolution["weight"].shape
        self.convolution = torch.nn.Conv1d(inputs, width, window, padding=window // 2)
        self.convolution.load_state_dict(convolution)
        hidden = recurrent["rnn.weight_hh_l0"].shape[1]
        self.gru = torch.nn.GRU(width, hidden, bidirectional=True, batch_first=True)
        self.gru.load_state_dict({name[4:]: array for name, array in recurrent.items() if name.startswith("rnn.")})
        self.query = recurrent["pool.query"]
        self.output = torch.nn.Linear(6 * hidden, len(recurrent["output.bias"]))
        self.output.load_state_dict(
            {name[7:]: array for name, array in recurrent.items() if name.startswith("output.")}
        )

    def forward(self, frames: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Return logits of clips, padded with zeros: (clips, frames, width)."""
        there = (torch.arange(frames.shape[1])[None] < lengths[:, None])[..., None]
        features = torch.relu(self.convolution(frames.transpose(1, 2))).transpose(1, 2)
        packed = torch.nn.utils.rnn.pack_padded_sequence(features, lengths, batch_first=True, enforce_sorted=False)
        states, _ = torch.nn.utils.rnn.pad_packed_sequence(self.gru(packed)[0], batch_first=True)
        largest = torch.where(there, states, -torch.inf).amax(dim=1)
        mean = states.sum(dim=1) / lengths[:, None]
        scores = torch.where(there[..., 0], states @ self.query, -torch.inf)
        attended = (torch.softmax(scores, dim=1)[..., None] * states).sum(dim=1)
        return self.output(torch.cat([largest, mean, attended], dim=1))


def clips(count: int, seed: int) -> list[np.ndarray]:
    """Return poses of some people, every other one in space."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(count):
        action = "run" if random.random() < 0.5 else "walk"
        poses = stick_figure(action, random.uniform(1, 8), tempo=random.uniform(0.8, 1.2), phase=random.random())
        made.append(poses if number % 2 else np.ascontiguousarray(poses[:, :, :2]))
    return made


def timed(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each run in each round, in turns."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            begin = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begin)
    return times


def from_file(loaded: seqpipe.Loaded, people: Sequence[np.ndarray], folder: Path) -> Callable[[], object]:
    """Return the run that reads an archive of those in space, ten times over."""
    space = [poses for poses in people if poses.shape[2] == 3] * 10
    path = folder / "people.npz"
    np.savez(path, xyz=np.concatenate(space), length=[len(poses) for poses in space], joint=np.array(JOINTS), fps=30)
    return lambda: list(loaded.read(path))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=320)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(1)
    people = clips(options.clips, 0)
    loaded = seqpipe.load("video/activity-pose")
    tokenize, *network, _ = loaded.pipeline.steps
    batches = [
        Batch(tuple(Record(str(number), poses) for number, poses in enumerate(people[begin : begin + SIZE], begin)))
        for begin in range(0, len(people), SIZE)
    ]
    frames = [tokenize(batch)[0] for batch in batches]
    theirs = PyTorchNetwork(dict(loaded.pipeline.parameters)).eval()
    padded = [
        (
            torch.nn.utils.rnn.pad_sequence([torch.tensor(np.asarray(row)) for row in batch.ragged], batch_first=True),
            torch.tensor(batch.ragged.lengths),
        )
        for batch in frames
    ]

    def through(steps: Sequence[seqpipe.Step], given: Sequence[Batch]) -> list[Batch]:
        return [reduce(lambda batch, step: step(batch)[0], steps, batch) for batch in given]

    def pytorch() -> list[np.ndarray]:
        with torch.inference_mode():
            return [theirs(*batch).numpy() for batch in padded]

    ours = np.concatenate([batch.ragged.array for batch in through(network, frames)])
    difference = np.abs(ours - np.concatenate(pytorch())).max()
    assert difference < 1e-3, f"the logits differ by {difference}"
    with tempfile.TemporaryDirectory() as folder:
        whole = from_file(loaded, people, Path(folder))
        whole()
        times = timed(
            {
                "seqpipe, the network": lambda: through(network, frames),
                "pytorch, the network": pytorch,
                "seqpipe, poses to labels": lambda: through(loaded.pipeline.steps, batches),
                "seqpipe, file to labels": whole,
            },
            options.rounds,
        )
    total = sum(map(len, people))
    counts = dict.fromkeys(times, total) | {
        "seqpipe, file to labels": 10 * sum(len(poses) for poses in people if poses.shape[2] == 3)
    }
    print(description())
    print(f"{len(people)} clips, {total:,} frames, batches of {SIZE}, one thread; logits differ by {difference:.1e}")
    for name, own in times.items():
        print(f"{name:26s} {counts[name] / statistics.median(own):10,.0f} frames a second")
    pairs = zip(times["pytorch, the network"], times["seqpipe, the network"], strict=True)
    ratio = interval([one / other for one, other in pairs])
    print(f"the network is {ratio[0]:.2f} ({ratio[1]:.2f} to {ratio[2]:.2f}) times as fast as in PyTorch")


if __name__ == "__main__":
    main()

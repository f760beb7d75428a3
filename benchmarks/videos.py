"""How many times faster than they last videos are processed on one core: ``python benchmarks/videos.py``.

Needs ``benchmarks/requirements.txt``. Clips of 160 x 120 at 15 frames a second are made of noise that moves, encoded as
H.264. From file to answer is timed, reading alone, motion alone, and the network beside the same one in PyTorch, whose
answers are compared before anything is timed; the two take turns. ``--data`` names a manifest of clips of your own.
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import fair  # noqa: F401 - before NumPy and the engines
import numpy as np
import torch
from machine import description

import seqpipe
from seqpipe import Batch, Source
from seqpipe_video.frames.clips import ReadManifest

RATE, HEIGHT, WIDTH = 15, 120, 160


class PyTorchNetwork(torch.nn.Module):
    """The network of `video/activity`: a GRU in both directions, largest and mean, logits."""

    def __init__(self, parameters: dict[str, np.ndarray]) -> None:
        super().__init__()
        arrays = {name.partition(".")[2]: torch.tensor(array) for name, array in parameters.items()}
        hidden, width = arrays["rnn.weight_hh_l0"].shape[1], arrays["rnn.weight_ih_l0"].shape[1]
        self.gru = torch.nn.GRU(width, hidden, bidirectional=True, batch_first=True)
        self.gru.load_state_dict({name[4:]: array for name, array in arrays.items() if name.startswith("rnn.")})
        self.output = torch.nn.Linear(4 * hidden, len(arrays["output.bias"]))
        self.output.load_state_dict({name[7:]: array for name, array in arrays.items() if name.startswith("output.")})

    def forward(self, frames: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Return logits of windows, padded with zeros: (windows, frames, width)."""
        there = (torch.arange(frames.shape[1])[None] < lengths[:, None])[..., None]
        packed = torch.nn.utils.rnn.pack_padded_sequence(frames, lengths, batch_first=True, enforce_sorted=False)
        states, _ = torch.nn.utils.rnn.pad_packed_sequence(self.gru(packed)[0], batch_first=True)
        largest = torch.where(there, states, -torch.inf).amax(dim=1)
        return self.output(torch.cat([largest, states.sum(dim=1) / lengths[:, None]], dim=1))


def clips(folder: Path, count: int) -> Path:
    random = np.random.default_rng(1)
    for number in range(count):
        world = np.kron(random.integers(5, 60, (HEIGHT // 6 + 8, WIDTH // 6 + 40)), np.ones((6, 6))).astype(np.uint8)
        held = io.BytesIO()
        with av.open(held, "w", format="mp4") as container:
            stream = container.add_stream("libx264", RATE, options={"crf": "26"})
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            for index in range(random.integers(20, 60)):
                frame = world[index // 2 : index // 2 + HEIGHT, 2 * index : 2 * index + WIDTH]
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="gray")))
            container.mux(stream.encode())
        (folder / f"{number}.mp4").write_bytes(held.getvalue())
    table = folder / "clips.tsv"
    table.write_text("".join(f"{number}.mp4\n" for number in range(count)))
    return table


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the CPU's time, of all threads: the median, so that other work on the machine counts less."""
    taken = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return statistics.median(taken)


def padded(batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    rows = [torch.tensor(row) for row in batch.ragged]
    lengths = torch.tensor([len(row) for row in rows])
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a manifest of clips; none: clips are made")
    parser.add_argument("--clips", type=int, default=40)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(description())
    with tempfile.TemporaryDirectory() as folder:
        table = options.data or clips(Path(folder), options.clips)
        activity = seqpipe.load("video/activity", threads=1)
        reader = ReadManifest()
        records = list(reader.read(Source(str(table))))
        lasts = sum(len(record.payload) for record in records) / RATE
        steps = activity.pipeline.steps
        place = next(index for index, step in enumerate(steps) if isinstance(step, seqpipe.Network))

        def prepared() -> Batch:
            batch = Batch(tuple(records))
            for step in steps[:place]:
                batch, _ = step(batch)
            return batch

        batch, network = prepared(), steps[place]
        peer = PyTorchNetwork(activity.pipeline.parameters).eval()
        with torch.inference_mode():
            difference = np.abs(network(batch)[0].ragged.array - peer(*padded(batch)).numpy()).max()
        print(f"{len(records)} clips that last {lasts:.0f} s; logits differ from PyTorch's by at most {difference:.1e}")

        def whole() -> None:
            list(activity(list(reader.read(Source(str(table))))))

        def by_peer() -> None:
            with torch.inference_mode():
                peer(*padded(batch))

        for name, work in (
            ("from files to answers", whole),
            ("reading alone", lambda: list(reader.read(Source(str(table))))),
            ("motion alone", prepared),
            ("the network alone", lambda: network(batch)),
            ("the network in PyTorch", by_peer),
        ):
            print(f"{name:24} {lasts / seconds(work, options.repeats):10,.0f} times real time")


if __name__ == "__main__":
    main()

"""Trainings that are killed at random moments and resumed, compared with one that is left alone."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

PIPELINE = """
read: {reader: core.jsonl, payload: text, target: label}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.gru
    hidden: 48
    layers: 2
    output: last
  - decoder: core.labels
train:
  data: {train: train.jsonl, held_out: 0.2}
  optimizer: {adamw: {lr: 0.005}}
  schedule: {warmup: 10, cosine: true}
  dropout: {input: 0.1, between: 0.2}
  average: 0.9
  batch: {positions: 400}
  epochs: 4
  checkpoint: {steps: 3}
  seed: 3
"""


def write(folder: Path, records: int) -> Path:
    """Write the data and the pipeline; return its path."""
    chance = random.Random(1)
    texts = ["".join(chance.choice("abcd") for _ in range(chance.randint(1, 40))) for _ in range(records)]
    lines = (f'{{"text": "{text}", "label": "{text.count("a") > text.count("b")}"}}\n' for text in texts)
    (folder / "train.jsonl").write_text("".join(lines))
    (folder / "pipeline.yaml").write_text(PIPELINE)
    return folder / "pipeline.yaml"


def trained(pipeline: Path, run: Path, kills: int = 0, threads: int = 1) -> dict[str, bytes]:
    """Train, with so many kills, each after a checkpoint, and resumes; return what must always be the same."""
    chance = random.Random(kills)
    for _ in range(kills):
        process = subprocess.Popen(command(pipeline, run, threads), stderr=subprocess.DEVNULL)
        _wait_for_checkpoint(run, process)
        time.sleep(chance.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command(pipeline, run, threads), check=True, stdout=subprocess.DEVNULL)
    names = ("metrics.jsonl", "checkpoints/best.safetensors", "model.safetensors")
    return {name: (run / name).read_bytes() for name in names}


def command(pipeline: Path, run: Path, threads: int) -> list[str]:
    """Return the command that begins a training, or resumes it where its folder is there."""
    where = ["--resume", str(run)] if run.exists() else ["-o", str(run)]
    return [sys.executable, "-m", "seqpipe", "train", str(pipeline), *where, "--threads", str(threads), "-q"]


def _wait_for_checkpoint(run: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until there is another checkpoint than now, or the training is over."""
    last = run / "checkpoints" / "last.safetensors"
    before = _modified(last)
    while process.poll() is None and _modified(last) == before:
        time.sleep(0.01)


def _modified(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0

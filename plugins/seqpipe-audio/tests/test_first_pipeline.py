"""What ``seqpipe init`` writes for a folder of sounds trains and runs at once."""

from __future__ import annotations

import random
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest


def write_tone(path: Path, frequency: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = 8000 * np.sin(2 * np.pi * frequency * np.arange(1600) / 8000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.astype("<i2").tobytes())


def seqpipe(folder: Path, *words: str) -> str:
    command = [sys.executable, "-m", "seqpipe", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder).stdout


@pytest.mark.parametrize(
    ("place", "reader"),
    [
        ("{label}/{number}.wav", "core.folders"),
        ("{label}_{number}.wav", "core.folders"),
        ("{number}.wav", "core.listed"),
    ],
)
def test_a_folder_of_sounds_trains_and_runs_at_once(tmp_path: Path, place: str, reader: str) -> None:
    chance = random.Random(1)
    rows = ["file,pitch"]
    for number in range(12):
        label = ("low", "high")[number % 2]
        name = place.format(label=label, number=number)
        write_tone(tmp_path / "sounds" / name, chance.uniform(300, 600) * (1 + 2 * (number % 2)))
        rows.append(f"{name},{label}")
    if reader == "core.listed":
        (tmp_path / "sounds/about.csv").write_text("\n".join(rows) + "\n")
    seqpipe(tmp_path, "init", "sounds", "-o", "first.yaml")
    text = (tmp_path / "first.yaml").read_text()
    assert f"  reader: {reader} #" in text
    assert "  files: {reader: audio.files}" in text
    assert "  - tokenizer: audio.log_mel" in text
    seqpipe(tmp_path, "train", "first.yaml", "-o", "run", "--set", "train.epochs=2", "-q")
    assert '"label": ' in seqpipe(
        tmp_path, "run", "run", f"sounds/{place.format(label='low', number=0)}", "-o", "-", "-q"
    )

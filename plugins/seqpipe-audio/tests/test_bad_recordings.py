"""Bad recordings beside good ones: a line each, and the good ones are transcribed, in bounded time and memory."""

import json
import re
import struct
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

INPUTS = Path(__file__).parent.parent / "src" / "seqpipe_audio" / "pipelines" / "inputs"
RATE = 8000
SAID = "three one four one five nine"


def run(*arguments):
    command = [sys.executable, "-m", "seqpipe", "run", *arguments, "--on-error", "skip", "--threads", "1", "-o", "-"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of bad recordings, named in the order of `REASONS`, and some good ones."""
    path = tmp_path_factory.mktemp("recordings")
    samples, _ = soundfile.read(INPUTS / "digits.flac", dtype="float32")
    (path / "a-text.wav").write_bytes(b"This is no sound.\n" * 50)
    soundfile.write(path / "b-truncated.flac", np.random.default_rng(1).normal(0, 0.1, 20 * RATE), RATE)
    held = (path / "b-truncated.flac").read_bytes()
    (path / "b-truncated.flac").write_bytes(held[: len(held) // 2])
    soundfile.write(path / "c-nothing.wav", samples[:0], RATE)
    soundfile.write(path / "d-nan.wav", np.where(np.arange(len(samples)) == RATE, np.nan, samples), RATE, "FLOAT")
    with wave.open(str(path / "e-silence.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for _ in range(3 * 60):
            file.writeframes(bytes(2 * 60 * RATE))
    soundfile.write(path / "f-lies.wav", samples, RATE)
    held = (path / "f-lies.wav").read_bytes()
    place = held.index(b"data") + 4
    (path / "f-lies.wav").write_bytes(held[:place] + struct.pack("<I", 10**9) + held[place + 4 :])
    soundfile.write(path / "g-good.flac", samples, RATE)
    channels = np.repeat(np.repeat(samples, 12)[:, None], 8, axis=1)
    soundfile.write(path / "h-good-8-channels-24-bits.wav", channels, 12 * RATE, "PCM_24")
    return path


REASONS = {
    "a-text.wav": "no sound of a kind that is known",
    "b-truncated.flac": "the file is truncated",
    "c-nothing.wav": "no samples",
    "d-nan.wav": "a sample is not a finite number, at 1.00 s",
    "e-silence.wav": "longer than 600 s",
    "f-lies.wav": "where its header says 62500.00 s",
}


def test_each_bad_recording_is_a_line_and_the_good_ones_go_on(folder):
    done = run("audio/speech-digits", str(folder))
    assert done.returncode == 3
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(result["id"]).name[0] for result in results] == ["g", "h"]
    assert [result["text"] for result in results] == [SAID, SAID]
    *lines, summary = done.stderr.splitlines()
    assert len(lines) == len(REASONS)
    for line, (name, reason) in zip(lines, REASONS.items(), strict=True):
        assert f"{folder / name}: " in line
        assert reason in line
    assert f"8 records, {len(REASONS)} failed" in summary


def test_a_manifest_goes_on_behind_a_name_without_a_file(folder):
    manifest = folder / "all.tsv"
    manifest.write_text(f"g-good.flac\t{SAID}\nmissing.flac\tone\ng-good.flac\t{SAID}\n")
    done = run("audio/speech-digits", str(manifest), "--set", "read={reader: audio.manifest}")
    assert done.returncode == 3
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == [SAID, SAID]
    assert f"{manifest}:2: " in done.stderr
    assert "missing.flac: no such file (correct the line)" in done.stderr


def test_long_silence_goes_through_a_network_that_reads_forward_in_little_memory(tmp_path):
    soundfile.write(tmp_path / "silence.wav", np.zeros(30 * 60 * RATE, np.float32), RATE)
    figures = tmp_path / "figures.prom"
    options = ("--set", "read={reader: audio.files, piece: 10}", "--metrics", str(figures))
    done = run("audio/speech-stream", str(tmp_path / "silence.wav"), *options)
    assert (done.returncode, done.stdout) == (0, "")
    (peak,) = re.findall(r"^seqpipe_peak_memory_bytes\S* (\d+)", figures.read_text(), re.MULTILINE)
    assert int(peak) < 400e6


@pytest.mark.parametrize("piece", ["null", "0.1", "1", "30"])
def test_what_is_cut_in_the_middle_is_one_failed_record_in_pieces_too(piece, tmp_path):
    samples, _ = soundfile.read(INPUTS / "digits.flac", dtype="float32")
    noise = np.random.default_rng(1).normal(0, 0.1, 4 * RATE)
    names = ("a.mp3", "b.flac", "c.ogg", "d.WAV", "e.aiff")
    for name in names:
        soundfile.write(tmp_path / name, noise, RATE)
        held = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(held[: len(held) // 2])
    soundfile.write(tmp_path / "f.flac", samples, RATE)
    (tmp_path / "notes.txt").write_text("no recording")
    done = run("audio/speech-stream", str(tmp_path), "--set", f"read={{reader: audio.files, piece: {piece}}}")
    assert done.returncode == 3, done.stderr
    told, *lines, summary = done.stderr.splitlines()
    assert told == f"{tmp_path}: 1 of 7 files left out, which are of other kinds: .txt (name those that you want)"
    assert [line.split(": ")[1] for line in lines] == [str(tmp_path / name) for name in names]
    assert all("the file is truncated" in line for line in lines)
    assert "6 records, 5 failed" in summary
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert " ".join(word["word"] for word in said if word["id"].endswith("f.flac")) == SAID


def test_what_a_reader_in_a_child_process_notices_is_told(tmp_path):
    samples, _ = soundfile.read(INPUTS / "digits.flac", dtype="float32")
    soundfile.write(tmp_path / "a.wav", np.stack([samples, -samples], axis=1), RATE)
    done = run("audio/speech-digits", str(tmp_path / "a.wav"))
    assert "its 2 channels cancel each other out in their mean, from 0.00 s on" in done.stderr
    done = run("audio/speech-digits", str(tmp_path / "a.wav"), "--set", "read.channel=each")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(result["id"][-2:], result["channel"], result["text"]) for result in results] == [
        ("#1", 1, SAID),
        ("#2", 2, SAID),
    ]
    assert "cancel" not in done.stderr

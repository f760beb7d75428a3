"""Whole runs of a small basecaller: folders of all formats with bad files among them, pieces, long reads, figures."""

import dataclasses
import datetime as dt
import subprocess
import sys
import uuid

import dnaio
import numpy as np
import pod5
import pytest

import seqpipe
from seqpipe_dna.signal.signal_examples import signal_of

PIPELINE = """
name: small
model: run/model.safetensors
read: {reader: dna.signal}
stages:
  - tokenizer: core.numbers
  - tokenizer: core.windows
    length: 900
    stride: 700
  - core: core.convolution
    width: 4
    window: 9
    stride: 5
  - core: core.gru
    hidden: 8
  - decoder: core.ctc
  - decoder: core.stitch
  - decoder: dna.calls
train:
  data: {train: train.npz, dev: train.npz}
  optimizer: {adamw: {lr: 0.01}}
  epochs: 1
  seed: 1
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a pipeline that has been trained for a moment."""
    path = tmp_path_factory.mktemp("basecaller")
    signals = np.stack([signal_of(900, seed) for seed in range(24)])
    bases = ["".join(np.random.default_rng(seed).choice(list("ACGT"), 60)) for seed in range(24)]
    np.savez(path / "train.npz", signal=signals, label=np.array(bases))
    (path / "small.yaml").write_text(PIPELINE.replace("model: run/model.safetensors\n", ""))
    seqpipe.train(path / "small.yaml", output=path / "run")
    (path / "small.yaml").write_text(PIPELINE)
    return path


def run(folder, *arguments):
    command = [sys.executable, "-m", "seqpipe", "run", str(folder / "small.yaml"), *map(str, arguments)]
    return subprocess.run([*command, "--threads", "1"], capture_output=True, text=True, check=False, timeout=120)


def write_pod5(path, lengths):
    day = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    words = {field.name: "test" for field in dataclasses.fields(pod5.RunInfo)}
    times = {"acquisition_start_time": day, "protocol_start_time": day, "context_tags": {}, "tracking_id": {}}
    info = pod5.RunInfo(**{**words, **times, "adc_max": 4095, "adc_min": 0, "sample_rate": 4000})
    end = pod5.EndReason(pod5.EndReasonEnum.SIGNAL_POSITIVE, forced=False)
    with pod5.Writer(path) as writer:
        for length in lengths:
            samples = signal_of(length).astype(np.int16)
            pore, calibration = pod5.Pore(1, 1, "r9"), pod5.Calibration(0.0, 1.0)
            writer.add_read(pod5.Read(uuid.UUID(int=length), pore, calibration, 0, 0, 100.0, end, info, signal=samples))


def test_bad_files_among_good_ones_are_a_line_each(folder, tmp_path):
    reads = tmp_path / "reads"
    (reads / "deeper").mkdir(parents=True)
    write_pod5(reads / "a-good.pod5", [5000, 900])
    held = (reads / "a-good.pod5").read_bytes()
    (reads / "b-truncated.pod5").write_bytes(held[: len(held) // 2])
    (reads / "c-text.pod5").write_text("no signal\n" * 99)
    (reads / "d-empty.blow5").write_bytes(b"")
    (reads / "e-header.blow5").write_bytes(b"BLOW5\1" + bytes(80))
    (reads / "f-hdf5.fast5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(99))
    np.savez(reads / "deeper" / "g.npz", signal=np.concatenate([signal_of(3), signal_of(700)]), length=[3, 700])
    (reads / "notes.txt").write_text("not taken")
    done = run(folder, reads, "--on-error", "skip", "-o", tmp_path / "calls.fastq")
    assert done.returncode == 3
    left_out, *lines, summary = done.stderr.splitlines()
    assert "1 of 8 files left out" in left_out
    assert "9 records, 6 failed" in summary
    for line, name in zip(lines, ["b-trunc", "c-text", "d-empty", "deeper/g.npz:1", "e-header", "f-hdf5"], strict=True):
        assert f"{reads}/{name}" in line
    with dnaio.open(tmp_path / "calls.fastq") as calls:
        assert [read.id for read in calls] == [
            str(uuid.UUID(int=5000)),
            str(uuid.UUID(int=900)),
            f"{reads}/deeper/g.npz:2",
        ]


def test_the_ending_of_the_output_says_its_form_and_moves_are_given_on_request(folder, tmp_path):
    write_pod5(tmp_path / "reads.pod5", [5000])
    done = run(folder, tmp_path / "reads.pod5", "--set", "stages.6.moves=true", "-o", tmp_path / "calls.sam")
    assert done.returncode == 0
    header, _, read = (tmp_path / "calls.sam").read_text().splitlines()
    assert header.startswith("@HD\t")
    fields = read.split("\t")
    assert fields[:2] == [str(uuid.UUID(int=5000)), "4"]
    (moves,) = [field.split(",")[1:] for field in fields if field.startswith("mv:B:c,")]
    assert moves[0] == "5"
    assert len(moves) == 1 + 5000 // 5
    assert moves[1:].count("1") == len(fields[9])


def test_a_read_is_the_same_alone_in_a_batch_and_in_pieces(folder):
    call = seqpipe.load(folder / "small.yaml")
    signals = [signal_of(length) for length in (5000, 900, 64, 7301)]
    together = [{**result, "id": ""} for result in call(signals)]
    assert together == [{**call([one])[0], "id": ""} for one in signals]
    assert [result["samples"] for result in together] == [5000, 900, 64, 7301]
    np.savez(folder / "reads.npz", signal=np.concatenate(signals), length=[len(one) for one in signals])
    for piece in (700, 1000, 4096):
        pieces = seqpipe.load(folder / "small.yaml", settings=[f"reader.piece={piece}"])
        assert [{**result, "id": ""} for result in pieces.read(folder / "reads.npz")] == together


def test_identity_is_the_first_figure(folder):
    figures = seqpipe.evaluate(folder / "small.yaml", folder / "train.npz")
    assert list(figures)[:5] == ["identity", "insertion", "deletion", "mismatch", "identity_by_homopolymer"]
    assert "cer" not in figures
    assert figures["identity"].low <= figures["identity"].value <= figures["identity"].high
    assert list(figures["identity_by_homopolymer"]) == ["1", "2", "3", "4", "5+"]


def test_a_read_of_five_million_samples_takes_little_memory(folder, tmp_path):
    write_pod5(tmp_path / "long.pod5", [5_000_000])
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-m", "seqpipe", "run", str(folder / "small.yaml"), str(tmp_path / "long.pod5")]
    output = ("-q", "--threads", "1", "-o", str(tmp_path / "calls.fastq"))
    measured = [sys.executable, "-c", code, *command, *output]
    done = subprocess.run(measured, capture_output=True, text=True, check=True, timeout=300)
    kilobytes = int(done.stdout)  # of the larger one of the run and its reader
    assert kilobytes < 500_000

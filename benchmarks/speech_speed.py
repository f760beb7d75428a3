"""How fast speech becomes text on one core, and how soon: ``python benchmarks/speech_speed.py STRINGS PROMPTS FORMS``.

STRINGS is the folder that ``plugins/seqpipe-audio/experiments/digit_strings.py`` makes, PROMPTS and FORMS
manifests of recordings at 8 and at 16 kHz.

- real-time factor: seconds of computing for a second of sound, from the files to the words, the median of some runs;
  of the stream from samples to words, the median of its pieces.
- latency: how much sound has come in since a digit ended when its word is given, of the strings that are recognised
  without an error. The sound comes in pieces as from a microphone, and waits for the end of its piece.

Run it on a machine that does nothing else, with one core: ``taskset -c 0 python benchmarks/speech_speed.py ...``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
import soundfile

import seqpipe


def real_time_factor(name: str, manifest: Path, runs: int) -> float:
    """Return the seconds that a second of the recordings takes."""
    paths = [str(manifest.parent / line.partition("\t")[0]) for line in manifest.read_text("utf-8").splitlines()]
    seconds = sum(soundfile.info(path).duration for path in paths)
    transcribe = seqpipe.load(name)
    samples = [soundfile.read(path, dtype="float32")[0] for path in paths[:2]]
    transcribe(samples)
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        for _result in transcribe.iterate(soundfile.read(path, dtype="float32")[0] for path in paths):
            pass
        times.append(time.perf_counter() - begin)
    return statistics.median(times) / seconds


def latencies(name: str, strings: Path, piece: float) -> tuple[list[float], list[float], float]:
    """Return latencies in seconds of sound, the seconds that pieces took, and the share of strings without error."""
    pipeline = seqpipe.load(name).pipeline
    ends = json.loads((strings / "ends.json").read_text("utf-8"))
    texts = dict(line.split("\t") for line in (strings / "strings.tsv").read_text("utf-8").splitlines())
    waited: list[float] = []
    computed: list[float] = []
    right = 0
    for path, words_end in ends.items():
        samples, rate = soundfile.read(strings / path, dtype="float32")
        size = round(piece * rate)
        samples = np.concatenate([samples, np.zeros(rate, np.float32)])  # nobody ends the stream with the last word
        states, heard, given = None, [], []
        for begin in range(0, len(samples), size):
            record = seqpipe.Record(path, samples[begin : begin + size], last=begin + size >= len(samples))
            started = time.perf_counter()
            out, states = pipeline(seqpipe.Batch((record,), final=record.last), states)
            computed.append(time.perf_counter() - started)
            for result in (out.outputs or ((),))[0]:
                heard.append(result["word"])
                given.append(min(begin + size, len(samples)) / rate)
        if " ".join(heard) == texts[path]:
            right += 1
            waited += [when - end for when, end in zip(given, words_end, strict=True)]
    return waited, computed, right / len(ends)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strings", type=Path, help="folder of strings of digits")
    parser.add_argument("prompts", type=Path, help="manifest of recordings for audio/speech-prompts")
    parser.add_argument("forms", type=Path, help="manifest of recordings for audio/speech-an4")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--piece", type=float, default=0.1, help="seconds of a piece of the stream")
    options = parser.parse_args()
    digits = options.strings / "strings.tsv"
    recordings = {
        "audio/speech-digits": digits,
        "audio/speech-prompts": options.prompts,
        "audio/speech-an4": options.forms,
    }
    for name, manifest in recordings.items():
        print(f"{name:22s} real-time factor {real_time_factor(name, manifest, options.runs):.4f}", flush=True)
    waited, computed, right = latencies("audio/speech-stream", options.strings, options.piece)
    print(f"{'audio/speech-stream':22s} real-time factor {statistics.median(computed) / options.piece:.4f}")
    middle, most = np.percentile(waited, [50, 95])
    print(f"{'':22s} latency: median {middle * 1000:.0f} ms, 95 % below {most * 1000:.0f} ms of sound, in pieces of")
    print(f"{'':22s} {options.piece * 1000:.0f} ms, each computed in {statistics.median(computed) * 1000:.1f} ms;")
    print(f"{'':22s} strings without error: {right:.1%}")


if __name__ == "__main__":
    main()

"""Make the recordings in ``pipelines/inputs`` with espeak-ng; of digits and keywords also the raw samples.

python plugins/seqpipe-audio/experiments/speak_inputs.py pipelines/inputs
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import soundfile
import soxr

PHRASES = {
    "digits.flac": ("three... one... four... one... five... nine", ["-v", "en-gb+m2", "-s", "130", "-g", "8"], 8000),
    "keywords.flac": (
        "yes... thank you... right... the house is big... stop... down",
        ["-v", "en-gb+m3", "-s", "130", "-g", "6"],
        8000,
    ),
    "forms.flac": (
        "erase, B, K, M, forty nine... W, I, L, S, O, N... four one two two six eight",
        ["-v", "en-us+m3", "-s", "130"],
        16_000,
    ),
    "prompts.flac": (
        "your message has been deleted. please enter your password, then press the pound key",
        ["-v", "en-us+f2", "-s", "150"],
        8000,
    ),
}


def main() -> None:
    """Speak each phrase into its file."""
    for name, (phrase, options, rate) in PHRASES.items():
        wav = subprocess.run(["espeak-ng", *options, "--stdout", phrase], check=True, capture_output=True).stdout  # noqa: S607
        samples, spoken = soundfile.read(io.BytesIO(wav), dtype="float32")
        soundfile.write(Path(sys.argv[1], name), soxr.resample(samples, spoken, rate), rate)
    for name in ("digits", "keywords"):
        samples, _ = soundfile.read(Path(sys.argv[1], f"{name}.flac"), dtype="int16")
        Path(sys.argv[1], f"{name}.raw").write_bytes(samples.astype("<i2").tobytes())


if __name__ == "__main__":
    main()

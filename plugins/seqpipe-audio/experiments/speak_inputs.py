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

RATE = 8000
PHRASES = {
    "digits.flac": ("three... one... four... one... five... nine", ["-v", "en-gb+m2", "-s", "130", "-g", "8"]),
    "keywords.flac": (
        "yes... thank you... right... the house is big... stop... down",
        ["-v", "en-gb+m3", "-s", "130", "-g", "6"],
    ),
    "prompts.flac": (
        "your message has been saved. please enter your password, then press the pound key",
        ["-v", "en-us+f2", "-s", "150"],
    ),
}


def main() -> None:
    """Speak each phrase into its file."""
    for name, (phrase, options) in PHRASES.items():
        wav = subprocess.run(["espeak-ng", *options, "--stdout", phrase], check=True, capture_output=True).stdout  # noqa: S607
        samples, rate = soundfile.read(io.BytesIO(wav), dtype="float32")
        soundfile.write(Path(sys.argv[1], name), soxr.resample(samples, rate, RATE), RATE)
    for name in ("digits", "keywords"):
        samples, _ = soundfile.read(Path(sys.argv[1], f"{name}.flac"), dtype="int16")
        Path(sys.argv[1], f"{name}.raw").write_bytes(samples.astype("<i2").tobytes())


if __name__ == "__main__":
    main()

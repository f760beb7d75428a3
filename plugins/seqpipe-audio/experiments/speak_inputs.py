"""Make the recordings in ``pipelines/inputs`` with espeak-ng; of digits and keywords also the raw samples.

python plugins/seqpipe-audio/experiments/speak_inputs.py pipelines/inputs
"""

from __future__ import annotations

import sys
from pathlib import Path

import espeak
import soundfile

PHRASES = {
    "digits.flac": ("three... one... four... one... five... nine", ("en-gb+m2", 130, None, 8), 8000),
    "keywords.flac": (
        "yes... thank you... right... the house is big... stop... down",
        ("en-gb+m3", 130, None, 6),
        8000,
    ),
    "forms.flac": (
        "erase, B, K, M, forty nine... W, I, L, S, O, N... four one two two six eight",
        ("en-us+m3", 130),
        16_000,
    ),
    "prompts.flac": (
        "your message has been deleted. please enter your password, then press the pound key",
        ("en-us+f2", 150),
        8000,
    ),
}


def main() -> None:
    """Speak each phrase into its file."""
    for name, (phrase, manner, rate) in PHRASES.items():
        soundfile.write(Path(sys.argv[1], name), espeak.said(phrase, rate, *manner), rate)
    for name in ("digits", "keywords"):
        samples, _ = soundfile.read(Path(sys.argv[1], f"{name}.flac"), dtype="int16")
        Path(sys.argv[1], f"{name}.raw").write_bytes(samples.astype("<i2").tobytes())


if __name__ == "__main__":
    main()

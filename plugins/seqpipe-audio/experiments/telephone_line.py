"""Send recordings through a telephone line, to see how well a model understands them there.

    python plugins/seqpipe-audio/experiments/telephone_line.py $SEQPIPE_DATA/speech/an4_dev.tsv runs/line
    seqpipe evaluate audio/speech-an4 --data runs/line/line.tsv

Writes WAV files at 8 kHz in the 8 bits of the mu-law (ITU-T G.711), with nothing below 300 and above 3400 Hz, and their
manifest. The band is cut by another filter than that of the augmentation audio.telephone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE = 8000
BAND = (300.0, 3400.0)  # Hz
TAPS = 201


def band_pass() -> np.ndarray:
    """Return a filter with linear phase: the difference of two sincs under a Hamming window."""
    times = np.arange(TAPS) - TAPS // 2
    low, high = (2 * edge / RATE * np.sinc(2 * edge / RATE * times) for edge in BAND)
    return (high - low) * np.hamming(TAPS)


def main() -> None:
    """Write the recordings and their manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("manifest", type=Path, help="of recordings")
    parser.add_argument("folder", type=Path, help="to write to")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for line in arguments.manifest.read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition("\t")
        samples, rate = soundfile.read(arguments.manifest.parent / name, dtype="float32")
        heard = np.convolve(soxr.resample(samples, rate, RATE), band_pass(), mode="same")
        path = arguments.folder / f"{Path(name).stem}.wav"
        soundfile.write(path, heard, RATE, subtype="ULAW")
        lines.append(f"{path.name}\t{text}\n")
    (arguments.folder / "line.tsv").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Freeze values of librosa for the tests of the front end, in ``tests/librosa.npz``.

    python -m venv /tmp/librosa && /tmp/librosa/bin/pip install librosa==0.11.0
    /tmp/librosa/bin/python plugins/seqpipe-audio/experiments/freeze_librosa.py

The signal is made from a fixed seed, and is in the file: a chirp with noise, half a second at 8 kHz.
"""

from pathlib import Path

import librosa
import numpy as np

RATE, WINDOW, HOP, FFT = 8000, 200, 80, 256
PATH = Path(__file__).parent.parent / "tests" / "librosa.npz"


def main() -> None:
    """Write the file."""
    random = np.random.default_rng(7)
    time = np.arange(RATE // 2) / RATE
    signal = 0.3 * np.sin(2 * np.pi * (200 + 2500 * time) * time) + 0.01 * random.standard_normal(len(time))
    signal = signal.astype(np.float32)
    # librosa puts the window into the middle of the samples of a spectrum; seqpipe begins with it
    shifted = np.pad(signal.astype(np.float64), ((FFT - WINDOW) // 2, FFT))
    arguments = {"n_fft": FFT, "win_length": WINDOW, "hop_length": HOP, "center": False}
    mel = librosa.feature.melspectrogram(y=shifted, sr=RATE, n_mels=40, fmin=60, fmax=3800, **arguments)
    log_mel = np.log(np.maximum(mel, 1e-10))
    cepstra = librosa.feature.mfcc(S=log_mel, n_mfcc=13)
    np.savez_compressed(
        PATH,
        signal=signal,
        filters=librosa.filters.mel(sr=16000, n_fft=512, n_mels=80),
        log_mel=log_mel.T,
        cepstra=cepstra.T,
        deltas=librosa.feature.delta(cepstra, width=5, mode="nearest").T,
        version=librosa.__version__,
    )


if __name__ == "__main__":
    main()

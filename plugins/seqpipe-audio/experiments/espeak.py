"""What the program espeak-ng says. It has to be installed."""

import io
import subprocess

import numpy as np
import soundfile
import soxr


def said(text: str, rate: int, voice: str, speed: int, pitch: int | None = None, gap: int | None = None) -> np.ndarray:
    """Return the samples of a text, float32.

    Args:
        text: to be said.
        rate: of the samples, in Hz.
        voice: and its variant, such as ``en-us+m3``.
        speed: in words a minute.
        pitch: from 0 to 99; None: the voice's own.
        gap: between words, in 10 ms.
    """
    options = {"-v": voice, "-s": speed, "-p": pitch, "-g": gap}
    given = [str(part) for option, value in options.items() if value is not None for part in (option, value)]
    command = ["espeak-ng", *given, "--stdout", text]
    wav = subprocess.run(command, check=True, capture_output=True).stdout
    samples, spoken = soundfile.read(io.BytesIO(wav), dtype="float32")
    return soxr.resample(samples, spoken, rate)

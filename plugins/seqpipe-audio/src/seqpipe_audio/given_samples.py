"""Samples that come from Python."""

from __future__ import annotations

from typing import Any

import numpy as np

from seqpipe import InputError, Location
from seqpipe_audio.sound_files import LOUDEST, Samples

_FULL_SCALES = {"uint8": 128, "int16": 1 << 15, "int32": 1 << 31}


def samples_of(payload: Any, position: int) -> Samples:
    """Return samples that come from Python as float32, between -1 and 1.

    Whole numbers are divided by the full scale of their type, as libraries read sound files: uint8 (whose middle is
    128), int16 and int32.

    Raises:
        InputError: they are no finite numbers in one dimension, or their scale is not known.
    """
    where = Location(f"record {position}")
    try:
        given = np.asarray(payload)
    except ValueError:
        given = np.asarray(None)
    kind = given.dtype.name
    if given.dtype.kind not in "fiu":
        what = f"samples of {kind}" if isinstance(payload, np.ndarray) else f"samples in a {type(payload).__name__}"
        raise InputError(f"{what}, not a series of numbers", "pass an array of float32 or int16", where)
    if given.ndim != 1:
        raise InputError(f"samples of {given.ndim} dimensions", "pass one channel", where)
    if given.dtype.kind != "f":
        if given.size and kind not in _FULL_SCALES:
            todo = f"pass {', '.join(_FULL_SCALES)}, or float32 from -1 to 1"
            raise InputError(f"samples of {kind}, whose full scale is not known", todo, where)
        scale = _FULL_SCALES.get(kind, 1)
        given = (given.astype(np.float64) - (scale if kind == "uint8" else 0)) / scale
    loudest = float(np.abs(given).max(initial=0))
    if not np.isfinite(loudest):
        raise InputError("a sample is not a finite number", "fix the recording", where)
    if loudest > LOUDEST:
        what = f"a sample of {loudest:g}, where full scale is 1"
        raise InputError(what, "scale them to the range from -1 to 1, or pass them as int16", where)
    return given.astype(np.float32)

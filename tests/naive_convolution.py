"""A plain NumPy twin of the convolution."""

from __future__ import annotations

import numpy as np


def convolve(values, weight, bias, stride, look_ahead):
    """Convolve one sequence (frames, channels)."""
    window = weight.shape[2]
    outputs = []
    for frame in range(0, len(values), stride):
        total = bias.copy()
        for k in range(window):
            place = frame + look_ahead - window + 1 + k
            if 0 <= place < len(values):
                total = total + weight[:, :, k] @ values[place]
        outputs.append(total)
    return np.array(outputs).reshape(-1, len(bias))

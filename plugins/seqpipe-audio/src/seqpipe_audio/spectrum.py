"""From samples to the logarithm of mel-scaled spectra, and to cepstra.

The definitions are those of librosa's defaults: M. Slaney, Auditory Toolbox, 1998 (mel scale and area-normalised
triangles); periodic Hann window; natural logarithm of power. All is computed frame by frame in double precision, so a
frame's numbers do not depend on the frames around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]

_LINEAR_UP_TO = 1000.0  # Hz
_MELS_A_HERTZ = 3.0 / 200.0
_LOG_STEP = np.log(6.4) / 27.0
_FRAMES_AT_ONCE = 256  # what they need then stays in a cache


def mel_from_hertz(hertz: Float64) -> Float64:
    """Return Slaney's mel scale: linear below 1 kHz, logarithmic above."""
    high = np.maximum(hertz, _LINEAR_UP_TO)
    above = _LINEAR_UP_TO * _MELS_A_HERTZ + np.log(high / _LINEAR_UP_TO) / _LOG_STEP
    return np.where(hertz < _LINEAR_UP_TO, hertz * _MELS_A_HERTZ, above)


def hertz_from_mel(mel: Float64) -> Float64:
    """Return the inverse of `mel_from_hertz`."""
    border = _LINEAR_UP_TO * _MELS_A_HERTZ
    return np.where(
        mel < border, mel / _MELS_A_HERTZ, _LINEAR_UP_TO * np.exp(_LOG_STEP * (np.maximum(mel, border) - border))
    )


def mel_filters(mels: int, fft_size: int, rate: float, low: float, high: float) -> Float64:
    """Return triangles of equal area over the bins of a spectrum: shape (mels, fft_size // 2 + 1).

    Args:
        mels: how many, evenly on the mel scale between ``low`` and ``high`` Hz.
        fft_size: samples in a spectrum.
        rate: samples a second.
        low, high: where the first begins and the last ends, in Hz.
    """
    ends = mel_from_hertz(np.array([low, high], np.float64))
    corners = hertz_from_mel(np.linspace(ends[0], ends[1], mels + 2))
    bins = np.arange(fft_size // 2 + 1) * (rate / fft_size)
    rising = (bins - corners[:-2, None]) / np.diff(corners)[:-1, None]
    falling = (corners[2:, None] - bins) / np.diff(corners)[1:, None]
    area: Float64 = 2.0 / (corners[2:] - corners[:-2])
    return np.maximum(0.0, np.minimum(rising, falling)) * area[:, None]


def cosine_transform(size: int, count: int) -> Float64:
    """Return the first ``count`` rows of the orthonormal cosine transform (DCT-II): shape (count, size)."""
    rows = np.cos(np.pi * np.arange(count)[:, None] * (np.arange(size) + 0.5) / size)
    rows *= np.sqrt(2.0 / size)
    rows[0] /= np.sqrt(2.0)
    return rows


@dataclass(frozen=True, eq=False)
class LogMel:
    """Log-mel spectra of frames of a signal, or their cepstra.

    Attributes:
        window, hop: samples in a frame, and from one frame to the next.
        fft_size: samples of a spectrum, at least ``window``; the rest is zeros.
        filters: from `mel_filters`.
        floor: the least power that counts; what is below has its logarithm.
        cosines: from `cosine_transform`, for cepstra; None for the spectra themselves.
    """

    window: int
    hop: int
    fft_size: int
    filters: Float64
    floor: float
    cosines: Float64 | None = None

    def __call__(self, samples: npt.NDArray[np.float32], begins: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Return the frames that begin at these samples: float32, shape (begins, filters or cosines).

        The samples must reach to the end of the last of them.
        """
        width = len(self.filters) if self.cosines is None else len(self.cosines)
        frames = np.empty((len(begins), width), np.float32)
        for first in range(0, len(begins), _FRAMES_AT_ONCE):
            some = slice(first, first + _FRAMES_AT_ONCE)
            frames[some] = self._frames(samples[begins[some, None] + np.arange(self.window)])
        return frames

    @cached_property
    def _hann(self) -> Float64:
        return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.window) / self.window)

    @cached_property
    def _triangles(self) -> tuple[npt.NDArray[np.int64], Float64, npt.NDArray[np.int64]]:
        """The bins of each filter, filter by filter; their weights; and where in these lists each filter begins."""
        filled = self.filters > 0
        filled[~filled.any(axis=1), 0] = True  # a sum has to have a term, which is zero
        filter_of_bin, bins = np.nonzero(filled)
        begins = np.searchsorted(filter_of_bin, np.arange(len(self.filters)))
        return bins, self.filters[filter_of_bin, bins], begins

    def _frames(self, cut: npt.NDArray[np.float32]) -> Float64:
        spectrum = np.fft.rfft(cut * self._hann, self.fft_size)
        power = spectrum.real**2 + spectrum.imag**2
        logarithms: Float64 = np.log(np.maximum(self._mel(power), self.floor))
        if self.cosines is None:
            return logarithms
        return np.stack([(logarithms * row).sum(axis=1) for row in self.cosines], axis=1)

    def _mel(self, power: Float64) -> Float64:
        """Return ``power @ filters.T``, each sum over the few bins of its triangle, in an order of their own.

        A product of whole matrices would be no faster, and its bits would depend on the number of frames.
        """
        bins, weights, begins = self._triangles
        mel: Float64 = np.add.reduceat(power[:, bins] * weights, begins, axis=1)
        return mel

"""Which samples belong to which bases: the training chunks, joined to stretches and aligned with the pore model.

    python plugins/seqpipe-dna/experiments/nanopore_alignment.py $SEQPIPE_DATA/dna/nanopore_r94 runs/nanopore

writes aligned.npz: what nanopore_simulation.py draws from. The current depends on the six bases in the pore; the base
that a sample is labelled with is the third of them.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

K = 6
CENTRE = 2  # the base of the six that a sample is labelled with
BAND = 60  # k-mers to each side of the straight line through a chunk
_ROUNDS = 3
_SPREAD = 0.2  # of the samples of a k-mer around its level, in spreads of a read, to begin with
_WEIGHT = 200.0  # samples of a k-mer that the pore model counts for
_STAY, _STEP, _SKIP = np.log(0.885), np.log(0.11), np.log(0.005)  # of a sample; 8.6 samples a base
_LEAST = -8.0  # log density of a sample, at least: spikes
_COMPLEMENT = np.array([3, 2, 1, 0, 4])
_CODES = np.full(256, 4, np.int64)
_CODES[np.frombuffer(b"ACGT", np.uint8)] = np.arange(4)


def codes_of(text: str) -> Ints:
    """Return 0 to 3 for A, C, G, T and 4 for all else."""
    return _CODES[np.frombuffer(text.encode(), np.uint8)]


def reverse_complement(codes: Ints) -> Ints:
    return _COMPLEMENT[codes[::-1]]


def kmers_of(codes: Ints) -> Ints:
    """Return the number of each run of six bases, and -1 where one of them is not known."""
    windows = np.lib.stride_tricks.sliding_window_view(codes, K)
    return np.where((windows < 4).all(axis=1), windows @ 4 ** np.arange(K - 1, -1, -1), -1)


def read_pore_model(path: Path) -> Floats:
    """Return the mean current of each of the 4,096 k-mers."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line[0] in "ACGT"]
    return np.array([float(line[1]) for line in lines])


def read_genome(path: Path) -> Ints:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return codes_of("".join(line.strip() for line in lines if not line.startswith(">")))


@dataclass
class Stretch:
    """Chunks that follow one another in a read.

    Attributes:
        read: the read.
        signal: normalised by the read's median and median absolute deviation.
        bases: of the genome where it lies, and some more at both ends, in the order of the signal.
        guess: for each sample the k-mer of ``bases`` that it belongs to by a straight line through its chunk.
        begins: for each k-mer its first sample, and behind them all the end; -1 where it has none. Of `align`.
    """

    read: int
    signal: Floats
    bases: Ints
    guess: Ints
    begins: Ints | None = None


def stretches(chunks: dict[str, npt.NDArray], genome: Ints) -> Iterator[Stretch]:
    signal = (chunks["signal"] - chunks["med"][:, None]) / chunks["mad"][:, None]
    position, read, reverse = chunks["pos"], chunks["read"], chunks["strand"]
    gap = np.where(reverse[1:], position[:-1, 0] - position[1:, 1], position[1:, 0] - position[:-1, 1])
    follows = (read[1:] == read[:-1]) & (reverse[1:] == reverse[:-1]) & (gap >= 0) & (gap <= 6)
    for group in np.split(np.arange(len(read)), np.flatnonzero(~follows) + 1):
        low, high = position[group].min() - 10, position[group].max() + K + 10
        bases = genome[low:high]
        if reverse[group[0]]:
            bases = reverse_complement(bases)
            first, last = high - K - position[group, 1], high - K - position[group, 0]
        else:
            first, last = position[group, 0] - low, position[group, 1] - low
        lines = [np.linspace(a, b, signal.shape[1]) for a, b in zip(first, last, strict=True)]
        yield Stretch(int(read[group[0]]), signal[group].reshape(-1), bases, np.rint(np.concatenate(lines)).astype(int))


@numba.njit(cache=True, fastmath=True)
def _viterbi(signal: Floats, levels: Floats, spreads: Floats, guess: Ints, band: int) -> Ints:
    """Return for each sample the k-mer of the likeliest path within a band; it begins and ends where it likes."""
    samples, kmers, width = len(signal), len(levels), 2 * band + 1
    score = np.zeros(width)
    before = np.empty(width)
    back = np.zeros((samples, width), np.int8)
    for t in range(samples):
        shift = 0 if t == 0 else guess[t] - guess[t - 1]
        before[:] = score
        for j in range(width):
            k = guess[t] - band + j
            if k < 0 or k >= kmers:
                score[j] = -1e30
                continue
            best, choice = -1e30, 0
            if t == 0:
                best = 0.0
            else:
                for step in range(3):
                    i = j + shift - step
                    if 0 <= i < width:
                        value = before[i] + (_STAY if step == 0 else _STEP if step == 1 else _SKIP)
                        if value > best:
                            best, choice = value, step
            away = (signal[t] - levels[k]) / spreads[k]
            score[j] = best + max(-0.5 * away * away - np.log(spreads[k]), _LEAST)
            back[t, j] = choice
    path = np.empty(samples, np.int64)
    j = int(np.argmax(score))
    for t in range(samples - 1, -1, -1):
        path[t] = guess[t] - band + j
        if t:
            j += guess[t] - guess[t - 1] - back[t, j]
    return path


def align(found: list[Stretch], levels: Floats) -> tuple[Floats, Floats]:
    """Set the places of all stretches; return the level and the spread of each k-mer as they are in these data.

    Each read has a scale and a shift of its own against the pore model; they are fitted, and taken out of its signal.
    """
    levels = (levels - np.median(levels)) / (1.4826 * np.median(np.abs(levels - np.median(levels))))
    spread = np.full(len(levels), _SPREAD)
    prior = levels.copy()
    for round_ in range(_ROUNDS):
        totals = np.zeros((3, len(levels)))
        for one in found:
            kmers = kmers_of(one.bases)
            path = _viterbi(one.signal, levels[kmers], spread[kmers], one.guess, BAND)
            expected = levels[kmers[path]]
            near = np.abs(one.signal - expected) < 1.0
            slope, shift = np.polyfit(expected[near], one.signal[near], 1)
            one.signal = (one.signal - shift) / slope
            one.begins = np.searchsorted(path, np.arange(len(kmers) + 1))
            one.begins[~np.isin(np.arange(len(kmers) + 1), path)] = -1
            one.begins[path[-1] + 1] = len(path)
            ours = kmers[path]
            kept = np.abs(one.signal - levels[ours]) < 1.0
            for row, values in enumerate((np.ones(len(path)), one.signal, one.signal**2)):
                totals[row] += np.bincount(ours[kept], values[kept], len(levels))
        count = totals[0]
        levels = (totals[1] + _WEIGHT * prior) / (count + _WEIGHT)
        mean = totals[1] / np.maximum(count, 1)
        variance = np.maximum(totals[2] / np.maximum(count, 1) - mean**2, 0)
        spread = np.sqrt((variance * count + _WEIGHT * _SPREAD**2) / (count + _WEIGHT))
        print(f"round {round_ + 1}: spread within a k-mer {np.sqrt((variance * count).sum() / count.sum()):.3f}")
    return levels, spread


def main() -> None:
    data, out = (Path(argument) for argument in sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    with np.load(data / "train.npz") as chunks:
        found = list(stretches(dict(chunks), read_genome(data / "ecoli_k12_masked.fa.gz")))
    print(f"{len(found)} stretches of {sum(len(one.signal) for one in found):,} samples")
    levels, spreads = align(found, read_pore_model(data / "r9.4_450bps.6mer.model"))
    np.savez_compressed(
        out / "aligned.npz",
        levels=levels,
        spreads=spreads,
        read=np.array([one.read for one in found]),
        samples=np.array([len(one.signal) for one in found]),
        length=np.array([len(one.bases) for one in found]),
        signal=np.concatenate([one.signal for one in found]).astype(np.float32),
        bases=np.concatenate([one.bases for one in found]).astype(np.int8),
        begins=np.concatenate([one.begins for one in found if one.begins is not None]).astype(np.int32),
    )


if __name__ == "__main__":
    main()

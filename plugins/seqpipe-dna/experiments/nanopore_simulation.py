"""Simulated nanopore signal: sequences of the genome, each base with a piece of real signal of the same six bases.

    python plugins/seqpipe-dna/experiments/nanopore_simulation.py $SEQPIPE_DATA/dna/nanopore_r94 runs/nanopore \
        --out simulated.npz --chunks 4000 8000 1000 --seed 1

draws from aligned.npz (nanopore_alignment.py) and writes chunks of 1,024, 2,048 and 4,096 samples with their bases
(with --recorded, also parts of the real reads, cut elsewhere). The
chunks that are learned from cover 16,000 of the 4.6 million bases of the genome, again and again, so a network would
learn that sequence by heart; here each piece of signal stands in ever new surroundings. Where a run of eight bases
occurs in the data, pieces of that run are drawn, else of the six bases that the current depends on most; for the 4 % of
the six that do not occur, the pore model's level is taken, with noise.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt
from nanopore_alignment import CENTRE, K, kmers_of, read_genome, reverse_complement

Ints = npt.NDArray[np.int64]

LENGTHS = (1024, 2048, 4096)
LEVEL, SPREAD = 450.0, 80.0  # of the integers that are written, as an amplifier gives them
HELD_OUT = slice(735_500, 737_400)  # where the dev reads come from
_WORST = 0.35  # spread of a stretch around its levels, above which it is not drawn from
_CONTINUE = 0.85  # that the next base of the same read is taken, where it fits
_SCALE = (1.04, 0.05)  # mean and deviation over reads, against the pore model's
_INSIDE = 0.57  # of a base's samples, that must lie within a chunk so that it counts: as in the real ones


@dataclass
class Bank:
    """Pieces of real signal, one for each base that was read.

    Attributes:
        signal: all samples, as numbers around 0.
        begins: of each piece, its first sample; `ends` the one behind its last.
        kmer: of each piece; -1 where a stretch ends.
        owner: of each sample, the piece that it lies in; -1 where it is in none.
        by_context: the pieces, sorted by the eight bases around; `of_context` says where those of each begin.
        by_kmer: sorted by the six; `of_kmer` likewise.
        levels: of each k-mer, and how far samples are from it.
    """

    signal: npt.NDArray[np.float32]
    begins: Ints
    ends: Ints
    kmer: Ints
    owner: Ints
    by_context: Ints
    of_context: Ints
    by_kmer: Ints
    of_kmer: Ints
    levels: npt.NDArray[np.float64]
    spreads: npt.NDArray[np.float64]


def contexts_of(kmers: Ints) -> Ints:
    """Return the number of the eight bases whose middle six each k-mer is; -1 where one is not known."""
    before, after = np.roll(kmers, 1), np.roll(kmers, -1)
    contexts = (before >> 2 * (K - 1)) * 4 ** (K + 1) + kmers * 4 + (after & 3)
    contexts[(before < 0) | (kmers < 0) | (after < 0)] = -1
    contexts[[0, -1]] = -1
    return contexts


def read_bank(path: Path) -> Bank:
    with np.load(path) as data:
        arrays = dict(data)
    begins, ends, kmers, contexts = [], [], [], []
    owner = np.full(len(arrays["signal"]), -1)
    sample = base = place = pieces = 0
    for samples, length in zip(arrays["samples"], arrays["length"], strict=True):
        ours = kmers_of(arrays["bases"][base : base + length].astype(np.int64))
        starts = arrays["begins"][place : place + len(ours) + 1].astype(np.int64)
        known = np.flatnonzero(starts >= 0)
        path_of = np.repeat(known[:-1], np.diff(starts[known]))
        away = arrays["signal"][sample : sample + samples] - arrays["levels"][ours[path_of]]
        if away.std() < _WORST:
            inner = slice(known[0] + 1, known[-1] - 1)  # the first and the last are cut somewhere
            filled = starts.copy()
            for k in range(len(ours) - 1, -1, -1):  # one that was passed over has no samples
                filled[k] = filled[k] if filled[k] >= 0 else filled[k + 1]
            begins.append(np.append(sample + filled[:-1][inner], 0))
            ends.append(np.append(sample + filled[1:][inner], 0))
            owner[begins[-1][0] : ends[-1][-2]] = pieces + np.repeat(
                np.arange(len(begins[-1]) - 1), ends[-1][:-1] - begins[-1][:-1]
            )
            pieces += len(begins[-1])
            kmers.append(np.append(ours[inner], -1))
            contexts.append(np.append(contexts_of(ours)[inner], -1))
        sample, base, place = sample + samples, base + length, place + len(starts)
    kmer, context = np.concatenate(kmers), np.concatenate(contexts)
    by_context, by_kmer = np.argsort(context, kind="stable"), np.argsort(kmer, kind="stable")
    return Bank(
        arrays["signal"],
        np.concatenate(begins),
        np.concatenate(ends),
        kmer,
        owner,
        by_context,
        np.searchsorted(context[by_context], np.arange(4 ** (K + 2) + 1)),
        by_kmer,
        np.searchsorted(kmer[by_kmer], np.arange(4**K + 1)),
        arrays["levels"],
        arrays["spreads"],
    )


@numba.njit(cache=True)
def _draw(
    seed: int,
    length: int,
    kmers: Ints,
    contexts: Ints,
    signal: npt.NDArray[np.float32],
    begins: Ints,
    ends: Ints,
    kmer: Ints,
    by_context: Ints,
    of_context: Ints,
    by_kmer: Ints,
    of_kmer: Ints,
    levels: npt.NDArray[np.float64],
    spreads: npt.NDArray[np.float64],
    recorded: bool,  # noqa: FBT001 - Numba takes arguments by position
) -> tuple[npt.NDArray[np.float32], Ints]:
    """Return samples, and for each of them the k-mer it belongs to."""
    np.random.seed(seed)  # noqa: NPY002 - compiled
    out = np.empty(length, np.float32)
    owner = np.empty(length, np.int64)
    filled, piece = 0, -1
    for k in range(1, len(kmers) - 1):
        if piece >= 0 and kmer[piece + 1] == kmers[k] and np.random.random() < _CONTINUE:  # noqa: NPY002
            piece += 1
        else:
            piece = -1
            low, high = of_context[contexts[k]], of_context[contexts[k] + 1]
            if high - low < 3:
                low, high = of_kmer[kmers[k]], of_kmer[kmers[k] + 1]
                if high > low:
                    piece = by_kmer[np.random.randint(low, high)]  # noqa: NPY002
            else:
                piece = by_context[np.random.randint(low, high)]  # noqa: NPY002
        if not recorded:
            piece = -1
        if piece >= 0:
            begin, end = begins[piece], ends[piece]
        else:
            other = np.random.randint(len(begins) - 1)  # noqa: NPY002
            begin, end = 0, ends[other] - begins[other]
        if k == 1:  # the chunk begins anywhere within it
            begin += np.random.randint(max(end - begin, 1))  # noqa: NPY002
        for t in range(begin, end):
            if filled == length:
                return out, owner
            if piece >= 0:
                out[filled] = signal[t]
            else:
                out[filled] = levels[kmers[k]] + spreads[kmers[k]] * np.random.standard_normal()  # noqa: NPY002
            owner[filled] = k
            filled += 1
    return out[:filled], owner[:filled]


class Simulator:
    """Makes reads of a genome.

    Args:
        bank: to draw from.
        genome: its bases, 0 to 3, and 4 where they are not to be used.
        seed: of all random numbers.
    """

    def __init__(self, bank: Bank, genome: Ints, seed: int) -> None:
        self.bank = bank
        self.genome = genome
        self.random = np.random.default_rng(seed)

    def read(self, length: int, *, recorded: bool = True) -> tuple[npt.NDArray[np.float32], str]:
        """Return so many samples, and the bases that they hold.

        Args:
            length: samples.
            recorded: of pieces of real signal; else no sample is real, but the level of its k-mer with noise, and
                only how long bases take is as in the data.
        """
        random, bank = self.random, self.bank
        tempo = self._tempo()
        drawn = int(length * tempo) + 2
        kmers = kmers_of(self._bases(drawn // 6 + 60))
        arrays = (bank.signal, bank.begins, bank.ends, bank.kmer, bank.by_context, bank.of_context)
        further = (bank.by_kmer, bank.of_kmer, bank.levels, bank.spreads, recorded)
        samples, owner = _draw(random.integers(1 << 31), drawn, kmers, contexts_of(kmers), *arrays, *further)
        if len(samples) < drawn:
            return self.read(length)  # mostly quick bases: there were not enough of them
        return self._played(samples, owner, (kmers >> 2 * (K - 1 - CENTRE)) & 3, length, tempo)

    def recorded(self, length: int) -> tuple[npt.NDArray[np.float32], str]:
        """Return a part of a real read, cut anywhere, and the bases that it holds."""
        random, bank = self.random, self.bank
        while True:
            tempo = self._tempo()
            drawn = int(length * tempo) + 2
            begin = random.integers(len(bank.signal) - drawn)
            owner = bank.owner[begin : begin + drawn]
            if (owner >= 0).all() and (bank.kmer[owner[0] : owner[-1]] >= 0).all():
                bases = (bank.kmer[owner[0] : owner[-1] + 1] >> 2 * (K - 1 - CENTRE)) & 3
                return self._played(bank.signal[begin : begin + drawn], owner - owner[0], bases, length, tempo)

    def _tempo(self) -> float:
        """Return how many samples become one; half of all chunks are left as they were recorded."""
        return 1.0 if self.random.random() < 0.5 else self.random.uniform(0.85, 1.2)

    def _played(
        self, samples: npt.NDArray[np.float32], owner: Ints, bases: Ints, length: int, tempo: float
    ) -> tuple[npt.NDArray[np.float32], str]:
        """Return samples at another tempo, from another amplifier, and the bases that count as theirs."""
        random = self.random
        places = np.arange(length) * tempo
        near = places.astype(int)
        between = (places - near).astype(np.float32)
        out = samples[near] * (1 - between) + samples[near + 1] * between
        knots = np.linspace(0, length, length // 512 + 2)
        slow = np.interp(np.arange(length), knots, random.normal(0, 0.04, len(knots)))
        out = out * random.normal(*_SCALE) + random.normal(0, 0.05) + slow
        out += random.normal(0, random.uniform(0, 0.08), length)
        first, last = _whole(owner[near])
        return out.astype(np.float32), "".join("ACGT"[base] for base in bases[first : last + 1])

    def _bases(self, count: int) -> Ints:
        while True:
            begin = self.random.integers(len(self.genome) - count)
            bases = self.genome[begin : begin + count]
            if (bases < 4).all():
                return reverse_complement(bases) if self.random.random() < 0.5 else bases


def _whole(owner: Ints) -> tuple[int, int]:
    """Return the first and the last k-mer of a chunk that count: enough of their samples lie in it."""
    usual = 9.0
    first, last = int(owner[0]), int(owner[-1])
    if (owner == first).sum() < _INSIDE * usual:
        first += 1
    if (owner == last).sum() < _INSIDE * usual:
        last -= 1
    return first, last


def write(path: Path, reads: list[tuple[npt.NDArray[np.float32], str]], **further: npt.NDArray[np.generic]) -> None:
    """Write reads as an archive that `dna.signal` reads, with further arrays of an element a read."""
    signal = np.concatenate([samples for samples, _ in reads])
    np.savez_compressed(
        path,
        signal=np.rint(signal * SPREAD + LEVEL).astype(np.int16),
        length=np.array([len(samples) for samples, _ in reads]),
        label=np.array([bases for _, bases in reads]),
        med=np.full(len(reads), LEVEL, np.float32),
        mad=np.full(len(reads), SPREAD, np.float32),
        **further,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", default="simulated.npz")
    parser.add_argument("--chunks", type=int, nargs=len(LENGTHS), default=(4000, 8000, 1000))
    parser.add_argument(
        "--recorded", type=int, nargs=len(LENGTHS), default=(0, 0, 0), help="further ones, of real reads"
    )
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    genome = read_genome(chosen.data / "ecoli_k12_masked.fa.gz")
    genome[HELD_OUT] = 4
    simulator = Simulator(read_bank(chosen.folder / "aligned.npz"), genome, chosen.seed)
    reads = [simulator.read(int(length)) for length in np.repeat(LENGTHS, chosen.chunks)]
    reads += [simulator.recorded(int(length)) for length in np.repeat(LENGTHS, chosen.recorded)]
    write(chosen.folder / chosen.out, reads)


if __name__ == "__main__":
    main()

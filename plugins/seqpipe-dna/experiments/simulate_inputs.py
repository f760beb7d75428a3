"""The sample input of the basecaller: three simulated reads, in which no sample of a real read is.

    python plugins/seqpipe-dna/experiments/simulate_inputs.py $SEQPIPE_DATA/dna/nanopore_r94 runs/nanopore \
        plugins/seqpipe-dna/src/seqpipe_dna/pipelines/inputs/reads.npz

draws from aligned.npz (nanopore_alignment.py) how long bases take and how a current spreads around its level.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from nanopore_alignment import read_genome
from nanopore_simulation import LEVEL, SPREAD, Simulator, read_bank

LENGTHS = (6000, 9000, 4000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    chosen = parser.parse_args()
    genome = read_genome(chosen.data / "ecoli_k12_masked.fa.gz")
    simulator = Simulator(read_bank(chosen.folder / "aligned.npz"), genome, seed=1)
    reads = [simulator.read(length, recorded=False) for length in LENGTHS]
    np.savez_compressed(
        chosen.output,
        signal=np.rint(np.concatenate([samples for samples, _ in reads]) * SPREAD + LEVEL).astype(np.int16),
        length=np.array(LENGTHS),
        rate=np.full(len(reads), 4000),
        id=np.array([f"simulated-{number}" for number in range(1, len(reads) + 1)]),
        label=np.array([bases for _, bases in reads]),
    )


if __name__ == "__main__":
    main()

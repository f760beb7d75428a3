"""The three simulated reads that pipelines/basecall.yaml ships with. No sample of them is real.

    python plugins/seqpipe-dna/experiments/nanopore_inputs.py $SEQPIPE_DATA/dna/nanopore_r94 runs/nanopore reads.npz

takes aligned.npz (nanopore_alignment.py) for the levels of the k-mers and for how long bases take.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from nanopore_alignment import read_genome
from nanopore_simulation import Simulator, read_bank, write

LENGTHS = (6000, 4000, 12_000)
SEED = 14


def main() -> None:
    data, folder, out = (Path(argument) for argument in sys.argv[1:])
    simulator = Simulator(read_bank(folder / "aligned.npz"), read_genome(data / "ecoli_k12_masked.fa.gz"), SEED)
    reads = [simulator.read(length, recorded=False) for length in LENGTHS]
    names = np.array([f"simulated-{number}" for number in range(1, len(reads) + 1)])
    write(out, reads, id=names, rate=np.full(len(reads), 4000))


if __name__ == "__main__":
    main()

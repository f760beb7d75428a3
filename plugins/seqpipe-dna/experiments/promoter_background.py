"""Training data for dna/promoter-scan: the promoters, and windows of the genome that are none, as a table.

    python plugins/seqpipe-dna/experiments/promoter_background.py $SEQPIPE_DATA/dna -o runs/promoter-scan/train.tsv

The windows are drawn from both strands, at random, among those that share no base with a promoter of the training
part on its strand. A few will be promoters that nobody has marked, or that the training part does not have.
"""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

import numpy as np

COMPLEMENTS = str.maketrans("ACGT", "TGCA")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, help="the folder with promoter_ecoli and nanopore_r94")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--windows", type=int, default=40_000)
    arguments = parser.parse_args()
    with gzip.open(arguments.data / "nanopore_r94" / "ecoli_k12_masked.fa.gz", "rt") as file:
        genome = "".join(line.strip() for line in file if not line.startswith(">"))
    known = (arguments.data / "promoter_ecoli" / "train.tsv").read_text().splitlines()
    strands = {"+": genome, "-": genome.translate(COMPLEMENTS)[::-1]}
    taken = {
        strand: [
            found for line in known if line.startswith("promoter") and (found := text.find(line.split("\t")[2])) >= 0
        ]
        for strand, text in strands.items()
    }
    length = len(known[0].split("\t")[2])
    random = np.random.default_rng(1)
    drawn: list[str] = []
    while len(drawn) < arguments.windows:
        strand, begin = "+-"[random.integers(2)], int(random.integers(len(genome) - length))
        window = strands[strand][begin : begin + length]
        if set(window) <= set("ACGT") and all(abs(begin - other) >= length for other in taken[strand]):
            drawn.append(f"other\tgenome{strand}{begin}\t{window}")
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text("\n".join([*known, *drawn]) + "\n")
    print(f"{len(known):,} records of the training part and {len(drawn):,} windows in {arguments.output}")


if __name__ == "__main__":
    main()

"""How many known promoters a scan of the genome finds, and how many sites it has, at several thresholds.

    seqpipe run dna/promoter-scan ecoli_k12_masked.fa.gz -o sites.jsonl --set decoder.threshold=0.05
    python plugins/seqpipe-dna/experiments/promoter_recall.py $SEQPIPE_DATA/dna sites.jsonl

A promoter of the dev part counts as found if a site of its strand begins at most ten bases from it. Those that lie in
masked regions are left out. What is found by chance is told by the same promoters on the wrong strand.
"""

from __future__ import annotations

import argparse
import gzip
import json
from bisect import bisect_left
from pathlib import Path

COMPLEMENTS = str.maketrans("ACGT", "TGCA")
NEAR = 10
OTHER = {"+": "-", "-": "+"}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, help="the folder with promoter_ecoli and nanopore_r94")
    parser.add_argument("sites", type=Path, help="JSON Lines of the scan")
    arguments = parser.parse_args()
    with gzip.open(arguments.data / "nanopore_r94" / "ecoli_k12_masked.fa.gz", "rt") as file:
        genome = "".join(line.strip() for line in file if not line.startswith(">"))
    turned = genome.translate(COMPLEMENTS)[::-1]
    places = []
    for line in (arguments.data / "promoter_ecoli" / "dev.tsv").read_text().splitlines():
        label, _, sequence = line.split("\t")
        if label == "promoter" and (begin := genome.find(sequence)) >= 0:
            places.append((begin, "+"))
        elif label == "promoter" and (begin := turned.find(sequence)) >= 0:
            places.append((len(genome) - begin - len(sequence), "-"))
    sites = [json.loads(line) for line in arguments.sites.read_text().splitlines()]
    bases = len(genome) - genome.count("N")
    print(f"{len(places)} promoters of the dev part in {bases:,} bases")
    for threshold in (0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95):
        chosen = [site for site in sites if site["score"] >= threshold]
        begins = {strand: sorted(site["start"] for site in chosen if site["strand"] == strand) for strand in "+-"}
        found = sum(near(begins[strand], begin) for begin, strand in places)
        wrong = sum(near(begins[OTHER[strand]], begin) for begin, strand in places)
        print(
            f"threshold {threshold}: {found / len(places):.2f} found, {wrong / len(places):.2f} on the wrong strand, "
            f"{len(chosen) / bases * 1e6:,.0f} sites per million bases"
        )


def near(begins: list[int], place: int) -> bool:
    """Return whether one of the ascending places is near another one."""
    index = bisect_left(begins, place - NEAR)
    return index < len(begins) and begins[index] <= place + NEAR


if __name__ == "__main__":
    main()

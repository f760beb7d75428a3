"""How long a genome takes: ``python benchmarks/genome_scan.py [FILE]``.

Every window of both strands goes through `dna/promoter-scan`, from FASTA to BED, on one thread and on two, each in a
process of its own. Without a file the genome is random letters, as many as those of E. coli K-12.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import description

BASES = 4_641_652
"""Of Escherichia coli K-12 MG1655 (U00096.3)."""


def write_random(path: Path) -> None:
    """Write a random genome."""
    chance = random.Random(1)
    with path.open("w", encoding="ascii") as file:
        file.write(">random\n")
        for begin in range(0, BASES, 80):
            file.write("".join(chance.choices("ACGT", k=min(80, BASES - begin))) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="FASTA, perhaps packed")
    parser.add_argument("--pipeline", default="dna/promoter-scan")
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--set", action="append", default=[], help="as of seqpipe run")
    options = parser.parse_args()
    print(description())
    with tempfile.TemporaryDirectory() as folder:
        genome = options.file or Path(folder) / "genome.fa"
        if options.file is None:
            write_random(genome)
        settings = [word for setting in options.set for word in ("--set", setting)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        for threads in options.threads:
            output = Path(folder) / f"sites-{threads}.bed"
            command = [sys.executable, "-m", "seqpipe", "run", options.pipeline, genome, "-o", output]
            begin = time.perf_counter()
            ran = subprocess.run(
                [*command, "--threads", str(threads), *settings],
                env=environment,
                check=True,
                stderr=subprocess.PIPE,
                text=True,
            )
            seconds = time.perf_counter() - begin
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            sites = len(re.findall("\n", output.read_text("utf-8")))
            print(
                f"{threads} threads: {seconds:.1f} s, {sites:,} sites; so far {used.ru_utime:.1f} s of CPU, "
                f"{used.ru_maxrss / 1024:.0f} MB at most ({ran.stderr.strip()})"
            )


if __name__ == "__main__":
    main()

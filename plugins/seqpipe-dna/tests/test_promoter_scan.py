"""dna/promoter-scan does what its card says, and what it finds is what every window alone says."""

import subprocess
import sys
from pathlib import Path

import pytest

import seqpipe
from seqpipe_dna.sequences.iupac import reverse_complement

PLUGIN = Path(__file__).parent.parent
SHIPPED = PLUGIN / "src" / "seqpipe_dna"
ROOT = PLUGIN.parent.parent
GENOME = SHIPPED / "pipelines" / "inputs" / "genome.fa"
WINDOW = 81


def expected():
    """Return what the table "Expected outputs" of the card says."""
    card = (SHIPPED / "models" / "promoter-scan.md").read_text(encoding="utf-8")
    rows = card.partition("## Expected outputs")[2].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")]
    return [(name, int(start), strand, float(score)) for name, start, strand, score in cells[2:]]


def test_the_card_tells_the_truth():
    found = list(seqpipe.load("dna/promoter-scan").read(GENOME))
    assert [(site["sequence"], site["start"], site["strand"]) for site in found] == [row[:3] for row in expected()]
    for site, (*_, score) in zip(found, expected(), strict=True):
        assert site["score"] == pytest.approx(score, abs=0.01)


def test_the_invented_promoters_are_found():
    sites = list(seqpipe.load("dna/promoter-scan").read(GENOME))
    planted = {("chromosome", 1500, "+"), ("chromosome", 3210, "-"), ("chromosome", 7000, "-"), ("plasmid", 640, "-")}
    for name, begin, strand in planted:
        near = [site for site in sites if (site["sequence"], site["strand"]) == (name, strand)]
        assert any(abs(site["start"] - begin) <= 3 for site in near), (name, begin)


def test_scores_are_those_of_each_window_alone():
    scan = seqpipe.load("dna/promoter-scan", settings=["decoder.each=record"])
    sequence = "".join(GENOME.read_text(encoding="ascii").split("\n")[40:50])
    (whole,) = scan([sequence])
    windows = [sequence[begin : begin + WINDOW] for begin in range(len(sequence) - WINDOW + 1)]
    alone = [result["scores"]["promoter"] for result in scan(windows)]
    turned = [result["scores"]["promoter"] for result in scan([reverse_complement(window) for window in windows])]
    for strand, other in ("+-", "-+"):
        scores = whole["scores"]["promoter"][strand]
        assert scores[: len(windows)] == [of_window[strand][0] for of_window in alone]
        assert scores[: len(windows)] == [of_window[other][0] for of_window in turned]


def test_threads_and_stretches_change_nothing(tmp_path):
    outputs = {}
    for threads, stretch in ((1, 16384), (2, 1000)):
        output = tmp_path / f"{threads}.gff3"
        choices = ["-o", output, "--threads", str(threads), "--set", f"read.stretch={stretch}"]
        command = [sys.executable, "-m", "seqpipe", "run", "dna/promoter-scan", GENOME, *choices]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        outputs[threads] = output.read_bytes()
    assert outputs[1] == outputs[2]
    assert outputs[1].startswith(b"##gff-version 3\nchromosome\tseqpipe\tpromoter\t")


def test_the_repository_has_the_same_files():
    for name in ("promoter-scan.yaml", "inputs/genome.fa"):
        assert (ROOT / "pipelines" / name).read_bytes() == (SHIPPED / "pipelines" / name).read_bytes()

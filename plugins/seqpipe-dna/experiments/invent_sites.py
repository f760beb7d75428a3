"""Writes the inputs of pipelines/splice.yaml, promoter.yaml and promoter-scan.yaml: sequences that no organism has.

python plugins/seqpipe-dna/experiments/invent_sites.py

Each is random but for a motif as textbooks give it, at the place where the models expect it; a tenth of a motif's
letters is changed. For the borders of introns: the donor MAG|GTRAGT, the acceptor Y(12)NYAG|G (R. Breathnach,
P. Chambon, Annual Review of Biochemistry 50, 1981). For promoters: TTGACA, 17 bases, TATAAT, and seven bases to the
beginning of transcription (C. Harley, R. Reynolds, Nucleic Acids Research 15, 1987).
"""

from __future__ import annotations

import random
from pathlib import Path

from seqpipe_dna.sequences.iupac import MEANINGS, reverse_complement

PLUGIN = Path(__file__).parent.parent
FOLDERS = [PLUGIN / "src" / "seqpipe_dna" / "pipelines" / "inputs", PLUGIN.parent.parent / "pipelines" / "inputs"]
CHANGED = 0.1


def invented(length: int, motif: str, begin: int, bases: str, chance: random.Random) -> str:
    """Return a random sequence with a motif, given in IUPAC codes."""
    letters = [chance.choice(bases) for _ in range(length)]
    for place, code in enumerate(motif, begin):
        if code != "N" and chance.random() >= CHANGED:
            letters[place] = chance.choice(MEANINGS[code])
    return "".join(letters)


def written(kinds: dict[str, tuple[str, int, str]], length: int, chance: random.Random) -> str:
    """Return lines of names and sequences, five of each kind."""
    return "".join(
        f"{kind}-{number}\t{invented(length, *parameters, chance)}\n"
        for kind, parameters in kinds.items()
        for number in range(1, 6)
    )


def genome(chance: random.Random) -> str:
    """Return FASTA with promoters on both strands: (sequence, first base of the 81, strand) as in the card."""
    planted = {"chromosome": [(1500, "+"), (3210, "-"), (4760, "+"), (7000, "-")], "plasmid": [(640, "-")]}
    text = ""
    for name, places in planted.items():
        letters = [chance.choice("ACGT") for _ in range(8000 if name == "chromosome" else 1500)]
        for begin, strand in places:
            promoter = invented(81, "TTGACA" + "N" * 17 + "TATAAT", 24, "AATTCG", chance)
            letters[begin : begin + 81] = promoter if strand == "+" else reverse_complement(promoter)
        letters[5500:6000] = "N" * len(letters[5500:6000])
        sequence = "".join(letters)
        sequence = sequence[:3000] + sequence[3000:3500].lower() + sequence[3500:]
        text += f">{name} invented\n" + "".join(
            sequence[begin : begin + 70] + "\n" for begin in range(0, len(sequence), 70)
        )
    return text


def main() -> None:
    """Write them, into the plugin and into the repository's pipelines."""
    chance = random.Random(14)
    splice = {
        "donor": ("MAGGTRAGT", 27, "ACGT"),
        "acceptor": ("YYYYYYYYYYYYNYAGG", 14, "ACGT"),
        "neither": ("", 0, "ACGT"),
    }
    promoters = {"promoter": ("TTGACA" + "N" * 17 + "TATAAT", 24, "AATTCG"), "other": ("", 0, "ACCGGT")}
    texts = {"splice.tsv": written(splice, 60, chance), "promoters.tsv": written(promoters, 81, chance)}
    texts["genome.fa"] = genome(chance)
    for folder in FOLDERS:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""Examples of the stages for DNA, for the conformance kit, where the default ones do not do."""

from __future__ import annotations

from seqpipe import Example
from seqpipe_dna.sequences.bases import Bases
from seqpipe_dna.sequences.one_hot_bases import OneHotBases
from seqpipe_dna.sequences.reverse_complement import ReverseComplement
from seqpipe_dna.sequences.strands import Strands

SEQUENCES = ("ACGTTGCA", "g", "NNryRYwskmbdhvUu", "acgtac")
CLASSES = ("promoter", "other", "promoter", "promoter")


def dna_examples() -> list[Example]:
    """Return them."""
    return [
        Example(Bases(), SEQUENCES),
        Example(Strands(), SEQUENCES, before=(Bases(),)),
        Example(OneHotBases(), SEQUENCES, before=(Bases(),)),
        Example(ReverseComplement(), SEQUENCES),
        Example(ReverseComplement(probability=0.9, labels=("promoter",), target="other"), SEQUENCES, targets=CLASSES),
    ]

"""Sequences of nucleotides: bases by their IUPAC codes, both strands, and labels of them."""

from __future__ import annotations

import seqpipe
from seqpipe_dna.sequences.bases import Bases
from seqpipe_dna.sequences.one_hot_bases import OneHotBases
from seqpipe_dna.sequences.reverse_complement import ReverseComplement
from seqpipe_dna.sequences.sequence_files import ReadSequences
from seqpipe_dna.sequences.strands import Strands

SEQUENCES: tuple[type[seqpipe.Stage], ...] = (ReadSequences, Bases, Strands, OneHotBases, ReverseComplement)

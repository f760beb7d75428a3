"""All laws of the contracts, on all stages of the plugin, and on cores that take what they give."""

import pytest

from seqpipe import testing
from seqpipe_dna.dna_examples import SEQUENCES
from seqpipe_dna.sequences.bases import Bases
from seqpipe_dna.sequences.one_hot_bases import OneHotBases

CORES = [
    testing.stage("core", "core.gru", hidden=3, bidirectional=True),
    testing.stage("core", "core.gru", hidden=3, embedding=2),
    testing.stage("core", "core.convolution", width=3, window=3),
]
"""Each takes mixtures in its own way."""
EXAMPLES = [testing.Example(core, SEQUENCES, before=(Bases(), OneHotBases())) for core in CORES]


@pytest.mark.parametrize("case", testing.cases([*testing.examples("dna"), *EXAMPLES]), ids=str)
def test_laws(case):
    case()

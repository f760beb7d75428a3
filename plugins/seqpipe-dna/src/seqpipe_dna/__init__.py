"""DNA for seqpipe: the plugin ``dna``."""

from __future__ import annotations

from collections.abc import Sequence

import seqpipe
from seqpipe_dna.sequences.bases import Bases
from seqpipe_dna.sequences.one_hot_bases import OneHotBases
from seqpipe_dna.sequences.reverse_complement import ReverseComplement
from seqpipe_dna.sequences.sequence_files import ReadSequences
from seqpipe_dna.sequences.strands import Strands
from seqpipe_dna.sites.bedgraph_writer import WriteBedGraph
from seqpipe_dna.sites.scores_picture import WriteScoresSvg
from seqpipe_dna.sites.site_windows import SiteWindows
from seqpipe_dna.sites.site_writers import WriteBED, WriteGFF3
from seqpipe_dna.sites.sites import Sites


@seqpipe.hookimpl
def seqpipe_register_stages() -> Sequence[type[seqpipe.Stage]]:
    """Return this plugin's stages."""
    return [
        Bases,
        Strands,
        OneHotBases,
        ReadSequences,
        SiteWindows,
        Sites,
        WriteBED,
        WriteBedGraph,
        WriteGFF3,
        WriteScoresSvg,
        ReverseComplement,
    ]


@seqpipe.hookimpl
def seqpipe_register_examples() -> Sequence[seqpipe.Example]:
    """Return examples of this plugin's stages, for the conformance kit."""
    from seqpipe_dna.dna_examples import dna_examples  # noqa: PLC0415 - for tests only

    return dna_examples()

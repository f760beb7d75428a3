"""Sites along sequences: windows on both strands, the sites among them, and the files that genome browsers read."""

from __future__ import annotations

import seqpipe
from seqpipe_dna.sites.bedgraph_writer import WriteBedGraph
from seqpipe_dna.sites.scores_picture import WriteScoresSvg
from seqpipe_dna.sites.site_windows import SiteWindows
from seqpipe_dna.sites.site_writers import WriteBED, WriteGFF3
from seqpipe_dna.sites.sites import Sites

SITES: tuple[type[seqpipe.Stage], ...] = (SiteWindows, Sites, WriteBED, WriteGFF3, WriteBedGraph, WriteScoresSvg)

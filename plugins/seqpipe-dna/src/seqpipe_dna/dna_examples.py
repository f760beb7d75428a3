"""Examples of the stages for DNA, for the conformance kit, where the default ones do not do."""

from __future__ import annotations

from seqpipe import Example
from seqpipe.testing import stage
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

SEQUENCES = ("ACGTTGCA", "g", "NNryRYwskmbdhvUu", "acgtac")
CLASSES = ("promoter", "other", "promoter", "promoter")

WINDOWS = ("ACGT", "ggta", "NACG", "TTAA")
FASTA = b">one first\r\nACGTAC\nGT\n\n>two\nacgtnACG\n"
FASTQ = b"@one first\nACGTAC\n+\n>@+III\n@two\nGG\n+one\n!~\n"
SITES = (
    {"sequence": "chr 1", "start": 0, "end": 4, "strand": "+", "label": "a site", "score": 0.75},
    {"sequence": "2", "start": 5, "end": 9, "strand": "-", "label": "box;", "score": 1.0},
)
SCORES = (
    {
        "sequence": "chr1",
        "start": 10,
        "end": 13,
        "window": 4,
        "sites": [SITES[0]],
        "scores": {"box": {"+": [0.5, 0.5, None], "-": [0.25, 1.0, None]}},
    },
    {"sequence": "chr1", "start": 13, "end": 13, "window": 4, "sites": [], "scores": {"box": {"+": [], "-": []}}},
)


def dna_examples() -> list[Example]:
    """Return them."""
    scan = (Bases(), SiteWindows(length=4), OneHotBases(), stage("core", "core.gru", hidden=3, output="last"))
    return [
        *(Example(reader, (FASTA, FASTQ)) for reader in (ReadSequences(), ReadSequences(stretch=4, context=2))),
        *(
            Example(windows, SEQUENCES, before=(Bases(),))
            for windows in (SiteWindows(length=4), SiteWindows(length=3, stride=2, unknown=0.5))
        ),
        *(
            Example(sites, WINDOWS, before=scan, targets=CLASSES)
            for sites in (Sites(), Sites(each="record", threshold=0.3, apart=2))
        ),
        *(Example(writer, SITES) for writer in (WriteBED(), WriteGFF3(), WriteGFF3(type="SO:0000167"))),
        *(Example(writer, SCORES) for writer in (WriteBedGraph(), WriteBedGraph(strand="-"), WriteScoresSvg())),
        Example(Bases(), SEQUENCES),
        Example(Strands(), SEQUENCES, before=(Bases(),)),
        Example(OneHotBases(), SEQUENCES, before=(Bases(),)),
        Example(ReverseComplement(), SEQUENCES),
        Example(ReverseComplement(probability=0.9, labels=("promoter",), target="other"), SEQUENCES, targets=CLASSES),
    ]

"""From labels to the bases of a read: results, their files, and how good they are."""

from __future__ import annotations

import seqpipe
from seqpipe_dna.calls.calls import Calls
from seqpipe_dna.calls.fastq_writers import WriteFASTA, WriteFASTQ
from seqpipe_dna.calls.sam_writer import WriteSAM
from seqpipe_dna.calls.summary_writer import WriteSummary

CALLS: tuple[type[seqpipe.Stage], ...] = (Calls, WriteFASTQ, WriteFASTA, WriteSAM, WriteSummary)

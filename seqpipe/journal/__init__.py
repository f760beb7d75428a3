"""Files to which records are appended, and the journals that know what of them is complete.

While an output ``out.jsonl`` is written, the folder ``out.jsonl.part`` holds the files ``output``, ``quarantine`` and
``journal``. When it is complete, they become ``out.jsonl``, ``out.jsonl.quarantine.jsonl`` and ``out.jsonl.journal``.
A fourth one, ``lock``, keeps other runs away; it is a file of its own, as Windows renames none that is open.
"""

from seqpipe.journal.block_writer import BlockWriter
from seqpipe.journal.entries import Journal, RunProgress, read_index, read_journal
from seqpipe.journal.output_paths import MANIFEST, OutputPaths, without_companions
from seqpipe.journal.partial_output import PartialOutput
from seqpipe.journal.record_index import IndexEntry
from seqpipe.journal.verification import Verification, verify

__all__ = [
    "MANIFEST",
    "BlockWriter",
    "IndexEntry",
    "Journal",
    "OutputPaths",
    "PartialOutput",
    "RunProgress",
    "Verification",
    "read_index",
    "read_journal",
    "verify",
    "without_companions",
]

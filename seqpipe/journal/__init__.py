"""Files to which records are appended, and the journals that know what of them is complete.

While an output ``out.jsonl`` is written, the folder ``out.jsonl.part`` holds the files ``output``, ``quarantine`` and
``journal``. When it is complete, they become ``out.jsonl``, ``out.jsonl.quarantine.jsonl`` and ``out.jsonl.journal``.
"""

from seqpipe.journal.append import Appending
from seqpipe.journal.entries import Journal, RunProgress, read_journal
from seqpipe.journal.output_paths import MANIFEST, OutputPaths
from seqpipe.journal.part import Part
from seqpipe.journal.verification import Verification, verify

__all__ = [
    "MANIFEST",
    "Appending",
    "Journal",
    "OutputPaths",
    "Part",
    "RunProgress",
    "Verification",
    "read_journal",
    "verify",
]

"""Files to which records are appended, and the journals that know what of them is complete.

While an output ``out.jsonl`` is written, the folder ``out.jsonl.part`` holds the files ``output``, ``quarantine`` and
``journal``. When it is complete, they become ``out.jsonl``, ``out.jsonl.quarantine.jsonl`` and ``out.jsonl.journal``.
"""

from seqpipe.journal.append import Appending
from seqpipe.journal.entries import Journal, Progress, read_journal
from seqpipe.journal.part import Part
from seqpipe.journal.places import MANIFEST, Places
from seqpipe.journal.verdict import Verdict, verify

__all__ = ["MANIFEST", "Appending", "Journal", "Part", "Places", "Progress", "Verdict", "read_journal", "verify"]

"""Both strands of each sequence, as rows of their own."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from seqpipe import Batch, Incoming, Ragged, Step, Tokenizer
from seqpipe_dna.sequences.iupac import COMPLEMENT_IDS
from seqpipe_dna.sequences.one_hot_bases import require_bases


class Strands(Tokenizer):
    """Each sequence twice: as it is, and as the other strand reads (its reverse complement)."""

    name: ClassVar[str] = "dna.strands"

    def build(self, incoming: Incoming) -> Step:
        """Take bases; give two rows for each, the sequence and its reverse complement, without further columns.

        ``core.labels`` with ``average: true`` makes one result of both.
        """
        spec = require_bases(self.name, incoming.spec)
        return Step.of(spec.replace(streamable=False, columns={}), _both)


def _both(batch: Batch) -> Batch:
    bases = batch.ragged
    order = _reversed_positions(bases)
    turned = bases.with_values(COMPLEMENT_IDS[bases.array[order]])
    return batch.replace(sequence=_alternating(bases, turned), columns={}, rows=batch.rows.repeat(2))


def _reversed_positions(rows: Ragged) -> npt.NDArray[np.int64]:
    """Return for each position the one that it has in the reversed row."""
    return (rows.offsets[:-1] + rows.offsets[1:] - 1).repeat(rows.lengths) - np.arange(len(rows.array))


def _alternating(first: Ragged, second: Ragged) -> Ragged:
    """Return the rows of both, in turn."""
    return Ragged.concatenate([first, second]).select(np.arange(2 * len(first)).reshape(2, -1).T.ravel())

"""Ids of bases into one-hot vectors, and mixtures of them."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from seqpipe import Batch, ConfigError, Encoder, Incoming, OneHot, Spec, Step
from seqpipe_dna.sequences.iupac import BASES, CODES, MIXTURES


class OneHotBases(Encoder):
    """Bases as one-hot vectors over A, C, G and T; codes that leave a choice are mixtures: N is a quarter of each."""

    name: ClassVar[str] = "dna.one_hot"

    def build(self, incoming: Incoming) -> Step:
        """Take the tokens of `dna.bases`, give vectors of four that are never written out (see `seqpipe.OneHot`)."""
        spec = require_bases(self.name, incoming.spec)
        out = spec.replace(kind="one_hot", dtype="float32", width=len(BASES), vocabulary=tuple(BASES))
        return Step.of(out, partial(_encode, spec=out))


def require_bases(stage: str, spec: Spec) -> Spec:
    """Check that the tokens of `dna.bases` come in to a stage.

    Raises:
        ConfigError: something else does.
    """
    if spec.require(stage, "tokens").vocabulary != tuple(CODES):
        raise ConfigError(f"{stage} takes the tokens of dna.bases", "put the tokenizer dna.bases before it")
    return spec


def _encode(batch: Batch, spec: Spec) -> Batch:
    return batch.replace(sequence=OneHot(batch.ragged, spec.width, MIXTURES))

"""The characters of each token, as one more level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe.builtin.tokenizers.vocabulary import VocabularyLearner, ids_by_symbol
from seqpipe.contracts import Incoming, Learner, Step, Tokenizer
from seqpipe.data import Batch, Ragged, Spec, offsets_of
from seqpipe.errors import ConfigError


class Characters(Tokenizer):
    """Adds the characters of each token to the tokens, for cores that read words also by their spelling."""

    name: ClassVar[str] = "core.characters"

    size: int = Field(200, ge=2, description="entries of the vocabulary, with the one for unknown characters")

    def learner(self, incoming: Incoming) -> Learner | None:
        """Count characters."""
        self._check(incoming.spec)
        return VocabularyLearner(_characters, self.size)

    def build(self, incoming: Incoming) -> Step:
        """Take tokens with spans in a text, add the column ``characters``."""
        spec = incoming.spec
        self._check(spec)
        vocabulary = tuple(incoming.learned.get("vocabulary", ()))
        characters = Spec("tokens", "int32", len(vocabulary) or self.size, vocabulary or None)
        columns = {**spec.columns, "characters": characters}
        out = spec.replace(streamable=False, columns=columns)  # spans are places in the whole text
        return Step.of(out, partial(_with_characters, ids=ids_by_symbol(vocabulary)))

    def _check(self, spec: Spec) -> None:
        spec.require(self.name, "tokens")
        if "spans" not in spec.columns:
            raise ConfigError(f"{self.name} needs tokens that know where they stand in the text")


def _with_characters(batch: Batch, ids: Mapping[str, int]) -> Batch:
    tokens = list(_tokens(batch))
    spelled = np.array([ids.get(character, 0) for token in tokens for character in token], np.int32)
    words = Ragged(spelled, offsets_of([len(token) for token in tokens]))
    return batch.with_columns(characters=Ragged(words, batch.main.offsets))


def _tokens(batch: Batch) -> Iterable[str]:
    for row, positions in enumerate(batch.column("spans", Ragged)):
        text = batch.row_record(row).payload
        for begin, end in positions.tolist():
            yield text[begin:end]


def _characters(batch: Batch) -> Iterable[str]:
    for token in _tokens(batch):
        yield from token

"""The characters of each token, as one more level."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np
from pydantic import Field

from seqpipe.builtin.tokenizers.vocabulary import VocabularyLearner, ids_by_symbol
from seqpipe.contracts import Incoming, Learner, State, Step, Tokenizer
from seqpipe.data import Batch, Ragged, Spec
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
        return _AddCharacters(spec.replace(streamable=False, columns=columns))  # spans are places in the whole text

    def _check(self, spec: Spec) -> None:
        spec.require(self.name, "tokens")
        if "spans" not in spec.columns:
            raise ConfigError(f"{self.name} needs tokens that know where they stand in the text")


class _AddCharacters(Step):
    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._ids = ids_by_symbol(spec.columns["characters"].vocabulary or ())

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        tokens = list(_tokens(batch))
        ids = np.array([self._ids.get(character, 0) for token in tokens for character in token], np.int32)
        offsets = np.zeros(len(tokens) + 1, np.int64)
        np.cumsum([len(token) for token in tokens], out=offsets[1:])
        assert batch.sequence is not None
        return batch.with_columns(characters=Ragged(Ragged(ids, offsets), batch.sequence.offsets)), None


def _tokens(batch: Batch) -> Iterable[str]:
    spans = batch.columns["spans"]
    assert isinstance(spans, Ragged)
    for row, positions in enumerate(spans):
        text = batch.row_record(row).payload
        for begin, end in positions.tolist():
            yield text[begin:end]


def _characters(batch: Batch) -> Iterable[str]:
    for token in _tokens(batch):
        yield from token

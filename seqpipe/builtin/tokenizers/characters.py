"""The characters of each token, as one more level."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import chain
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from seqpipe.builtin.tokenizers.vocabulary import VocabularyLearner, ids_by_symbol
from seqpipe.contracts import Incoming, Learner, Step, Tokenizer
from seqpipe.contracts.learned import LearnedVocabulary
from seqpipe.data import Batch, Ragged, Spec, offsets_of
from seqpipe.errors import ConfigError


class Characters(Tokenizer):
    """Adds the characters of each token to the tokens, for cores that read words also by their spelling."""

    name: ClassVar[str] = "core.characters"

    size: int = Field(200, ge=2, description="entries of the vocabulary, with the one for unknown characters")
    longest: int = Field(100, ge=1, description="characters of a token that are read, from its beginning")

    @property
    def learns(self) -> Mapping[str, Any]:
        """The vocabulary of characters."""
        return {"vocabulary": LearnedVocabulary}

    def learner(self, incoming: Incoming) -> Learner | None:
        """Count characters."""
        self._check(incoming.spec)
        return VocabularyLearner(lambda batch: chain.from_iterable(batch.excerpts()), self.size)

    def build(self, incoming: Incoming) -> Step:
        """Take tokens with spans in a text, add the column ``characters``."""
        spec = incoming.spec
        self._check(spec)
        vocabulary = tuple(incoming.learned.get("vocabulary", ()))
        characters = Spec("tokens", "int32", len(vocabulary) or self.size, vocabulary or None)
        columns = {**spec.columns, "characters": characters}
        out = spec.replace(streamable=False, columns=columns)  # spans are places in the whole text
        return Step.of(out, partial(_with_characters, ids=ids_by_symbol(vocabulary), longest=self.longest))

    def _check(self, spec: Spec) -> None:
        spec.require(self.name, "tokens")
        if "spans" not in spec.columns:
            raise ConfigError(
                f"{self.name} needs tokens that know where they stand in the text", "put a tokenizer of words before it"
            )


def _with_characters(batch: Batch, ids: Mapping[str, int], longest: int) -> Batch:
    tokens = [token[:longest] for token in batch.excerpts()]
    spelled = np.array([ids.get(character, 0) for token in tokens for character in token], np.int32)
    words = Ragged(spelled, offsets_of([len(token) for token in tokens]))
    return batch.with_columns(characters=Ragged(words, batch.main.offsets))

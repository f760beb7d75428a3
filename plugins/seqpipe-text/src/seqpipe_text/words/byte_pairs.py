"""Byte-pair encoding: words into pieces, by merging the pairs of pieces that are most frequent in the training data.

R. Sennrich, B. Haddow, A. Birch: Neural Machine Translation of Rare Words with Subword Units, ACL 2016. The pieces are
made of characters, not of bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import pairwise

from seqpipe import PluginError

Merge = tuple[str, str]
"""Two pieces that become one."""

_TOGETHER = 10_000
"""Occurrences of a word that are shown to the library at once."""


def learned_merges(words: Mapping[str, int], alphabet: Sequence[str], size: int, min_count: int) -> list[Merge]:
    """Return the merges that make a vocabulary, the most frequent pairs first.

    Args:
        words: how often each occurs; without spaces.
        alphabet: the characters that pieces are made of.
        size: of the vocabulary, the alphabet with it.
        min_count: how often a pair must occur.

    Raises:
        PluginError: the library is not installed.
    """
    if find_spec("tokenizers") is None:
        raise PluginError(
            "learning byte pairs needs tokenizers, which is not installed", "pip install 'seqpipe-text[bpe]'"
        )
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers  # noqa: PLC0415 - an extra

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=min_count,
        show_progress=False,
        initial_alphabet=list(alphabet),
        limit_alphabet=len(alphabet),
    )
    tokenizer.train_from_iterator(_occurrences(words), trainer)
    return [(left, right) for left, right in json.loads(tokenizer.to_str())["model"]["merges"]]


def frequent_characters(words: Mapping[str, int], min_count: int) -> list[str]:
    """Return the characters that occur so often, the most frequent first, ties by alphabet."""
    counts: Counter[str] = Counter()
    for word, count in words.items():
        for character in word:
            counts[character] += count
    enough = [(-count, character) for character, count in counts.items() if count >= min_count]
    return [character for _, character in sorted(enough)]


def pieces_of(word: str, ranks: Mapping[Merge, int]) -> list[str]:
    """Return the pieces of a word, each of whose pairs is merged as soon as no earlier merge applies."""
    pieces = list(word)
    while len(pieces) > 1:
        rank, place = min((ranks.get(pair, len(ranks)), place) for place, pair in enumerate(pairwise(pieces)))
        if rank == len(ranks):
            break
        pieces[place : place + 2] = [pieces[place] + pieces[place + 1]]
    return pieces


def _occurrences(words: Mapping[str, int]) -> Iterator[str]:
    for word, count in sorted(words.items()):
        for begin in range(0, count, _TOGETHER):
            yield f"{word} " * min(_TOGETHER, count - begin)

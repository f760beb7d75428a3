"""Sets of symbols learned from data, most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from seqpipe.contracts import Learned, Learner
from seqpipe.contracts.learned import UNKNOWN
from seqpipe.data import Batch


class VocabularyLearner(Learner):
    """Counts symbols.

    Learned: ``vocabulary``, a list: `UNKNOWN`, then the symbols by frequency, ties by alphabet.

    Args:
        symbols: gives the symbols of a batch.
        size: how many entries to keep, with `UNKNOWN`.
    """

    def __init__(self, symbols: Callable[[Batch], Iterable[str]], size: int) -> None:
        self._symbols = symbols
        self.size = size
        self._counts: Counter[str] = Counter()

    def see(self, batch: Batch) -> None:
        """Count the symbols of a batch."""
        self._counts.update(self._symbols(batch))

    def learned(self) -> Learned:
        """The vocabulary."""
        ranked = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return {"vocabulary": [UNKNOWN, *(symbol for symbol, _ in ranked[: self.size - 1])]}


def ids_by_symbol(vocabulary: Iterable[str]) -> dict[str, int]:
    """Return the id of each symbol."""
    return {symbol: index for index, symbol in enumerate(vocabulary)}

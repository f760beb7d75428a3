"""How much of its input a run has read, for the time that is left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from seqpipe.data.source import Source
from seqpipe.engine.feed import Feed


class InputShare:
    """The share of an input that has been read, of what there is from some source on.

    Args:
        feed: the input.
        first: the position of the source that reading begins with.
    """

    def __init__(self, feed: Feed, first: int = 1) -> None:
        self._feed = feed
        self._sources = [source for source in feed.sources if source.position >= first]
        self._sizes = _sizes(self._sources)
        self._reading = 0
        self._before = 0

    def after(self, records: int) -> float | None:
        """Return the share, from 0 to 1; None if it cannot be known.

        Args:
            records: that have been done.
        """
        dealt = records * self._feed.shard.count
        if self._feed.limit is not None:
            return min(dealt / max(self._feed.limit, 1), 1.0)
        if self._feed.single:
            return min(dealt / max(len(self._sources), 1), 1.0)
        total = sum(self._sizes)
        if not total:
            return None
        while self._reading + 1 < len(self._sources) and self._sources[self._reading + 1].consumed:
            self._before += self._sizes[self._reading]
            self._reading += 1
        consumed = self._before + self._sources[self._reading].consumed
        return min(consumed / total, 1.0) if consumed else None


def _sizes(sources: Sequence[Source]) -> list[int]:
    """Return the size of each file; none at all if one is not known, as that of standard input."""
    try:
        return [Path(source.name).stat().st_size for source in sources if not source.excerpt]
    except OSError:
        return []

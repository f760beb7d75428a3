"""Shards: the input dealt out to several machines by position."""

from __future__ import annotations

import re
from dataclasses import dataclass

from seqpipe.errors import UsageError

_WRITTEN = re.compile(r"(\d{1,9})/(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Shard:
    """Every ``count``-th record, beginning with the ``number``-th.

    The records of the first source are dealt out one by one, beginning with the first shard; those of the next source
    beginning with the second, and so on: what becomes of one source does not change how another is dealt out. Each
    record is in exactly one shard.
    """

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, written: str) -> Shard:
        """Return the shard that is written as ``3/8``.

        Raises:
            UsageError: it is not written like that.
        """
        match = _WRITTEN.fullmatch(written)
        shard = cls(*map(int, match.groups())) if match else cls(0)
        if not 1 <= shard.number <= shard.count:
            raise UsageError(f"{written!r} is no shard", "write which of how many, such as 3/8")
        return shard

    def has(self, source: int, item: int) -> bool:
        """Whether a record belongs to this shard.

        Args:
            source: which of the inputs it is in, counted from one.
            item: which of the source's records it is, counted from one.
        """
        return (source + item - 1 - self.number) % self.count == 0

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


WHOLE = Shard()
"""All records."""

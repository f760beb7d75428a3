"""What was written in the place of what: the edits of transcripts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from seqpipe.metrics import TextComparison
from seqpipe.metrics.edits import Edit, edits
from seqpipe.training.evaluation.outcomes import Measured
from seqpipe.training.evaluation.report.section import Block, Remark, Section, Table, percent

FREQUENT = 20
"""Edits of each kind that are listed."""
COUNTED = 50_000
"""Different edits that are counted; when there are more, the rarer half of them is forgotten."""
LONGEST = 2000
"""Words, or characters, of a text that is aligned."""


class TextEdits(Section):
    """The words, or where texts are single words the characters, that were replaced, left out or added most often.

    Args:
        comparison: of texts of which a target is the only right one.
    """

    key = "edits"
    title = "What was misread"

    def __init__(self, comparison: TextComparison) -> None:
        self._comparison = comparison
        self._words, self._characters = _Edits("words"), _Edits("characters")
        self._several = False

    def add(self, measured: Measured) -> None:
        """Align the texts of a record."""
        true, given = self._comparison.texts(measured.record, measured.outcome)
        self._several = self._several or len(true.split()) > 1
        self._words.add(true.split(), given.split())
        if not self._several:
            self._characters.add(true, given)

    def plain(self) -> Any:
        """Return the most frequent edits of each kind; None without any text."""
        return self._shown.plain() if self._shown.total else None

    def blocks(self) -> Iterable[Block]:
        """Return how many there are, and a table of the most frequent ones."""
        return self._shown.blocks()

    @property
    def _shown(self) -> _Edits:
        return self._words if self._several else self._characters


class _Edits:
    """Edits of items, counted.

    Args:
        unit: what an item is.
    """

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.total = self._unaligned = 0
        self._forgotten = False
        self._counts: Counter[Edit] = Counter()
        self._kinds: Counter[str] = Counter()

    def add(self, true: Sequence[str], given: Sequence[str]) -> None:
        if max(len(true), len(given)) > LONGEST:
            self._unaligned += 1
            return
        self.total += len(true)
        for edit in edits(true, given):
            if edit.true != edit.given:
                self._counts[edit] += 1
                self._kinds[_kind(edit)] += 1
        if len(self._counts) > COUNTED:
            self._forgotten = True
            self._counts = Counter(dict(self._counts.most_common(COUNTED // 2)))

    def plain(self) -> dict[str, Any]:
        frequent = [
            {"kind": _kind(edit), "true": edit.true, "given": edit.given, "count": count}
            for edit, count in self._frequent()
        ]
        kinds = {kind: self._kinds[kind] for kind in ("substitution", "deletion", "insertion")}
        return {"unit": self.unit, "total": self.total, "not_aligned": self._unaligned, **kinds, "frequent": frequent}

    def blocks(self) -> Iterable[Block]:
        parts = [f"{self._kinds[kind]:,} {kind}s" for kind in ("substitution", "deletion", "insertion")]
        share = sum(self._kinds.values()) / max(self.total, 1)
        text = f"Of {self.total:,} {self.unit}: {', '.join(parts)}, together {percent(share)}."
        if self._unaligned:
            text += f" {self._unaligned:,} texts of more than {LONGEST:,} {self.unit} are not counted here."
        if self._forgotten:
            text += " There were too many different ones to count all that are rare."
        yield Remark(text)
        rows = [(edit.true or "(nothing)", edit.given or "(nothing)", f"{count:,}") for edit, count in self._frequent()]
        if rows:
            yield Table("The most frequent ones", ("true", "given", "times"), rows, numbers=False)

    def _frequent(self) -> list[tuple[Edit, int]]:
        ordered = sorted(self._counts.items(), key=lambda item: (-item[1], item[0].true or "", item[0].given or ""))
        return ordered[:FREQUENT]


def _kind(edit: Edit) -> str:
    return "insertion" if edit.true is None else "deletion" if edit.given is None else "substitution"

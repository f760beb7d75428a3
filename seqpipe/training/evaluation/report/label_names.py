"""The names under which a report counts labels."""

from __future__ import annotations

from collections.abc import Iterable

from seqpipe.data.label import label_of

NOTHING = "(none)"
"""Stands where there is no label, or no span: nothing is true there, or nothing was given."""
OTHERS = "(others)"
MOST = 1000
"""Labels that are not known, which are counted one by one; all further ones are `OTHERS`."""


class LabelNames:
    """Gives each label the name that it is counted under, of which there are not more and more.

    Args:
        known: labels that may be given.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self.known = [label_of(label) for label in known]
        self._names = set(self.known)
        self._most = len(self._names) + MOST

    def __call__(self, label: str) -> str:
        """Return the name of a label, which may be empty: there is none."""
        if label and label not in self._names and len(self._names) < self._most:
            self._names.add(label)
        return label if label in self._names else OTHERS if label else NOTHING

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Return names in the order of the known labels; then others, sorted, and what stands for none or for many."""
        left = set(names)
        first = [label for label in self.known if label in left]
        return first + sorted(left.difference(first), key=lambda name: (name in (OTHERS, NOTHING), name))

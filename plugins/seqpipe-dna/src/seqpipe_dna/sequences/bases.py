"""Sequences of letters into ids of the 15 IUPAC codes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import Batch, Incoming, Ragged, Record, RecordError, Spec, State, Step, Tokenizer, seen_after, unit_spans
from seqpipe_dna.sequences.iupac import CODES

_NO_CODE = -1


def _ids_of_bytes() -> npt.NDArray[np.int32]:
    """Return the id of each byte, in either case; U is T."""
    ids = np.full(256, _NO_CODE, np.int32)
    for index, code in enumerate(CODES):
        ids[ord(code)] = ids[ord(code.lower())] = index
    ids[ord("U")] = ids[ord("u")] = CODES.index("T")
    return ids


_IDS = _ids_of_bytes()


class Bases(Tokenizer):
    """Nucleotides of DNA or RNA, one a position, by the 15 IUPAC codes: A, C, G, T and those that leave a choice."""

    name: ClassVar[str] = "dna.bases"
    takes: ClassVar[str] = "dna"

    length: int | None = Field(None, ge=1, description="how many bases each sequence must have; none: any number")

    def build(self, incoming: Incoming) -> Step:
        """Take text in any case, give tokens; U is T.

        Its step raises a `RecordError` that names the letter and its place for a letter that is no code, such as those
        of a protein or a gap, and for a sequence that is empty or of another length than is wanted.
        """
        spec = incoming.spec.require(self.name, "text")
        return _BasesStep(
            Spec(
                "tokens",
                "int32",
                len(CODES),
                tuple(CODES),
                streamable=spec.streamable,
                columns={"spans": Spec("spans", "int64", 2)},
            ),
            self.length,
        )


class _BasesStep(Step):
    """State: how many letters of each row came in the pieces before."""

    remembers = npt.NDArray[np.int64]

    def __init__(self, spec: Spec, length: int | None) -> None:
        self.spec = spec
        self.length = length

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        seen = [0] * len(batch.records) if state is None else state.tolist()
        sequence = Ragged.of([_ids(*pair) for pair in zip(batch.records, seen, strict=True)], np.int32)
        after = seen_after(sequence.offsets, state)
        if batch.final:
            _check_lengths(batch, after, self.length)
        spans = unit_spans(sequence.offsets, state)
        return batch.replace(sequence=sequence).with_columns(spans=spans), None if batch.final else after


def _ids(record: Record, seen: int) -> npt.NDArray[np.int32]:
    letters = record.text
    ids = _IDS[np.frombuffer(letters.encode("latin-1", "replace"), np.uint8)]
    if ids.size and ids.min() == _NO_CODE:
        index = int(np.argmin(ids))
        raise RecordError(*_complaint(letters[index], seen + index + 1), record.location)
    return ids


def _complaint(letter: str, place: int) -> tuple[str, str]:
    """Return what is wrong with a letter, and what to do."""
    known = f"the codes are {' '.join(CODES)} and U"
    if letter in "-.":
        return f"{letter!r} at {place:,} is a gap", "take gaps out of aligned sequences"
    if letter.upper() in "EFIJLOPQXZ*":
        return f"{letter!r} at {place:,} is no base: is it a protein?", known
    return f"{letter!r} at {place:,} is no base", known


def _check_lengths(batch: Batch, lengths: npt.NDArray[np.int64], wanted: int | None) -> None:
    for record, length in zip(batch.records, lengths.tolist(), strict=True):
        if not length:
            raise RecordError("the sequence is empty", "leave it out", record.location)
        if wanted is not None and length != wanted:
            raise RecordError(
                f"the sequence has {length:,} bases, not {wanted:,}",
                "cut it as the model's card says, with its site at the same place",
                record.location,
            )

"""Chorales in four voices from JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from seqpipe import InputError, Location, Reader, Record, RecordError, Source, Spec
from seqpipe_audio.music_results import HIGHEST_PITCH
from seqpipe_audio.satb import VOICES


class ReadSatb(Reader):
    """Pieces in four voices, from JSON: ``[[[s, a, t, b], ...], ...]``, MIDI numbers, a row a sixteenth.

    Rows that do not have all four voices are left out.
    """

    name: ClassVar[str] = "audio.satb"
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    @property
    def spec(self) -> Spec:
        """Voices: each payload is int32 of shape (steps, 4)."""
        return Spec("voices", width=len(VOICES))

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield a record a piece, and a `RecordError` in place of one that is not made of rows of numbers.

        Raises:
            InputError: it is not a list in JSON.
        """
        for position, piece in enumerate(_pieces(source), 1):
            where = Location(source.name, position)
            try:
                rows = [row for row in piece if len(row) == len(VOICES)]
                pitches = np.array(rows, np.float64).reshape(-1, len(VOICES))
            except (TypeError, ValueError):
                pitches = np.full((1, len(VOICES)), np.nan)
            if not ((pitches >= 0) & (pitches <= HIGHEST_PITCH)).all():
                yield RecordError("the piece is not a list of rows of four MIDI numbers", _ADVICE, where)
                continue
            yield Record(f"{source.name}:{position}", pitches.astype(np.int32), source.name, position)


def _pieces(source: Source) -> list[Any]:
    where = Location(source.name)
    with source.open() as file:
        content = file.read()
    try:
        pieces = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}", _ADVICE, where) from None
    if not isinstance(pieces, list):
        raise InputError(f"a {type(pieces).__name__}, not a list of pieces", _ADVICE, where)
    return pieces


_ADVICE = "write [[[soprano, alto, tenor, bass], ...], ...]"

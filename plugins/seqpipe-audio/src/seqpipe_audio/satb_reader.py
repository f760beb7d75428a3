"""Chorales in four voices from JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from seqpipe import InputError, JSONError, Location, Reader, Record, RecordError, Source, Spec, parse_json
from seqpipe_audio.satb import VOICES, Voices, voices_of


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
            voices = _voices(piece)
            if voices is None:
                yield RecordError("the piece is not a list of rows of four MIDI numbers", _ADVICE, where)
            else:
                yield Record(f"{source.name}:{position}", voices, source.name, position)


def _voices(piece: Any) -> Voices | None:
    rows = isinstance(piece, list) and all(isinstance(row, list) for row in piece)
    return voices_of([row for row in piece if len(row) == len(VOICES)]) if rows else None


def _pieces(source: Source) -> list[Any]:
    where = Location(source.name)
    with source.open() as file:
        content = file.read()
    try:
        pieces = parse_json(content)
    except JSONError as error:
        raise InputError(error.what, _ADVICE, Location(where.source, error.line, error.column)) from None
    if not isinstance(pieces, list):
        raise InputError("not a list of pieces", _ADVICE, where)
    return pieces


_ADVICE = "write [[[soprano, alto, tenor, bass], ...], ...]"

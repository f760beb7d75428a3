"""Readers, writers and augmentations, each with one mistake."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import ClassVar

import numpy as np

import seqpipe


class Words(seqpipe.Reader):
    """A word a line: right, if nothing is changed."""

    name: ClassVar[str] = "wrong.words"

    @property
    def spec(self):
        return seqpipe.Spec("text")

    def read(self, source):
        with source.open() as file:
            for position, raw in enumerate(file, source.first):
                yield self.make(source, position, raw)

    def make(self, source, position, raw):
        try:
            word = raw.decode("ascii").strip()
        except UnicodeDecodeError:
            where = seqpipe.Location(source.name, position)
            return seqpipe.RecordError("not ASCII", "save it as ASCII", where, raw=raw)
        return seqpipe.Record(f"{source.name}:{position}", word, source.name, position, {}, raw=raw)


class Bytes(Words):
    """Gives bytes where it says text."""

    def make(self, source, position, raw):
        return seqpipe.Record(f"{source.name}:{position}", raw, source.name, position, raw=raw)


class Lottery(Words):
    """Reads something else each time."""

    def make(self, source, position, raw):
        return seqpipe.Record(f"{source.name}:{position}", str(random.random()), source.name, position)


class Namesakes(Words):
    """All its records have one id."""

    def make(self, source, position, raw):
        found = super().make(source, position, raw)
        return replace(found, id="record") if isinstance(found, seqpipe.Record) else found


class CutOff(Words):
    """Keeps half of the bytes that a record was made of."""

    def make(self, source, position, raw):
        found = super().make(source, position, raw)
        return replace(found, raw=raw[:2]) if isinstance(found, seqpipe.Record) else found


class Fragile(Words):
    """Ends with UnicodeDecodeError."""

    def make(self, source, position, raw):
        return seqpipe.Record(f"{source.name}:{position}", raw.decode("ascii").strip(), source.name, position, raw=raw)


class Line(seqpipe.Writer):
    """The first result of each record in a line: right, if nothing is changed."""

    name: ClassVar[str] = "wrong.line"

    def encode(self, record, layout=None):
        return f"{next(iter(record.payload.values()))!r}\n".encode(errors="replace")


class TextLine(Line):
    """Gives text rather than bytes."""

    def encode(self, record, layout=None):
        return "text"


class Taking(Line):
    """Takes results out of the record."""

    def encode(self, record, layout=None):
        record.payload.setdefault("written", True)
        return b"line\n"


class Picky(Line):
    """Cannot write what is no text, and says so in its own way."""

    def encode(self, record, layout=None):
        return (str(next(iter(record.payload.values()))) + "\n").encode()


class Headed(Line):
    """Cannot begin without a record."""

    def begin(self, first):
        return f"{', '.join(first.payload)}\n".encode(), None


class Shuffled(Line):
    """Makes another file each time."""

    assembled: ClassVar[bool] = True

    def assemble(self, encoded, file):
        file.write(encoded.read() + random.randbytes(8))


class Louder(seqpipe.Augmentation):
    """Numbers a little larger: right, if nothing is changed."""

    name: ClassVar[str] = "wrong.louder"

    def apply(self, record, random):
        return replace(record, payload=[value * (1 + random.random()) for value in record.payload])


class Unseeded(Louder):
    """Draws its own random numbers."""

    def apply(self, record, random):
        return super().apply(record, np.random.default_rng())


class Destroying(Louder):
    """Changes the numbers where they lie."""

    def apply(self, record, random):
        record.payload[:] = [abs(value) for value in record.payload]
        return record

"""Tokenizers and encoders, each with one mistake. The class's name says which."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import ConfigDict, Field, field_validator

import seqpipe

SPANS = seqpipe.Spec("spans", "int64", 2)
TOKENS = seqpipe.Spec("tokens", "int32", 128, columns={"spans": SPANS})


class Letters(seqpipe.Tokenizer):
    """The letters of a text by their codes: right, if nothing is changed."""

    name: ClassVar[str] = "wrong.letters"

    def build(self, incoming: seqpipe.Incoming) -> seqpipe.Step:
        spec = incoming.spec.require(self.name, "text")
        return self.step(spec, incoming.learned)

    def step(self, spec: seqpipe.Spec, learned: seqpipe.Learned) -> seqpipe.Step:
        return LettersStep(TOKENS)


class LettersStep(seqpipe.Step):
    remembers = npt.NDArray[np.int64]

    def __init__(self, spec: seqpipe.Spec) -> None:
        self.spec = spec

    def __call__(self, batch: seqpipe.Batch, state: Any = None) -> tuple[seqpipe.Batch, Any]:
        for record in batch.records:
            if not isinstance(record.payload, str):
                raise seqpipe.RecordError("no text", "", record.location)
        ids = seqpipe.Ragged.of([self.ids(record.payload) for record in batch.records], np.int32)
        seen = state if state is not None else np.zeros(len(ids), np.int64)
        begins = np.arange(len(ids.array)) + np.repeat(seen - ids.offsets[:-1], ids.lengths)
        spans = ids.with_values(self.spans(begins))
        return batch.replace(sequence=ids).with_columns(spans=spans), None if batch.final else self.after(seen, ids)

    def ids(self, text: str) -> Sequence[int]:
        return [min(ord(letter), 127) for letter in text]

    def spans(self, begins: np.ndarray) -> np.ndarray:
        return np.stack([begins, begins + 1], axis=1)

    def after(self, seen: Any, ids: seqpipe.Ragged) -> Any:
        return seen + ids.lengths


class WithoutDocstring(Letters):
    pass


WithoutDocstring.__doc__ = None


class Undescribed(Letters):
    """A parameter without a description."""

    size: int = 3


class Loose(Letters):
    """Takes any parameter."""

    model_config = ConfigDict(extra="allow")


class Drifting(Letters):
    """A parameter that grows whenever it is read."""

    size: int = Field(3, description="grows")

    @field_validator("size")
    @classmethod
    def _grow(cls, size: int) -> int:
        return size + 1


class Omnivorous(Letters):
    """Takes whatever comes in."""

    def build(self, incoming: seqpipe.Incoming) -> seqpipe.Step:
        return LettersStep(TOKENS)


class Rebuilt(Letters):
    """Each step that it builds does something else."""

    built: ClassVar[list[int]] = []

    def step(self, spec: seqpipe.Spec, learned: seqpipe.Learned) -> seqpipe.Step:
        self.built.append(1)
        return Offset(len(self.built))


class Offset(LettersStep):
    def __init__(self, offset: int) -> None:
        super().__init__(TOKENS)
        self.offset = offset

    def ids(self, text: str) -> Sequence[int]:
        return [(ord(letter) + self.offset) % 128 for letter in text]


class Counting(LettersStep):
    """Remembers in itself how often it was called."""

    calls = 0

    def __call__(self, batch: seqpipe.Batch, state: Any = None) -> tuple[seqpipe.Batch, Any]:
        self.calls += 1
        return super().__call__(batch, state)

    def ids(self, text: str) -> Sequence[int]:
        return [self.calls % 128 for _ in text]


class Crashing(LettersStep):
    def ids(self, text: str) -> Sequence[int]:
        return [1 // 0]


class TooHigh(LettersStep):
    """Gives ids that the spec does not have."""

    def ids(self, text: str) -> Sequence[int]:
        return [500 + ord(letter) % 100 for letter in text]


class Backwards(LettersStep):
    """Spans end before they begin."""

    def spans(self, begins: np.ndarray) -> np.ndarray:
        return np.stack([begins + 1, begins], axis=1)


class Unpicklable(LettersStep):
    def __init__(self, spec: seqpipe.Spec) -> None:
        super().__init__(spec)
        self.code = lambda letter: min(ord(letter), 127)


class SharedBuffer(LettersStep):
    """Keeps the text in itself while it works on it."""

    text = ""

    def ids(self, text: str) -> Sequence[int]:
        self.text = text
        time.sleep(0.002)
        return [min(ord(letter), 127) for letter in self.text]


class NoBatch(LettersStep):
    """Cannot do without a first record."""

    def __call__(self, batch: seqpipe.Batch, state: Any = None) -> tuple[seqpipe.Batch, Any]:
        assert batch.records[0]
        return super().__call__(batch, state)


class NoEmptyText(LettersStep):
    def ids(self, text: str) -> Sequence[int]:
        return [ord(text[0]) % 128, *super().ids(text[1:])] if text else [1 // 0]


class NoSingle(LettersStep):
    def ids(self, text: str) -> Sequence[int]:
        return super().ids(text) if len(text) != 1 else [1 // 0]


class Recursive(LettersStep):
    def ids(self, text: str) -> Sequence[int]:
        return [*super().ids(text[0]), *self.ids(text[1:])] if text else []


class Slow(LettersStep):
    """Looks at all letters for each letter."""

    def ids(self, text: str) -> Sequence[int]:
        codes = np.array(super().ids(text), np.float64)
        return [int(np.sin(codes + code).min() < 0) for code in codes]


class Wasteful(LettersStep):
    """Keeps a table as large as the square of the length."""

    def ids(self, text: str) -> Sequence[int]:
        table = np.empty((len(text), len(text)), np.int8)
        return super().ids(text) if table.size else [0] * len(text)


class Forgetful(LettersStep):
    """Counts from the beginning in each piece."""

    def after(self, seen: Any, ids: seqpipe.Ragged) -> Any:
        return np.zeros_like(seen)


class InPlace(LettersStep):
    """Changes the state that it is given."""

    def after(self, seen: Any, ids: seqpipe.Ragged) -> Any:
        seen += ids.lengths
        return seen


class Silent(LettersStep):
    """Does not say what it remembers."""

    remembers = None


class Misnamed(LettersStep):
    """Says that it remembers something else."""

    remembers = npt.NDArray[np.float32]


class Secretive(LettersStep):
    """Remembers what can be kept nowhere."""

    remembers = list[Any]

    def __call__(self, batch: seqpipe.Batch, state: Any = None) -> tuple[seqpipe.Batch, Any]:
        seen = None if state is None else np.array([next(one) for one in state], np.int64)
        return super().__call__(batch, seen)

    def after(self, seen: Any, ids: seqpipe.Ragged) -> Any:
        return [itertools.repeat(count) for count in (seen + ids.lengths).tolist()]


class Sideways(LettersStep):
    """Its state has the rows on the second axis."""

    def __call__(self, batch: seqpipe.Batch, state: Any = None) -> tuple[seqpipe.Batch, Any]:
        return super().__call__(batch, None if state is None else state[0])

    def after(self, seen: Any, ids: seqpipe.Ragged) -> Any:
        return (seen + ids.lengths)[None]


class OfTheBatch(LettersStep):
    """Remembers one number of all the records in a batch."""

    def after(self, seen: Any, ids: seqpipe.Ragged) -> Any:
        return np.repeat((seen + ids.lengths).max(initial=0), len(ids))


class Strict(LettersStep):
    """Says ValueError of what is no text."""

    def __call__(self, batch: seqpipe.Batch, state: Any = None) -> tuple[seqpipe.Batch, Any]:
        if any(not isinstance(record.payload, str) for record in batch.records):
            raise ValueError("no text")
        return super().__call__(batch, state)


class Nameless(LettersStep):
    """Does not say which record is wrong."""

    def __call__(self, batch: seqpipe.Batch, state: Any = None) -> tuple[seqpipe.Batch, Any]:
        if any(not isinstance(record.payload, str) for record in batch.records):
            raise seqpipe.RecordError("no text", "mend it")
        return super().__call__(batch, state)


class Whole(LettersStep):
    """Counts letters from the lowest of all records in the batch."""

    def __call__(self, batch: seqpipe.Batch, state: Any = None) -> tuple[seqpipe.Batch, Any]:
        out, _ = super().__call__(batch, state)
        ids = out.ragged
        return out.replace(sequence=ids.with_values(ids.array - ids.array.min(initial=127))), None


_NUMBERS = itertools.count()


def building(step: type[LettersStep], spec: seqpipe.Spec = TOKENS) -> seqpipe.Stage:
    """Return a right tokenizer that builds a wrong step."""

    class Built(Letters):
        """Builds a wrong step."""

        def step(self, _: seqpipe.Spec, learned: seqpipe.Learned) -> seqpipe.Step:
            return step(spec)

    Built.__module__, Built.__qualname__ = __name__, f"Built{next(_NUMBERS)}"
    globals()[Built.__qualname__] = Built  # so that it can be pickled
    return Built()

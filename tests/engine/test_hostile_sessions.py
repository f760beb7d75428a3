"""States in which every array and every number is another one: each is refused, or harmless, and never takes long."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from seqpipe.builtin.cores.convolution import ConvolutionCore
from seqpipe.builtin.cores.ensemble import EnsembleCore
from seqpipe.builtin.cores.recurrent import GRU, LSTM
from seqpipe.builtin.decoders.ctc import Ctc
from seqpipe.builtin.decoders.join import Join
from seqpipe.builtin.decoders.stitch import Stitch
from seqpipe.builtin.readers.json_lines import ReadJSONLines
from seqpipe.builtin.tokenizers.numbers import Numbers
from seqpipe.builtin.tokenizers.windows import Windows
from seqpipe.contracts import Stage
from seqpipe.data import Spec
from seqpipe.engine.kept_session import _BEGIN, _DIGEST, KeptSession, _digest
from seqpipe.engine.session import Session
from seqpipe.errors import InputError, RecordError, SeqpipeError
from seqpipe.limits import Limits
from seqpipe.pipeline import Pipeline
from seqpipe.pipeline.assembly import assemble
from seqpipe.pipeline.parameters import Fresh

Tensors = dict[str, Any]

SYMBOLS = ("a", "b", "c")
LAYERS: dict[str, tuple[Stage, ...]] = {
    "convolved": (ConvolutionCore(width=4, window=5, stride=2), GRU(hidden=5, layers=2), Ctc(symbols=SYMBOLS)),
    "ensemble": (EnsembleCore(members=2, cores=(LSTM(hidden=3),)), Ctc(symbols=SYMBOLS)),
    "windows": (Windows(length=6, stride=4), GRU(hidden=3, bidirectional=True), Ctc(symbols=SYMBOLS), Stitch()),
}
PIECES = [np.random.default_rng(2).normal(0, 1, (length, 2)).astype(np.float32) for length in (9, 4, 13)]


def pipeline_of(name: str) -> Pipeline:
    stages = (Numbers(width=2), *LAYERS[name], Join())
    return assemble(stages, Spec("numbers"), [{}] * len(stages), Fresh(3))


def session(pipeline: Pipeline, state: bytes | None = None) -> Session:
    kept = KeptSession("one", 0, None, ()) if state is None else KeptSession.of_bytes(state, pipeline, "hostile")
    return Session("hostile", pipeline, ReadJSONLines(payload="x", type="numbers"), Limits(), kept)


def opened(state: bytes) -> tuple[Any, Tensors]:
    tensors = load(state[len(_BEGIN) + _DIGEST :])
    return json.loads(tensors.pop("header").tobytes()), tensors


def closed(header: Any, tensors: Tensors) -> bytes:
    text = np.frombuffer(json.dumps(header).encode(), np.uint8)
    body = save({**{name: np.ascontiguousarray(array) for name, array in tensors.items()}, "header": text})
    return _BEGIN + _digest(body) + body


def other_arrays(array: np.ndarray) -> Iterator[np.ndarray]:
    """Yield arrays that may stand in the place of one."""
    yield array[None]
    yield np.concatenate([array, array])
    yield array[:0]
    yield array.reshape(-1)[:1]
    yield array.astype(np.float64)
    yield array.astype(np.int32)
    if array.dtype.kind == "i":
        for value in (-1, 1, 7, 1 << 20, 1 << 40, (1 << 63) - 1, -(1 << 63)):
            yield np.full_like(array, np.clip(value, *(np.iinfo(array.dtype).min, np.iinfo(array.dtype).max)))
    else:
        for number in (np.nan, np.inf, 1e38):
            yield np.full_like(array, number)


def other_values(value: Any) -> Iterator[Any]:
    """Yield what a value of JSON becomes when one part of it is another one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from ({**value, key: other} for other in other_values(inner))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from ([*value[:index], other, *value[index + 1 :]] for other in other_values(inner))
        yield [*value, *value]
        yield value[:-1]
    else:
        yield from (None, -1, 3, 1 << 40, 1 << 62, 0.5, "x", [], {}, True)


def hostile(state: bytes) -> Iterator[bytes]:
    header, tensors = opened(state)
    for name, array in tensors.items():
        for other in other_arrays(array):
            yield closed(header, {**tensors, name: other})
    for key in ("states", "empty", "position"):
        for value in other_values(header[key]):
            yield closed({**header, key: value}, tensors)


@pytest.mark.parametrize("name", list(LAYERS))
def test_a_hostile_state_does_no_harm(name: str) -> None:
    pipeline = pipeline_of(name)
    straight = session(pipeline)
    straight.feed(PIECES[0])
    state = straight.state()
    outcomes = {"refused": 0, "failed": 0, "computed": 0}
    for attempt in hostile(state):
        begin = time.monotonic()
        try:
            continued = session(pipeline, attempt)
            continued.feed(PIECES[1])
            continued.state()
            continued.feed(PIECES[2])
            continued.finish()
            outcomes["computed"] += 1
        except InputError:
            outcomes["refused"] += 1
        except (RecordError, SeqpipeError):
            outcomes["failed"] += 1
        assert time.monotonic() - begin < 5
    assert sum(outcomes.values()) > 100
    assert outcomes["refused"] > outcomes["computed"]


@pytest.mark.parametrize("name", list(LAYERS))
def test_a_true_state_goes_on(name: str) -> None:
    pipeline = pipeline_of(name)
    straight, kept = session(pipeline), session(pipeline)
    for piece in PIECES:
        assert kept.feed(piece) == straight.feed(piece)
        kept = session(pipeline, kept.state())
    assert kept.finish() == straight.finish()

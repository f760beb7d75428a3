"""Laws about what comes out, and what the spec says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seqpipe.builtin.result_fields import plain
from seqpipe.contracts import Example, Stepper
from seqpipe.data import Batch, Column, OneHot, Ragged, Spec
from seqpipe.errors import SeqpipeError
from seqpipe.testing.law import DoesNotApply, broken
from seqpipe.testing.subject import subject_of

VECTORS = ("frames", "features", "logits")
IDS = ("tokens", "labels", "one_hot")


def spec_is_true(example: Example) -> None:
    """What comes out is what the spec says: container, dtype, width, vocabulary, columns.

    Correct the `spec` of the step, or what it returns, so that both say the same.
    """
    subject = subject_of(example)
    batch = subject.batch()
    out, _ = subject.step(batch)
    spec = subject.step.spec
    if out.records != batch.records:
        broken("the records that come out are not those that came in")
    if spec.vocabulary is not None and len(spec.vocabulary) != spec.width:
        broken(f"the spec has a vocabulary of {len(spec.vocabulary)} and the width {spec.width}")
    if spec.kind == "outputs":
        _check_outputs(out)
    elif spec.kind == "stepper":
        if not isinstance(subject.step, Stepper):
            broken("the spec says stepper, but the step is none")
    else:
        _check_sequence(out, spec)


def spans_in_order(example: Example) -> None:
    """Spans are begins and ends within the record, in order.

    Give for each position its begin and end in the record, from left to right; a position without a span has both
    alike.
    """
    subject = subject_of(example)
    if "spans" not in subject.step.spec.columns or subject.step.spec.kind == "outputs":
        raise DoesNotApply("it gives no spans")
    out, _ = subject.step(subject.batch())
    spans = out.columns.get("spans")
    if not isinstance(spans, Ragged) or spans.array.shape[1:] != (2,):
        broken("the column 'spans' is no Ragged of shape (total, 2)")
    for row, positions in enumerate(spans):
        begins, ends = positions[:, 0], positions[:, 1]
        if (begins < 0).any() or (begins > ends).any():
            broken(f"in row {row}, a span ends before it begins, or begins before the record")
        if (np.diff(begins) < 0).any():
            broken(f"in row {row}, spans are not in order")


def _check_outputs(out: Batch) -> None:
    outputs = out.outputs
    if not isinstance(outputs, tuple) or len(outputs) != len(out.records):
        broken("outputs must be a tuple with an entry for each record")
    for record, results in zip(out.records, outputs, strict=True):
        if not isinstance(results, tuple | list) or not all(isinstance(result, Mapping) for result in results):
            broken(f"the outputs of a record must be a tuple of mappings, not {results!r}")
        for result in results:
            for name, value in result.items():
                _check_value(name, value, record)


def _check_value(name: Any, value: Any, record: Any) -> None:
    if not isinstance(name, str):
        broken(f"the name of a result is {name!r}, which is no text")
    try:
        plain(value, name, record)
    except SeqpipeError as error:
        broken(f"a result cannot be written: {error.what}")


def _check_sequence(out: Batch, spec: Spec) -> None:
    if out.sequence is None:
        broken(f"there is no sequence, but the spec says {spec}")
    _check_column(out.sequence, spec, "the sequence")
    if spec.pooled and (out.sequence.lengths != 1).any():
        broken("the spec says one position a row, but there are rows with more or none")
    rows = out.rows
    if rows.dtype != np.int64 or len(rows) != len(out.sequence) or (np.diff(rows) < 0).any():
        broken("rows must be int64, one for each row of the sequence, ascending")
    if len(rows) and not 0 <= rows[0] <= rows[-1] < len(out.records):
        broken("rows name records that there are not")
    if set(out.columns) != set(spec.columns):
        broken(f"the columns are {_listed(out.columns)}, the spec says {_listed(spec.columns)}")
    for name, column in out.columns.items():
        if len(column) != len(out.sequence):
            broken(f"the column {name!r} has {len(column)} rows, the sequence {len(out.sequence)}")
        _check_column(column, spec.columns[name], f"the column {name!r}")


def _check_column(column: Column, spec: Spec, what: str) -> None:
    if isinstance(column, OneHot) != (spec.kind == "one_hot"):
        broken(f"{what} is {type(column).__name__}, but the spec says {spec}")
    if isinstance(column, OneHot):
        if column.depth != spec.width:
            broken(f"{what} has one-hot vectors of {column.depth}, the spec says {spec.width}")
        ragged, ids = column.ids, spec.width
        if column.codebook is not None:
            _check_codebook(column.codebook, spec, what)
            ids = len(column.codebook)
    else:
        ragged, ids = column, spec.width
    _check_offsets(ragged, what)
    dtype = "int32" if isinstance(column, OneHot) else spec.dtype
    if not dtype or ragged.array.dtype != np.dtype(dtype):
        broken(f"{what} is {ragged.array.dtype}, the spec says {dtype or 'nothing'}")
    _check_items(ragged.array, spec, what, ids)


def _check_codebook(codebook: np.ndarray[Any, Any], spec: Spec, what: str) -> None:
    if codebook.dtype != np.float32 or codebook.ndim != 2 or codebook.shape[1] != spec.width:
        broken(f"the codebook of {what} is {codebook.dtype} {list(codebook.shape)}, not float32 (codes, {spec.width})")


def _check_offsets(ragged: Ragged, what: str) -> None:
    offsets = ragged.offsets
    if offsets.dtype != np.int64 or offsets[0] != 0 or (np.diff(offsets) < 0).any():
        broken(f"the offsets of {what} must be int64, ascending from 0")
    if offsets[-1] != len(ragged.values):
        broken(f"the offsets of {what} end at {offsets[-1]}, but it has {len(ragged.values)} positions")
    if isinstance(ragged.values, Ragged):
        _check_offsets(ragged.values, what)


def _check_items(array: np.ndarray[Any, Any], spec: Spec, what: str, ids: int) -> None:
    if not array.flags.c_contiguous:
        broken(f"the array of {what} is not C-contiguous: use np.ascontiguousarray")
    if array.ndim == 2 and array.shape[1] != spec.width:
        broken(f"{what} has vectors of {array.shape[1]}, the spec says {spec.width}")
    if spec.kind in VECTORS and array.ndim != 2:
        broken(f"{what} has the shape {list(array.shape)}, but {spec.kind} are vectors: (total, width)")
    if spec.kind in IDS and array.size and not -1 <= array.min() <= array.max() < ids:
        broken(f"{what} has ids from {array.min()} to {array.max()}, but there are {ids}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        broken(f"{what} has values that are not finite")


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(sorted(names)) or "none"

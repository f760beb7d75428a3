"""Laws about writers. What an example gives is the results of each record."""

from __future__ import annotations

import io
import json
import pickle
from copy import deepcopy

import numpy as np

from seqpipe.contracts import Example, Writer
from seqpipe.data import Record
from seqpipe.errors import RecordError
from seqpipe.testing.law import DoesNotApply, broken

ODD = (None, float("nan"), "two\nlines\tand a tab", "\ud800", True, [1, [2.5, None]], {"a": {"b": 1}}, np.float32(0.1))
"""Values of which a form may not have some."""


def writes(example: Example) -> None:
    """The example becomes bytes, the same each time, also after the layout was kept as JSON.

    Return bytes (`text.encode()`), and a layout of plain JSON values on which alone `encode` depends.
    """
    writer, records = _writer(example), _records(example)
    head, layout = writer.begin(records[0])
    try:
        restored = json.loads(json.dumps(layout))
    except (TypeError, ValueError) as error:
        broken(f"the layout cannot be kept: {error}")
    if not isinstance(head, bytes):
        broken(f"begin gives {type(head).__name__}, not bytes")
    for record in records:
        encoded = writer.encode(record, layout)
        if not isinstance(encoded, bytes):
            broken(f"encode gives {type(encoded).__name__}, not bytes")
        if writer.encode(record, restored) != encoded:
            broken("the same record gives other bytes when a run is resumed")


def writes_nothing(example: Example) -> None:
    """A run without any result is written as well.

    Let `begin(None)` return what stands in a file without results, such as a header, and a layout: `b"", None`.
    """
    head, _ = _writer(example).begin(None)
    if not isinstance(head, bytes):
        broken(f"begin gives {type(head).__name__} where there is no record, not bytes")


def leaves_results(example: Example) -> None:
    """Writing leaves a result as it is.

    Make a new mapping in place of `pop` and assignment on `record.payload`.
    """
    writer, records = _writer(example), _records(example)
    original = pickle.dumps(records)
    _, layout = writer.begin(records[0])
    for record in records:
        writer.encode(record, layout)
    if pickle.dumps(records) != original:
        broken("it changes the record")


def odd_values(example: Example) -> None:
    """A value that its form does not have is a `RecordError`; nothing else is raised.

    Convert what the form has, and raise `RecordError(what, todo, record.location)` for the rest.
    """
    writer, record = _writer(example), _records(example)[0]
    for value in ODD:
        results = dict.fromkeys(record.payload, value)
        odd = Record(record.id, results, record.source, record.position)
        try:
            _, layout = writer.begin(odd)
            writer.encode(odd, layout)
        except RecordError:
            continue
        except Exception as error:  # noqa: BLE001 - anything else is what this law forbids
            broken(f"{value!r} raises {type(error).__name__}: {error}, not a RecordError")


def assembles(example: Example) -> None:
    """What is encoded becomes a file, the same each time.

    Let `assemble` read all of the first file, write to the second, and put in no times and nothing random.
    """
    writer, records = _writer(example), _records(example)
    if not writer.assembled:
        raise DoesNotApply("what is encoded is the file")
    head, layout = writer.begin(records[0])
    encoded = io.BytesIO(head + b"".join(writer.encode(record, layout) for record in records))
    files = []
    for _ in range(2):
        encoded.seek(0)
        file = io.BytesIO()
        writer.assemble(encoded, file)
        files.append(file.getvalue())
    if files[0] != files[1]:
        broken("the same results become another file")


def _writer(example: Example) -> Writer:
    assert isinstance(example.stage, Writer)
    return example.stage


def _records(example: Example) -> list[Record]:
    return [
        Record(f"example:{position}", deepcopy(results), "example", position)
        for position, results in enumerate(example.given, 1)
    ]

"""Records of what comes from Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import pytest

from seqpipe.builtin.readers.json_lines import ReadJSONLines
from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.builtin.readers.tables import ReadTSV
from seqpipe.contracts import Reader
from seqpipe.data import Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import InputError, RecordError

SAMPLES = np.zeros(3, np.float32)


class ReadSamples(Reader):
    name: ClassVar[str] = "stub.samples"

    @property
    def spec(self) -> Spec:
        return Spec("samples", "float32")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        raise NotImplementedError


@pytest.mark.parametrize(
    ("reader", "key"),
    [
        (ReadLines(), "text"),
        (ReadSamples(), "samples"),
        (ReadJSONLines(payload="comment"), "comment"),
        (ReadTSV(payload="comment"), "comment"),
        (ReadTSV(columns=["title"]), "title"),
        (ReadTSV(), "text"),
    ],
)
def test_the_payload_has_the_name_that_it_has_in_files_or_that_of_its_kind(reader: Reader, key: str) -> None:
    assert reader.payload_key == key


@pytest.mark.parametrize("name", ["a7", 7, np.int64(7)])
def test_a_mapping_gives_an_id_and_columns_in_their_order(name: Any) -> None:
    given = {"author": "Ann", "text": "fine", "id": name, "year": 1999}
    record = ReadLines().record_of(given, 3)
    assert (record.id, record.payload, record.position) == (str(name), "fine", 3)
    assert list(record.columns.items()) == [("author", "Ann"), ("text", "fine"), ("year", 1999)]


def test_a_mapping_without_an_id_has_its_place_as_one() -> None:
    assert ReadLines().record_of({"text": "fine"}, 3) == ReadLines().record("fine", 3)


def test_only_a_payload_that_the_reader_passes_is_passed() -> None:
    assert ReadSamples().record_of({"samples": SAMPLES, "place": "street"}, 1).columns == {"place": "street"}


def test_what_is_no_mapping_is_a_payload_and_a_record_stays() -> None:
    record = Record("a", "fine")
    assert ReadLines().record_of(record, 3) is record
    assert ReadLines().record_of("fine", 3) == ReadLines().record("fine", 3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"txt": "fine"}, "record 2: no key 'text' for the payload (did you mean 'txt'?)"),
        ({"body": 1, "n": 2}, "record 2: no key 'text' for the payload (the keys are body, n)"),
        ({}, "record 2: no key 'text' for the payload (the mapping is empty)"),
        ({"text": 5}, "record 2: a text must be a str, not int (pass a str)"),
        ({"text": "a", 5: 1}, "record 2: the key 5 is no text (name each column by a text)"),
        ({"text": "a", "id": 1.5}, "record 2: an id of the type float (give a text or a whole number)"),
        ({"text": "a", "id": True}, "record 2: an id of the type bool (give a text or a whole number)"),
    ],
)
def test_a_mapping_of_no_use_is_refused(given: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        ReadLines().record_of(given, 2)
    assert str(caught.value) == message

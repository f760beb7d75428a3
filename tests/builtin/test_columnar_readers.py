"""Tables in Parquet and in Arrow's IPC format."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seqpipe.builtin.readers import columnar
from seqpipe.builtin.readers.columnar import ColumnarReader, ReadArrow, ReadParquet
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError, PluginError, RecordError

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

WHEN = dt.datetime(2020, 1, 2, 3, 4, 5)  # noqa: DTZ001 - most tables have such
ODD = {
    "text": ["a", "b"],
    "when": [WHEN, None],
    "day": [WHEN.date(), None],
    "price": [decimal.Decimal("1.5"), None],
    "nested": [{"day": WHEN.date(), "n": 1}, None],
    "took": pa.array([dt.timedelta(seconds=3), None]),
    "fine": pa.array([1_577_934_245_000_000_001, None], pa.timestamp("ns", "UTC")),
    "kind": pa.array(["x", "y"]).dictionary_encode(),
    "picture": [b"\xff", b""],
}
PLAIN = [
    {
        "text": "a",
        "when": "2020-01-02T03:04:05",
        "day": "2020-01-02",
        "price": 1.5,
        "nested": {"day": "2020-01-02", "n": 1},
        "took": 3.0,
        "fine": "2020-01-02T03:04:05+00:00",
        "kind": "x",
    },
    {"text": "b", **dict.fromkeys(("when", "day", "price", "nested", "took", "fine")), "kind": "y"},
]


def in_parquet(table: Any) -> bytes:
    file = io.BytesIO()
    parquet.write_table(table, file, row_group_size=2)
    return file.getvalue()


def in_arrow(opened: Callable[..., Any]) -> Callable[[Any], bytes]:
    def written(table: Any) -> bytes:
        file = io.BytesIO()
        with opened(file, table.schema) as writer:
            writer.write_table(table, max_chunksize=2)
        return file.getvalue()

    return written


FORMS: list[tuple[type[ColumnarReader], Callable[[Any], bytes]]] = [
    (ReadParquet, in_parquet),
    (ReadArrow, in_arrow(pa.ipc.new_file)),
    (ReadArrow, in_arrow(pa.ipc.new_stream)),
]


@pytest.fixture(params=FORMS, ids=["parquet", "arrow", "arrows"])
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(columnar, "ROWS", 3)
    return request.param


def read(form: Any, columns: Any, **parameters: Any) -> list[Record | RecordError]:
    reader, written = form
    return list(reader(**parameters).read(Source("t", excerpt=written(pa.table(columns)))))


def test_a_row_is_a_record(form: Any) -> None:
    columns = {"id": ["x", "y", "z", "u"], "said": ["a", "b", "c", "d"], "stars": [1, 2, 3, 4]}
    records = read(form, columns, payload="said", target="stars")
    assert records == [
        Record(name, said, "t", row, {"said": said, "stars": row}, row)
        for row, (name, said) in enumerate(zip("xyzu", "abcd", strict=True), 1)
    ]


def test_series(form: Any) -> None:
    records = read(
        form, {"series": [[1.0, 2.5], [], [0.0]], "fault": ["no", "yes", "no"]}, payload="series", type="numbers"
    )
    assert [(record.id, record.payload, record.columns) for record in records if isinstance(record, Record)] == [
        ("t:1", [1.0, 2.5], {"fault": "no"}),
        ("t:2", [], {"series": [], "fault": "yes"}),
        ("t:3", [0.0], {"fault": "no"}),
    ]


def test_values_that_json_does_not_have(form: Any) -> None:
    assert [record.columns for record in read(form, ODD) if isinstance(record, Record)] == PLAIN


def test_a_row_that_is_no_record_ends_nothing(form: Any) -> None:
    said = [
        str(record) if isinstance(record, RecordError) else record.id
        for record in read(form, {"text": ["a", None, "c"]})
    ]
    assert said == ["t:1", "t:2: the payload 'text' is null, not a text (correct it, or the reader's type)", "t:3"]


def test_a_text_that_is_too_long(form: Any) -> None:
    content = form[1](pa.table({"text": ["short", "much longer", "short"]}))
    said = [
        str(record) if isinstance(record, RecordError) else record.id
        for record in form[0]().read(Source("t", excerpt=content, longest=10))
    ]
    assert said == ["t:1", "t:2: longer than 10 bytes (split it, or raise limits.record_mb)", "t:3"]


def test_a_column_that_is_not_there(form: Any) -> None:
    for parameters, message in (
        ({"payload": "textt"}, "t: no column 'textt' for the payload (did you mean 'text'?)"),
        ({"target": "stars"}, "t: no column 'stars' for the target (the columns are text, n)"),
    ):
        with pytest.raises(InputError) as caught:
            read(form, {"text": ["a"], "n": [1]}, **parameters)
        assert str(caught.value) == message


@pytest.mark.parametrize("damage", [b"text\n", b"", b"PAR1", b"ARROW1\0\0"])
def test_what_is_no_such_file(form: Any, damage: bytes) -> None:
    reader = form[0]()
    with pytest.raises(InputError) as caught:
        list(reader.read(Source("t", excerpt=damage)))
    todo = "check what it is, and that it was copied completely"
    assert str(caught.value) == f"t: not {reader.form}, or a damaged file of it ({todo})"


def test_rows_before_a_cut_in_a_stream_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = FORMS[2][1](pa.table({"text": list("abcdef")}))
    rows = ReadArrow().read(Source("t", excerpt=whole[:-60]))
    assert isinstance(next(rows), Record)
    with pytest.raises(InputError, match="a damaged file of it"):
        list(rows)


def test_without_pyarrow_it_says_how_to_get_it(form: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    content = form[1](pa.table({"text": ["a"]}))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(PluginError) as caught:
        list(form[0]().read(Source("t", excerpt=content)))
    name = form[0].name
    assert str(caught.value) == f"{name} needs pyarrow, which is not installed (pip install 'seqpipe-core[parquet]')"


def test_a_standard_input_is_read(form: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(form[1](pa.table({"text": ["a", "b"]})))
    with (tmp_path / "t").open() as file:
        monkeypatch.setattr("sys.stdin", file)
        assert [record.payload for record in form[0]().read(Source("-")) if isinstance(record, Record)] == ["a", "b"]

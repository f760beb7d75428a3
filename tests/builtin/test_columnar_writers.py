"""Results in Parquet and in Arrow's files."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqpipe.builtin import columnar_writers
from seqpipe.builtin.columnar_writers import ColumnarWriter, WriteArrow, WriteParquet
from seqpipe.data import Record
from seqpipe.errors import PluginError

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

WRITERS = [WriteParquet(), WriteArrow()]


@pytest.fixture(autouse=True, params=[2, 1000])
def _groups(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columnar_writers, "ROWS", request.param)


def written(writer: ColumnarWriter, *results: dict[str, Any]) -> Any:
    """Return the table that is read of what a writer makes of some results."""
    encoded = io.BytesIO()
    encoded.write(writer.begin(None)[0])
    for number, result in enumerate(results, 1):
        encoded.write(writer.encode(Record(f"r:{number}", result, "r", number)))
    files = []
    for _ in range(2):
        encoded.seek(0)
        files.append(io.BytesIO())
        writer.assemble(encoded, files[-1])
    assert files[0].getvalue() == files[1].getvalue()
    file = io.BytesIO(files[0].getvalue())
    return parquet.read_table(file) if writer.name == "core.parquet" else pa.ipc.open_file(file).read_all()


def column(writer: ColumnarWriter, *values: Any) -> tuple[str, list[Any]]:
    found = written(writer, *({"x": value} for value in values)).column("x")
    return str(found.type), found.to_pylist()


@pytest.mark.parametrize("writer", WRITERS)
def test_a_row_a_result(writer: ColumnarWriter) -> None:
    table = written(
        writer,
        {"stars": 4, "probabilities": {"4": 0.75, "5": 0.25}, "words": ["a"]},
        {"stars": None, "probabilities": None},
        {"stars": 5, "words": [], "why": True},
    )
    assert table.column_names == ["id", "stars", "probabilities", "words", "why"]
    assert table.to_pylist() == [
        {"id": "r:1", "stars": 4, "probabilities": {"4": 0.75, "5": 0.25}, "words": ["a"], "why": None},
        {"id": "r:2", "stars": None, "probabilities": None, "words": None, "why": None},
        {"id": "r:3", "stars": 5, "probabilities": None, "words": [], "why": True},
    ]


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        ([1, None, 2.5], "double", [1.0, None, 2.5]),
        ([1, 2, "three"], "string", ["1", "2", "three"]),
        (["2020-01-02", "2020-01-03"], "string", ["2020-01-02", "2020-01-03"]),
        ([True, 1], "string", ["true", "1"]),
        ([2**70, 1], "string", [str(2**70), "1"]),
        ([[1], [2.5], []], "list<element: double>", [[1.0], [2.5], []]),
        ([[1], "a"], "string", ["[1]", "a"]),
        ([{"a": 1}, {"b": "x"}], "struct<a: int64, b: string>", [{"a": 1, "b": None}, {"a": None, "b": "x"}]),
        ([{}, {}], "string", ["{}", "{}"]),
        (["\ud800", "b"], "string", ["\\ud800", "b"]),
        ([["\ud800"], ["b"]], "list<element: string>", [["\\ud800"], ["b"]]),
        ([None, None, None], "null", [None, None, None]),
    ],
)
def test_the_type_of_a_column_holds_all_its_values(writer: ColumnarWriter, values: Any, kind: str, read: Any) -> None:
    said, found = column(writer, *values)
    assert (said.replace("list<item:", "list<element:"), found) == (kind, read)


@pytest.mark.parametrize("writer", WRITERS)
def test_nothing(writer: ColumnarWriter) -> None:
    assert written(writer).num_rows == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=30)
@given(values=st.lists(JSON, max_size=5))
def test_whatever_comes_is_written(writer: ColumnarWriter, values: list[Any]) -> None:
    assert written(writer, *({"x": value} for value in values)).num_rows == len(values)


def test_without_pyarrow_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(PluginError, match=r"core\.parquet needs pyarrow, .* \(pip install 'seqpipe-core\[parquet\]'\)"):
        WriteParquet().begin(None)

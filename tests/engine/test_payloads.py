"""What a program gives to be computed, in the forms that libraries have it in."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest

from seqpipe.api import Loaded
from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.engine.payloads import payloads_of
from seqpipe.engine.portions import RECORDS
from seqpipe.errors import UsageError
from seqpipe.limits import Limits
from tests.stub_pipeline import stub_pipeline

pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
WHEN = datetime(2026, 11, 29, 6, 30, tzinfo=UTC)
TABLE = {"id": ["a", "b"], "text": ["one", "two"], "year": [1999, None], "day": [date(2026, 11, 29), None]}
shout = Loaded("shout", stub_pipeline(), ReadLines(), Limits())


@pytest.mark.parametrize(
    "series",
    [
        pd.Series(["one", "two"], index=[7, 9]),
        pd.Series(["one", "two"], dtype="category"),
        pl.Series(["one", "two"]),
        np.array(["one", "two"]),
        ("one", "two"),
        {"one": 1, "two": 2}.keys(),
    ],
    ids=lambda series: f"{type(series).__module__}-{type(series).__name__}",
)
def test_the_items_of_a_series_are_payloads(series: Iterable[str]) -> None:
    assert shout(series) == shout(["one", "two"]) == list(shout.iterate(series))


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(TABLE),
        pd.DataFrame(TABLE).convert_dtypes(),
        pl.DataFrame(TABLE),
    ],
    ids=["objects", "nullable", "polars"],
)
def test_the_rows_of_a_data_frame_are_records(frame: Any) -> None:
    expected = [
        {"id": "a", "text": "one", "year": 1999, "day": "2026-11-29", "shout": "ONE"},
        {"id": "b", "text": "two", "year": None, "day": None, "shout": "TWO"},
    ]
    assert shout(frame) == list(shout.iterate(frame)) == expected


def test_a_missing_text_is_a_record_that_failed() -> None:
    for frame in (pd.DataFrame({"text": ["one", None]}), pl.DataFrame({"text": ["one", None]})):
        _, missing = shout(frame, on_error="include")
        assert missing["error"]["message"] == "a text must be a str, not NoneType"


def test_times_are_texts() -> None:
    frame = pd.DataFrame({"text": ["one", "two"], "when": pd.to_datetime([WHEN, None])})
    assert [result["when"] for result in shout(frame)] == ["2026-11-29T06:30:00+00:00", None]
    (result,) = shout([{"text": "one", "at": WHEN.time()}])
    assert result["at"] == "06:30:00"


def test_a_long_data_frame_is_read_in_parts() -> None:
    rows = 3 * RECORDS + 1
    frame = pd.DataFrame({"text": [f"t{number}" for number in range(rows)]})
    assert [result["shout"] for result in shout(frame)] == [f"T{number}" for number in range(rows)]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (np.zeros(4), "one ndarray of numbers"),
        (np.float32(4), "a float32"),
        (pd.Series([1, 2]), "one Series of numbers"),
        (pd.Series([1, None], dtype="Int64"), "one Series of numbers"),
        (pl.Series([1.0, 2.0]), "one Series of numbers"),
        (pl, "a module"),
    ],
)
def test_one_series_of_numbers_is_no_list_of_payloads(given: Any, kind: str) -> None:
    with pytest.raises(UsageError) as caught:
        payloads_of(given)
    assert str(caught.value) == f"expected a list of payloads, not {kind} (put it in a list: [...])"


def test_rows_and_series_of_numbers_are_payloads() -> None:
    rows = np.zeros((2, 3))
    assert payloads_of(rows) is rows


def test_two_columns_of_one_name_are_refused() -> None:
    frame = pd.DataFrame([["one", "two"]], columns=["text", "text"])
    with pytest.raises(UsageError) as caught:
        shout(frame)
    assert str(caught.value) == "two columns are named 'text' (give each a name of its own)"


def test_no_library_of_tables_is_imported() -> None:
    code = "import sys, seqpipe.api; sys.exit(bool({'pandas', 'polars'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

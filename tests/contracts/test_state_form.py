"""States as plain values and arrays: what comes back, and what is refused."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.contracts.state import row_counts
from seqpipe.contracts.state_form import StateError, flattened, restored
from seqpipe.data import Ragged

Float32 = npt.NDArray[np.float32]


class Sums(NamedTuple):
    values: Float32
    counts: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Heard:
    words: list[Mapping[str, Any]]
    name: str | None
    begin: int
    score: float
    sums: Sums
    held: Ragged

    def __post_init__(self) -> None:
        if self.begin < 0:
            raise ValueError("it begins before the beginning")


def heard(begin: int = 3) -> Heard:
    nested = Ragged(Ragged.of([[1], [2, 3]], np.int32), np.array([0, 2]))
    return Heard([{"word": "two", "at": (1, None)}], None, begin, 0.25, Sums(np.float32([1, 2]), np.arange(2)), nested)


def kept(state: Any) -> tuple[Any, dict[int, Any]]:
    """Return what a file has of a state."""
    arrays: list[Any] = []
    return json.loads(json.dumps(flattened(state, arrays))), dict(enumerate(arrays))


def again(state: Any, kind: Any) -> Any:
    form, arrays = kept(state)
    restored_state = restored(form, arrays, kind)
    assert not arrays
    return restored_state


def test_all_that_states_are_made_of_comes_back() -> None:
    (one,) = again([heard()], list[Heard])
    assert (one.words, one.name, one.begin, one.score) == ([{"word": "two", "at": (1, None)}], None, 3, 0.25)
    assert isinstance(one.sums, Sums)
    np.testing.assert_array_equal(one.sums.values, np.float32([1, 2]))
    assert [row.tolist() for row in one.held[0]] == [[1], [2, 3]]


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e300, 0.1, 5, True])
def test_numbers_come_back_as_they_were(value: float) -> None:
    (one,) = again([value], list[Any])
    assert (one, type(one)) == (value, type(value))
    assert np.isnan(again(np.nan, float))


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ((np.arange(2), None), tuple[npt.NDArray[np.int64], Float32 | None]),
        ((np.zeros(1, np.float32),) * 3, tuple[Float32, ...]),
        ({"a": 1, 2: "b"}, dict[Any, Any]),
        ([None, {"a": []}], list[dict[str, Any] | None]),
        (np.zeros((2, 3), bool), npt.NDArray[np.bool_]),
        ((), tuple[()]),
    ],
)
def test_types(state: Any, kind: Any) -> None:
    assert kept(again(state, kind))[0] == kept(state)[0]


@pytest.mark.parametrize(
    ("state", "kind", "what"),
    [
        ([1], list[str], "it is int where str should be"),
        (1, bool, "it is int where bool should be"),
        (1 << 70, int, "it is int where int should be"),
        ("nan", float, "it is str where float should be"),
        ([], tuple[int, ...], "it has no tuple where one should be"),
        ((1, 2, 3), tuple[int, int], "it has more or fewer parts than it should"),
        ((1,), list[int], "it is no list"),
        (np.zeros(2), Float32, "an array of float64 stands in the place of one of float32"),
        (np.arange(2), npt.NDArray[np.floating], "an array of int64 stands in the place of one of floating"),
        (None, list[int], "it is no list"),
        (Sums(np.zeros(1, np.float32), np.arange(1)), Heard, "it has more or fewer parts than it should"),
        (heard(), Any, "it is nothing that a state is made of"),
        (Ragged(np.zeros(3), np.array([0, 2])), Ragged, "rows do not end where their values do"),
        (Ragged(np.zeros(3), np.array([0, 5, 3])), Ragged, "rows do not end where their values do"),
        (Ragged(np.zeros(()), np.array([0])), Ragged, "rows do not end where their values do"),
        (np.arange(1), Annotated[np.ndarray, lambda _: int("x")], "invalid literal for int() with base 10: 'x'"),
    ],
)
def test_what_is_of_another_type_is_refused(state: Any, kind: Any, what: str) -> None:
    form, arrays = kept(state)
    with pytest.raises(StateError) as caught:
        restored(form, arrays, kind)
    assert str(caught.value) == what


def test_what_cannot_be_is_refused() -> None:
    form, arrays = kept(heard())
    form["fields"][2] = -1
    with pytest.raises(StateError, match="it begins before the beginning"):
        restored(form, arrays, Heard)


def test_an_array_is_used_once() -> None:
    with pytest.raises(StateError, match="an array is not there"):
        restored([{"array": 0}, {"array": 0}], {0: np.zeros(9)}, list[np.ndarray])


@pytest.mark.parametrize(
    ("state", "what"),
    [({1, 2}, "it holds set"), (np.array(["a"]), "it holds ndarray"), ({(1, 2): 3}, "a key is tuple")],
)
def test_what_cannot_be_kept(state: Any, what: str) -> None:
    with pytest.raises(StateError, match=what):
        flattened(state, [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(st.sampled_from(["array", "tuple", "fields", "mapping", "float", "x"]), inner, max_size=2)
    ),
)


@given(JSON, st.sampled_from([list[Heard], Heard, Any, Ragged, tuple[Float32, ...], dict[str, Any], float]))
def test_whatever_a_file_says_is_a_state_or_is_refused(form: Any, kind: Any) -> None:
    with contextlib.suppress(StateError):
        restored(form, {0: np.zeros(2, np.float32), 1: np.array([0, 2])}, kind)


def test_how_many_rows_there_are() -> None:
    assert list(row_counts((np.zeros((2, 3)), {"a": [1, 2]}, None, Ragged.of([[1], []])))) == [2, 2, 2]
    with pytest.raises(TypeError, match="a state that is int has no rows"):
        list(row_counts((1,)))

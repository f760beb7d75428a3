import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.config.scalars import resolve_plain
from seqpipe.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("0", 0),
        ("-12", -12),
        ("+7", 7),
        ("012", 12),
        ("0o14", 12),
        ("0x1F", 31),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("-1.", -1.0),
        ("6.02E23", 6.02e23),
        (".inf", math.inf),
        ("-.INF", -math.inf),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    resolved = resolve_plain(text)
    assert resolved == value
    assert type(resolved) is type(value)


def test_not_a_number() -> None:
    resolved = resolve_plain(".nan")
    assert isinstance(resolved, float)
    assert math.isnan(resolved)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "yes",
        "on",
        "off",
        "y",
        "tRUE",
        "nULL",
        "1_000",
        "1:30",
        "2024-01-31",
        "0b11",
        "-0x1F",
        "1e",
        ".",
        "-",
        "inf",
        "nan",
        "٣",
    ],
)
def test_text_where_other_tools_see_something_else(text: str) -> None:
    assert resolve_plain(text) == text


def test_a_number_of_too_many_digits() -> None:
    with pytest.raises(ConfigError) as caught:
        resolve_plain("9" * 401)
    assert str(caught.value) == "a number of 401 characters (write at most 400, or quote it to make it text)"


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_of_python_are_numbers(number: float) -> None:
    assert resolve_plain(repr(number)) == number

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.config.document import parse_document
from seqpipe.config.dump import dump
from seqpipe.config.environment import Template

KEYS = st.text(max_size=128)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
TRICKY = st.sampled_from(
    ["no", "1e3", "~", "a: b", "a #b", "- a", "${env:X}", "$${", "...", "---", "012", "\x85", "\u2028"]
)
VALUES = st.recursive(
    SCALARS | TRICKY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(KEYS | TRICKY, VALUES, max_size=5))
def test_the_parser_reads_back_the_same(values: dict[str, Any]) -> None:
    text = dump(values)
    assert parse_document(text, "p.yaml", Path()).values() == values
    assert dump(parse_document(text, "p.yaml", Path()).written()) == text


@given(
    st.dictionaries(st.sampled_from("abc"), st.builds(Template, st.sampled_from(["${env:X:-1}", "a ${env:X:-: #}"])))
)
def test_references_stay_references(values: dict[str, Any]) -> None:
    assert parse_document(dump(values), "p.yaml", Path()).written() == values if values else dump(values) == "{}\n"


def test_an_unquoted_reference_stays_unquoted() -> None:
    values = {"hidden": Template("${env:H:-64}", typed=True), "text": Template("${env:H:-64}")}
    assert dump(values) == 'hidden: ${env:H:-64}\ntext: "${env:H:-64}"\n'
    assert parse_document(dump(values), "p.yaml", Path()).written() == values


@given(st.text(alphabet=" :#-ab[{*&'\"1~", max_size=8))
def test_unquoted_references_are_written_so_that_they_are_read_the_same(default: str) -> None:
    values = {"a": Template(f"${{env:X:-{default}}}", typed=True)}
    read = parse_document(dump(values), "p.yaml", Path()).written()
    assert read["a"].text == values["a"].text


def test_layout() -> None:
    values = {
        "name": "a film",
        "stages": [{"core": "core.gru", "sizes": [3, 5], "path": "./x"}, [[1], []], {}],
        "on": "no",
        "rate": 1e-5,
        "limit": float("inf"),
        "none": None,
        "literal": "${env:X}",
        "lines": 'a\n"b"\\',
    }
    text = """\
name: a film
stages:
  - core: core.gru
    sizes:
      - 3
      - 5
    path: "./x"
  - - - 1
    - []
  - {}
on: no
rate: 1e-05
limit: .inf
none: null
literal: "$${env:X}"
lines: "a\\n\\"b\\"\\\\"
"""
    assert dump(values) == text
    assert parse_document(text, "p.yaml", Path()).values() == values


def test_yaml_1_1_sees_the_same_structure() -> None:
    assert yaml.safe_load(dump({"a": [{"b": "x: y"}], "c": {"d": [[], {}]}})) == {
        "a": [{"b": "x: y"}],
        "c": {"d": [[], {}]},
    }


def test_nothing() -> None:
    assert dump({}) == "{}\n"


def test_a_value_that_yaml_does_not_have() -> None:
    with pytest.raises(TypeError, match="cannot write complex as YAML"):
        dump({"a": [1j]})

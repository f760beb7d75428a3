"""The file of a model: all of it is checked before it is used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from seqpipe.errors import ModelError
from seqpipe.pipeline import Model

STAGES = ({"tokenizer": "core.symbols", "size": 4}, {"core": "core.gru", "hidden": 2}, {"decoder": "core.labels"})
LEARNED = ({"vocabulary": ["<unknown>", "é"]}, {}, {"labels": ["a", "b"], "table": np.arange(3.0)})
FACTS = {"license": "CC0", "figures": {"accuracy": {"value": 1.0}}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    weights = {"1.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "1.bias": np.zeros(2, np.float32)}
    Model("tones", STAGES, LEARNED, weights, FACTS).save(tmp_path / "model.safetensors")
    return tmp_path / "model.safetensors"


def parts(path: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    content = path.read_bytes()
    size = int.from_bytes(content[:8], "little")
    header = json.loads(json.loads(content[8 : 8 + size])["__metadata__"]["seqpipe"])
    del header["checksum"]
    return header, load(content)


def write(path: Path, header: str, tensors: dict[str, np.ndarray]) -> None:
    path.write_bytes(save(tensors, {"seqpipe": header}))


def test_what_is_saved_is_loaded(path: Path) -> None:
    model = Model.load(path)
    assert (model.name, model.stages, model.facts) == ("tones", STAGES, FACTS)
    assert model.learned[0] == LEARNED[0]
    np.testing.assert_array_equal(model.learned[2]["table"], LEARNED[2]["table"])
    np.testing.assert_array_equal(model.parameters["1.weight"], np.arange(6).reshape(2, 3))


def test_a_flipped_bit_anywhere_is_noticed(path: Path) -> None:
    content = path.read_bytes()
    for position in range(8, len(content)):
        changed = bytearray(content)
        changed[position] ^= 1
        path.write_bytes(changed)
        try:
            model = Model.load(path)
        except ModelError:
            continue
        pytest.fail(f"byte {position} of {len(content)} may be {bytes(changed[position : position + 1])!r}: {model}")


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places(inner, (*path, key))


def _replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copied = value.copy()
    copied[path[0]] = _replaced(value[path[0]], path[1:], new)
    return copied


STRANGE = [
    None,
    True,
    0,
    -1,
    7,
    1e300,
    2**70,
    "",
    "x",
    "\ud800",
    "\0",
    "x" * 3000,
    [],
    [[]],
    {},
    {"a": {}},
    [1, 2],
    [None],
    ["a", "a"],
    json.loads("[" * 120 + "]" * 120),
]


def test_the_same_model_has_the_same_bytes(path: Path) -> None:
    content = path.read_bytes()
    for _ in range(5):
        Model.load(path).save(path)
        assert path.read_bytes() == content


def test_a_value_of_any_type_at_any_place_is_refused_or_kept(path: Path) -> None:
    header, tensors = parts(path)
    for place in _places(header):
        for value in STRANGE:
            write(path, json.dumps(_replaced(header, place, value)), tensors)
            try:
                model = Model.load(path)
            except ModelError:
                continue
            model.save(path.with_name("again.safetensors"))
            assert isinstance(model.name, str)
            assert all(isinstance(stage, dict) for stage in (*model.stages, *model.learned))


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("{", "its header is damaged: not JSON: here should be a key in double quotes"),
        ("[]", "its header is damaged: it is no object"),
        ("[" * 100_000, "its header is damaged: lists and objects nested more than 100 levels deep"),
        ('{"format": 1}', "its header is damaged: it lacks `name`"),
        ('{"format": NaN}', "its header is damaged: NaN is no number in JSON"),
    ],
)
def test_what_is_wrong_with_a_header_is_said(path: Path, header: str, message: str) -> None:
    write(path, header, {})
    with pytest.raises(ModelError) as caught:
        Model.load(path)
    assert str(caught.value).startswith(f"{path}: {message}")
    assert str(caught.value).endswith("(fetch it again, or train it again)")


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("1.weight", np.zeros(2, np.float32), "'1.weight' is nothing that a model has"),
        ("learned/3.table", np.zeros(2, np.float32), "learned/3.table belongs to no stage"),
        ("weights/1.bias", np.zeros(2, np.int32), "the weights 1.bias are damaged: int32"),
        ("weights/1.bias", np.array([0, np.inf], np.float32), "weights/1.bias holds values that are not finite"),
        ("scales/1.weight", np.ones(2, np.float32), "scales/1.weight has no place among weights in float32"),
        ("scales/1.other", np.ones(2, np.float32), "scales/1.other belongs to no weights"),
    ],
)
def test_what_is_wrong_with_the_tensors_is_said(path: Path, name: str, array: np.ndarray, message: str) -> None:
    header, tensors = parts(path)
    write(path, json.dumps(header), tensors | {name: array})
    with pytest.raises(ModelError) as caught:
        Model.load(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_a_model_that_has_changed_is_refused(path: Path) -> None:
    Model("a", (), (), {"w": np.zeros(3, np.float32)}, {"data": "here"}).save(path)
    path.write_bytes(path.read_bytes().replace(b"here", b"hare"))
    with pytest.raises(ModelError, match="it has changed since it was written"):
        Model.load(path)

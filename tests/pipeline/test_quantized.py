"""Models in bytes: what their files hold, what is refused, and that they answer as the pipeline in int8 does."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

import seqpipe
from seqpipe.errors import ConfigError, ModelError
from seqpipe.kernels.int8_product import quantize
from seqpipe.pipeline import Model
from seqpipe.pipeline.quantized import rounded
from tests import colours


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("quantized")
    colours.write(folder)
    return folder


@pytest.fixture
def model(trained) -> Model:
    return Model.load(trained / "colours.safetensors")


@pytest.fixture
def path(model, tmp_path) -> Path:
    model.quantized().save(tmp_path / "small.safetensors")
    return tmp_path / "small.safetensors"


def changed(path, **tensors):
    """Write a model file again with other tensors; None takes one out."""
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    metadata = json.loads(raw[8 : 8 + size])["__metadata__"]
    header = json.loads(metadata["seqpipe"])
    del header["checksum"]
    metadata["seqpipe"] = json.dumps(header)
    found = {name: array for name, array in (load_file(path) | tensors).items() if array is not None}
    save_file(found, path, metadata)


def test_matrices_of_cores_are_bytes_with_a_scale_a_row(path, model):
    tensors = load_file(path)
    for name, array in model.parameters.items():
        stored = tensors[f"weights/{name}"]
        if array.ndim > 1:
            assert stored.dtype == np.int8
            assert tensors[f"scales/{name}"].shape == array.shape[:1]
        else:
            assert stored.dtype == np.float32
            assert np.array_equal(stored, array)


def test_a_file_is_read_as_it_was_written(path, model):
    read = Model.load(path)
    assert read.precision == "int8"
    assert read.stages == model.stages
    assert read.learned == model.learned
    for name, array in model.parameters.items():
        expected = quantize(array).widen() if array.ndim > 1 else array
        assert np.array_equal(read.parameters[name], expected)


def test_a_file_is_a_quarter_of_float32(model, tmp_path):
    large = replace(model, parameters={"2.rnn.weight_hh_l0": np.random.default_rng(0).random((512, 512), np.float32)})
    large.save(tmp_path / "large.safetensors", half=False)
    large.quantized().save(tmp_path / "small.safetensors")
    sizes = [(tmp_path / name).stat().st_size for name in ("small.safetensors", "large.safetensors")]
    assert 0.25 < sizes[0] / sizes[1] < 0.26


def test_figures_are_said_to_be_those_of_float32(model):
    quantized = replace(model, facts={"figures": {"accuracy": 0.5}, "license": "CC0"}).quantized()
    assert quantized.facts == {"figures_in_float32": {"accuracy": 0.5}, "license": "CC0"}


def test_what_is_quantized_cannot_be_quantized_again(path):
    with pytest.raises(ModelError, match=r"^the model colours is quantized already"):
        Model.load(path).quantized()


def answers(trained, *settings):
    return [dict(result) for result in seqpipe.load(trained / "colours.yaml", settings=settings)(["xya", "b", "xx"])]


def test_a_quantized_file_answers_as_the_pipeline_in_int8_does(trained, path):
    exact, in_int8 = answers(trained), answers(trained, "precision=int8")
    assert answers(trained, f"model={path}") == in_int8
    assert in_int8 != exact
    assert [result["label"] for result in in_int8] == [result["label"] for result in exact]


def test_a_quantized_file_may_be_used_in_float32(trained, path):
    in_float32 = answers(trained, f"model={path}", "precision=float32")
    assert in_float32 not in (answers(trained), answers(trained, f"model={path}"))


def test_steps_in_int8_obey_the_law_of_chunks(trained):
    from seqpipe.pipeline.opened_pipeline import open_pipeline  # noqa: PLC0415
    from seqpipe.registry import Registry  # noqa: PLC0415

    opened = open_pipeline(str(trained / "colours.yaml"), Registry.discover(), ["precision=int8"])
    assert opened.pipeline().precision == opened.precision == "int8"


def test_an_unknown_precision(trained):
    with pytest.raises(ConfigError, match="precision must be one of 'float32' or 'int8', not text 'int4'"):
        seqpipe.load(trained / "colours.yaml", settings=["precision=int4"])


def test_weights_in_int8_cannot_be_trained(trained, path, tmp_path):
    with pytest.raises(ConfigError, match=r"cannot be trained \(train in float32, then quantize"):
        seqpipe.train(trained / "colours.yaml", settings=[f"train.start={{model: {path}}}"], output=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_pipeline_that_runs_in_int8_is_trained_in_float32(trained, tmp_path):
    models = []
    for number, precision in enumerate(("float32", "int8")):
        seqpipe.train(trained / "colours.yaml", settings=[f"precision={precision}"], output=tmp_path / str(number))
        models.append(load_file(tmp_path / str(number) / "model.safetensors"))
    for name, values in models[0].items():
        np.testing.assert_array_equal(values, models[1][name])
        assert values.dtype == np.float16


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"scales/2.output.weight": None}, "the weights 2.output.weight are damaged: int8"),
        ({"scales/2.output.weight": np.ones(3, np.float32)}, "the weights 2.output.weight are damaged: int8"),
        ({"scales/2.output.weight": np.ones(2, np.float16)}, "the weights 2.output.weight are damaged: int8"),
        ({"scales/2.output.weight": np.full(2, np.nan, np.float32)}, "holds values that are not finite"),
        ({"weights/2.output.weight": np.full((2, 4), -128, np.int8)}, "a byte of -128"),
        ({"weights/2.output.weight": np.ones((2, 4), np.int32)}, "the weights 2.output.weight are damaged: int32"),
        ({"scales/2.nothing": np.ones(2, np.float32)}, "scales/2.nothing belongs to no weights"),
    ],
    ids=["no scales", "too many scales", "scales in float16", "a scale of NaN", "a byte", "not bytes", "only scales"],
)
def test_damaged_files(path, tensors, message):
    changed(path, **tensors)
    with pytest.raises(ModelError, match=message):
        Model.load(path)


def test_vectors_stay_as_they_are():
    vector = np.array([0.1, 1.0, 0.3], np.float32)
    matrix = np.array([[0.1, 1.0, 0.3]], np.float32)
    changed = rounded({"bias": vector, "weight": matrix})
    np.testing.assert_array_equal(changed["bias"], vector)
    assert (changed["weight"] != matrix).any()

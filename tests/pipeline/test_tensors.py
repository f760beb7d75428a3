"""Numbers of files in the safetensors format."""

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from seqpipe.pipeline.tensors import read_tensors


def write_bfloat16(path, values, **others):
    """Write float32 values that bfloat16 can hold, by name, as such, beside arrays in float16 or int64."""
    kinds = {"float16": "F16", "int64": "I64"}
    arrays = {name: ("BF16", (array.view(np.uint32) >> 16).astype("<u2")) for name, array in values.items()}
    arrays |= {name: (kinds[array.dtype.name], array) for name, array in others.items()}
    header, content = {"__metadata__": {"made": "here"}}, b""
    for name, (kind, array) in arrays.items():
        begin, content = len(content), content + array.tobytes()
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [begin, len(content)]}
    written = json.dumps(header).encode()
    path.write_bytes(len(written).to_bytes(8, "little") + written + content)


def test_bfloat16_is_widened(tmp_path):
    values = np.array([[1.0, -2.5, 3.140625], [0.0, 1e30, -1e-30]], np.float32)
    values = (values.view(np.uint32) & 0xFFFF0000).view(np.float32)
    half = np.array([0.5, 7], np.float16)
    write_bfloat16(tmp_path / "short", {"b": values}, a=half, c=np.arange(3))
    metadata, found = read_tensors(tmp_path / "short")
    assert metadata == {"made": "here"}
    assert sorted(found) == ["a", "b", "c"]
    assert found["b"].dtype == np.float32
    assert np.array_equal(found["b"], values)
    assert found["a"].dtype == np.float16
    assert np.array_equal(found["c"], np.arange(3))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.int8])
def test_others_are_read_as_they_are(tmp_path, dtype):
    array = np.arange(6, dtype=dtype).reshape(2, 3)
    save_file({"a": array}, tmp_path / "file")
    metadata, found = read_tensors(tmp_path / "file")
    assert metadata == {}
    assert found["a"].dtype == dtype
    assert np.array_equal(found["a"], array)

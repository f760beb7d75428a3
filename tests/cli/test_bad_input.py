"""Everything that can be wrong with what a user gives: the exit code, and the one line that says what to do."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

STAGES = """\
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.rnn
    output: last
  - decoder: core.labels
"""

FILES = {
    "a tab": (
        "read:\n\treader: core.lines\n",
        "bad.yaml:2:1: YAML does not allow tabs for indentation (use spaces)",
    ),
    "a duplicate key": (
        f"name: one\nname: two\n{STAGES}",
        "bad.yaml:2:1: key 'name' is written twice (keep one of the two; the first is on line 1)",
    ),
    "an unknown key": (
        f"nmae: one\n{STAGES}",
        "bad.yaml:1:1: unknown key 'nmae' in the top level (did you mean 'name'?)",
    ),
    "an unknown parameter": (
        STAGES.replace("output: last", "hiden: 3"),
        "bad.yaml:5:5: unknown key 'hiden' in core.rnn (did you mean 'hidden'?)",
    ),
    "a wrong type": (
        STAGES.replace("output: last", "hidden: many"),
        "bad.yaml:5:13: hidden must be a whole number, not text 'many' (write, for example, `hidden: 128`)",
    ),
    "an alias": (
        f"name: &one two\n{STAGES}",
        "bad.yaml:1:7: anchors and aliases are not supported (write the value out, or quote text with & or *)",
    ),
    "10 MB": (
        "#" * 10_000_000,
        "bad.yaml: larger than 1000000 bytes (keep data in a file of its own)",
    ),
    "500 nested brackets": (
        f"name: {'[' * 500}",
        "bad.yaml:1:38: lists and mappings are more than 32 levels deep (make it flatter)",
    ),
    "an unknown stage": (
        STAGES.replace("core.rnn", "core.rnnn"),
        "bad.yaml:4:11: plugin 'core' has no core 'core.rnnn' (did you mean 'core.rnn'?)",
    ),
    "a stage of another kind": (
        STAGES.replace("core: core.rnn", "core: core.symbols"),
        "bad.yaml:4:11: core.symbols is a tokenizer, not a core (write `tokenizer: core.symbols`)",
    ),
    "an unknown plugin": (
        STAGES.replace("core.rnn", "weather.rnn"),
        "bad.yaml:4:11: no plugin 'weather' is installed (install the distribution that has it, such as "
        "seqpipe-weather)",
    ),
    "a missing decoder": (
        STAGES.replace("  - decoder: core.labels\n", ""),
        "bad.yaml:4:5: the pipeline has no decoder (add one, such as core.labels)",
    ),
    "stages that do not fit": (
        STAGES.replace("  - encoder: core.one_hot\n", ""),
        "bad.yaml:3:5: core.rnn takes one_hot or frames or features, but what comes in is tokens of 10,000 int32 with "
        "spans (put an encoder such as core.one_hot before it)",
    ),
    "nothing": (
        "",
        "bad.yaml: the file is empty (write keys and values, such as 'name: sentiment')",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_bad_pipeline_file(tmp_path, monkeypatch, command, case):
    monkeypatch.chdir(tmp_path)
    content, line = FILES[case]
    Path("bad.yaml").write_text(content)
    result = command("check", "bad.yaml")
    assert (result.code, result.out, result.err) == (2, "", f"{line}\n")


def test_a_decoder_for_labels_after_a_tokenizer(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text("stages:\n  - tokenizer: core.symbols\n  - decoder: core.labels\n")
    result = command("check", "bad.yaml")
    assert (result.code, result.err) == (2, "bad.yaml:3:5: the pipeline has no core (add one, such as core.gru)\n")


def test_all_mistakes_are_shown_at_once(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text(f"nmae: one\n{STAGES.replace('output: last', 'hiden: 3').replace('labels', 'lables')}")
    result = command("check", "bad.yaml")
    assert result.code == 2
    assert result.err.splitlines() == [
        "bad.yaml:1:1: unknown key 'nmae' in the top level (did you mean 'name'?)",
        "bad.yaml:6:5: unknown key 'hiden' in core.rnn (did you mean 'hidden'?)",
        "bad.yaml:7:14: plugin 'core' has no decoder 'core.lables' (did you mean 'core.labels'?)",
    ]


def test_a_missing_file(folder, command):
    result = command("run", "colurs.yaml")
    assert (result.code, result.err) == (2, "no pipeline 'colurs.yaml' (did you mean 'colours.yaml'?)\n")


def test_no_input(folder, command):
    result = command("run", "colours.yaml")
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        "there is nothing to read (name a file or -, give --text, or set `read.path` in the pipeline)\n"
    )


def test_texts_and_inputs(folder, command):
    result = command("run", "colours.yaml", "train.tsv", "--text", "a")
    assert (result.code, result.err) == (2, "inputs, --text and --retry do not go together (give one of them)\n")


def test_explain_into_a_file(folder, command):
    result = command("run", "colours.yaml", "--text", "a", "--explain", "-o", "out.txt")
    assert (result.code, result.err) == (2, "--explain writes no results (leave out -o)\n")


@pytest.mark.parametrize(
    ("setting", "what"),
    [
        ("core.hiden=3", "unknown key 'hiden' in core.rnn (did you mean 'hidden'?)"),
        ("cores.hidden=3", "no key and no stage 'cores' (did you mean 'core'?)"),
        ("stages.9.hidden=3", "stages is a list without an entry '9' (use 0 to 3)"),
        ("hidden", "not of the form path=value (write, for example, core.hidden=64)"),
    ],
)
def test_a_setting_that_does_not_exist(folder, command, setting, what):
    result = command("run", "colours.yaml", "--text", "a", "--set", setting)
    assert (result.code, result.out, result.err) == (2, "", f"--set {setting}: {what}\n")


BROKEN = "import seqpipe\nraise RuntimeError('cannot start')\n"


def test_a_broken_plugin_that_is_named(folder, command, install):
    install("broken", BROKEN)
    Path("bad.yaml").write_text(STAGES.replace("core.rnn", "broken.rnn"))
    result = command("check", "bad.yaml")
    assert result.code == 2
    assert result.err == (
        "bad.yaml:4:11: plugin 'broken' (seqpipe-broken 1.2) is broken: RuntimeError: cannot start, "
        "in seqpipe_broken.py:2 (update or uninstall it, or tell its author)\n"
    )


def test_a_broken_plugin_that_is_not_named(folder, command, install):
    install("broken", BROKEN)
    result = command("run", "colours.yaml", "--text", "a", "-q")
    assert (result.code, result.err) == (0, "")


def replace_model(change):
    """Write the model again with other tensors, and without a checksum."""
    path = Path("colours.safetensors")
    with safe_open(path, "np") as file:
        header = json.loads(file.metadata()["seqpipe"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    del header["checksum"]
    save_file(change(tensors), path, {"seqpipe": json.dumps(header)})


def run_with_bad_model(command):
    result = command("run", "colours.yaml", "--text", "a", "-o", "out.jsonl")
    assert (result.code, result.out, Path("out.jsonl").exists()) == (2, "", False)
    (line,) = result.err.splitlines()
    return line


def test_a_missing_model(folder, command):
    Path("colours.safetensors").unlink()
    assert run_with_bad_model(command) == (
        "colours.yaml:2:8: no model 'colours.safetensors' (train it with `seqpipe train`, or correct its name)"
    )


def test_no_model_at_all(folder, command):
    Path("bad.yaml").write_text(STAGES)
    result = command("run", "bad.yaml", "--text", "a")
    assert result.code == 2
    assert result.err == (
        "bad.yaml:1:1: the pipeline has no model yet (train it with `seqpipe train`, then name the file it writes as "
        "`model: ...`)\n"
    )


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-10],
        lambda data: data[:4],
        lambda _: b"",
        lambda data: struct.pack("<Q", 100 * 2**30) + data[8:],
        lambda data: data.replace(b'"data_offsets":[0,', b'"data_offsets":[9,'),
    ],
    ids=["truncated", "shorter than its header", "empty", "claims a header of 100 GB", "wrong offsets"],
)
def test_a_damaged_model(folder, command, damage):
    path = Path("colours.safetensors")
    path.write_bytes(damage(path.read_bytes()))
    line = run_with_bad_model(command)
    assert line.startswith("colours.safetensors: not a whole model file: ")
    assert line.endswith(" (fetch it again, or train it again)")


def test_a_model_that_claims_100_gb_of_weights(folder, command):
    path = Path("colours.safetensors")
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    name = next(name for name in header if name.startswith("weights/"))
    header[name] = {"dtype": "F32", "shape": [25 * 2**30], "data_offsets": [0, 100 * 2**30]}
    written = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(written)) + written + data[8 + length :])
    assert run_with_bad_model(command).startswith("colours.safetensors: not a whole model file: ")


def test_a_model_with_wrong_shapes(folder, command):
    replace_model(lambda tensors: {name: array.reshape(-1) for name, array in tensors.items()})
    assert run_with_bad_model(command) == (
        "colours.yaml:7:5: the model colours.safetensors has 20 weights for '2.rnn.weight_ih_l0', the pipeline wants "
        "4 x 5 (take the model that was trained with these stages, or train this pipeline)"
    )


def test_a_model_without_some_weights(folder, command):
    replace_model(lambda tensors: dict(list(tensors.items())[1:]))
    assert run_with_bad_model(command) == (
        "colours.yaml:7:5: the model colours.safetensors has no weights '2.output.bias' "
        "(take the model that was trained with these stages, or train this pipeline)"
    )


def test_a_model_with_values_that_are_not_finite(folder, command):
    replace_model(lambda tensors: {name: np.full_like(array, np.nan) for name, array in tensors.items()})
    assert run_with_bad_model(command) == (
        "colours.safetensors: weights/2.output.bias holds values that are not finite "
        "(fetch it again, or train it again)"
    )


def test_a_model_of_another_pipeline(folder, command):
    pipeline = Path("colours.yaml")
    pipeline.write_text(pipeline.read_text().replace("core.rnn", "core.gru"))
    assert run_with_bad_model(command) == (
        "colours.yaml:7:5: this stage is core.gru, in the model it is core.rnn "
        "(take out the stages to use the model's, or train again)"
    )


def test_a_setting_that_the_model_was_not_trained_with(folder, command):
    result = command("run", "colours.yaml", "--text", "a", "--set", "core.hidden=5")
    assert (result.code, result.err) == (
        2,
        "--set core.hidden=5: core.rnn has hidden: 5, the model was trained with 4 (leave it out, or train again)\n",
    )


def test_a_model_of_another_size(folder, command):
    pipeline = Path("colours.yaml")
    pipeline.write_text(pipeline.read_text().replace("hidden: 4", "hidden: 5"))
    assert run_with_bad_model(command) == (
        "colours.yaml:8:13: core.rnn has hidden: 5, the model was trained with 4 "
        "(take out the stages to use the model's, or train again)"
    )


def test_a_file_that_is_no_model(folder, command):
    save_file({"weight": np.zeros(3, np.float32)}, "colours.safetensors")
    assert run_with_bad_model(command) == (
        "colours.safetensors: not a model of seqpipe's "
        "(bring weights of other programs in with `seqpipe models import`)"
    )


def test_invalid_utf8(folder, command):
    lines = [b"xya"] * 20
    lines[16] = b"xy\xff"
    Path("in.txt").write_bytes(b"\n".join(lines))
    result = command("run", "colours.yaml", "in.txt", "-o", "out.jsonl")
    assert (result.code, result.out, Path("out.jsonl").exists()) == (4, "", False)
    assert (
        result.err
        == "in.txt:17: core.lines: not valid UTF-8: 0xff is byte 3 of the line (save it as UTF-8, or set `encoding`)\n"
    )


def test_an_input_that_is_not_there(folder, command):
    result = command("run", "colours.yaml", "trian.tsv")
    assert (result.code, result.err) == (4, "trian.tsv: no such file or folder (did you mean 'train.tsv'?)\n")


OUTPUTS = {
    "missing/out.jsonl": (4, "missing/out.jsonl: folder 'missing' does not exist (create it)"),
    "train.tsv/out.jsonl": (4, "train.tsv/out.jsonl: 'train.tsv' is a file, not a folder (check the path)"),
    "folder": (4, "folder: this is a folder (name a file in it)"),
    "out.xls": (
        2,
        "no writer for files that end in '.xls' (use .arrow, .csv, .feather, .html, .jsonl, .parquet, .tsv, .txt, "
        "or say which: --set 'write={writer: ...}')",
    ),
    "in.txt": (2, "in.txt is read and written at once (write to another file)"),
}


@pytest.mark.parametrize("output", OUTPUTS)
def test_an_output_that_cannot_be_written(folder, command, output):
    Path("folder").mkdir()
    Path("in.txt").write_text("xa\n")
    before = sorted(folder.rglob("*"))
    result = command("run", "colours.yaml", "in.txt", "-o", output)
    code, line = OUTPUTS[output]
    assert (result.code, result.out, result.err) == (code, "", f"{line}\n")
    assert sorted(folder.rglob("*")) == before
    assert Path("in.txt").read_text() == "xa\n"

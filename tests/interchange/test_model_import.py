"""``seqpipe models import``: a state_dict becomes a model. Outputs are compared with PyTorch's in benchmarks/."""

import pickle

import numpy as np
import pytest
from safetensors.numpy import save_file

import seqpipe
from seqpipe.cli.application import execute
from seqpipe.pipeline import Model
from tests.pipeline.test_tensors import write_bfloat16

PIPELINE = """
name: letters
read: {reader: core.lines}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: core.gru
    embedding: 4
    hidden: 5
    bidirectional: true
    output: last
  - decoder: core.labels
"""
IMPORTS = """
imports:
  names: {fc: core.output}
  learned:
    tokenizer: {vocabulary: letters.txt}
    decoder: {labels: [no, yes]}
  license: CC0
"""
TRAIN = "train: {data: {train: train.tsv, reader: {reader: core.tsv, columns: [text, label], target: label}}}\n"


def weights() -> dict[str, np.ndarray]:
    random = np.random.default_rng(1)
    shapes = {"embed.weight": (4, 4), "fc.weight": (2, 10), "fc.bias": (2,)}
    for end in ("", "_reverse"):
        shapes |= {f"gru.weight_{kind}_l0{end}": (15, width) for kind, width in (("ih", 4), ("hh", 5))}
        shapes |= {f"gru.bias_{kind}_l0{end}": (15,) for kind in ("ih", "hh")}
    return {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save_file(weights(), "state.safetensors")
    (tmp_path / "letters.txt").write_text("<unk>\na\nb\nc\n")
    (tmp_path / "pipeline.yaml").write_text(PIPELINE + IMPORTS)
    return tmp_path


def test_weights_become_a_model(folder, capsys):
    assert execute(["models", "import", "state.safetensors", "--pipeline", "pipeline.yaml"]) == 0
    assert capsys.readouterr().out == "letters.safetensors\n"
    model = Model.load(folder / "letters.safetensors")
    assert model.facts == {"imported": "state.safetensors", "license": "CC0"}
    assert model.learned[0] == {"vocabulary": ["<unk>", "a", "b", "c"]}
    for ours, theirs in (
        ("2.embedding.weight", "embed.weight"),
        ("2.rnn.bias_hh_l0_reverse", "gru.bias_hh_l0_reverse"),
    ):
        np.testing.assert_array_equal(model.parameters[ours], weights()[theirs])
    (result,) = seqpipe.load("pipeline.yaml", settings=["model=letters.safetensors"])(["abc"])
    assert result["label"] in ("no", "yes")


def test_what_is_not_said_is_learned_from_the_training_data(folder):
    (folder / "train.tsv").write_text("aa\tno\nbcaba\tyes\n")
    (folder / "pipeline.yaml").write_text(PIPELINE + TRAIN)
    assert execute(["models", "import", "state.safetensors", "--pipeline", "pipeline.yaml", "-o", "out"]) == 0
    assert Model.load(folder / "out").learned[3] == {"labels": ["no", "yes"]}


@pytest.mark.parametrize(
    ("imports", "message"),
    [
        (
            "",
            "pipeline.yaml:2:1: it is not known what core.symbols and core.labels learned (say it, such as "
            "`imports: {learned: {tokenizer: {vocabulary: vocabulary.txt}, decoder: {labels: labels.txt}}}`, or name ",
        ),
        ("imports: {learned: {tokeniser: {}}}", "there is no stage 'tokeniser' (did you mean 'tokenizer'?)"),
        (
            "imports: {learned: {tokenizer: {vocabulary: none.txt}}}",
            "none.txt cannot be read: no such file",
        ),
        ("imports: {name: {}}", "unknown key 'name' in imports (did you mean 'names'?)"),
        (IMPORTS.replace("core.output", "core.ouput"), "parameter '2.ouput.bias' is not there"),
        (IMPORTS.replace("[no, yes]", "[no, yes, perhaps]"), "parameter '2.output.bias' is 3"),
    ],
)
def test_what_is_wrong(folder, capsys, imports, message):
    (folder / "pipeline.yaml").write_text(PIPELINE + imports)
    assert execute(["models", "import", "state.safetensors", "--pipeline", "pipeline.yaml"]) == 2
    assert message in capsys.readouterr().err
    assert not (folder / "letters.safetensors").exists()


@pytest.mark.parametrize("content", [pickle.dumps({"a": 1}), b"PK\x03\x04 an archive"])
def test_a_pickle_is_refused_with_the_lines_that_convert_it(folder, capsys, content):
    (folder / "state.pt").write_bytes(content)
    assert execute(["models", "import", "state.pt", "--pipeline", "pipeline.yaml"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("state.pt: a pickle, which could run any code when it is opened (where you trust it, ")
    assert "`import torch, safetensors.torch`" in said
    assert "`state = torch.load('state.pt', weights_only=True)`" in said
    assert "`safetensors.torch.save_file(state, 'state.safetensors')`" in said


@pytest.mark.parametrize(
    ("name", "message"),
    [("none", "none: cannot be read: no such file"), ("letters.txt", "letters.txt: not a whole safetensors file")],
)
def test_no_file_of_weights(folder, capsys, name, message):
    assert execute(["models", "import", name, "--pipeline", "pipeline.yaml"]) == 2
    assert message in capsys.readouterr().err


def test_weights_that_are_not_finite(folder, capsys):
    save_file(weights() | {"fc.bias": np.array([1, np.nan], np.float32)}, "state.safetensors")
    assert execute(["models", "import", "state.safetensors", "--pipeline", "pipeline.yaml"]) == 2
    assert "fc.bias holds values that are not finite" in capsys.readouterr().err


def test_the_weights_are_not_written_over(folder, capsys):
    arguments = ["models", "import", "state.safetensors", "--pipeline", "pipeline.yaml", "-o", "state.safetensors"]
    assert execute(arguments) == 2
    assert "state.safetensors is read and written at once" in capsys.readouterr().err


def test_weights_in_bfloat16_are_widened(folder, capsys):
    short = {name: (array.view(np.uint32) & 0xFFFF0000).view(np.float32) for name, array in weights().items()}
    write_bfloat16(folder / "short.safetensors", short)
    save_file(short, "wide.safetensors")
    for name in ("short", "wide"):
        command = ["models", "import", f"{name}.safetensors", "--pipeline", "pipeline.yaml", "-o", f"{name}.model"]
        assert execute(command) == 0
    found, expected = (Model.load(folder / f"{name}.model").parameters for name in ("short", "wide"))
    assert all(np.array_equal(found[name], array) for name, array in expected.items())

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


@pytest.mark.parametrize(
    ("learned", "message"),
    [
        ("tokenizer: {dictionary: letters.txt}", "core.symbols learns no 'dictionary' (known: vocabulary)"),
        ("tokenizer: {}", "core.symbols learns 'vocabulary', and 'vocabulary' is not said (say it: `tokenizer: {voc"),
        ("encoder: {a: [1]}", "core.one_hot, as it is declared, learns nothing (take it out)"),
        ("decoder: {labels: [no, no]}", "what core.labels has learned is not right: labels: 'no' is there twice"),
        ('decoder: {labels: [é, "e\\u0301"]}', "what core.labels has learned is not right: labels: 'é' is there twice"),
        ("decoder: {labels: [no, 1]}", "labels[1]: it is no text (correct it)"),
        ("tokenizer: {vocabulary: [a, b]}", "vocabulary: it does not begin with '<unk>'"),
        ('decoder: {labels: [no, yes]}, "3": {labels: [no, yes]}', "what stage 3 has learned is said twice (keep one)"),
        ("tokenizer: {vocabulary: state.safetensors}", "state.safetensors is not UTF-8 (save it as UTF-8)"),
    ],
)
def test_what_is_said_to_be_learned_is_checked(folder, capsys, learned, message):
    (folder / "pipeline.yaml").write_text(f"{PIPELINE}imports: {{learned: {{{learned}}}}}\n")
    assert execute(["models", "import", "state.safetensors", "--pipeline", "pipeline.yaml"]) == 2
    line = capsys.readouterr().err
    assert line.startswith("pipeline.yaml:13:")
    assert message in line


def test_numbers_that_are_learned_are_said_in_lists(folder):
    save_file(
        {"weight_ih_l0": np.zeros((3, 1), np.float32), "weight_hh_l0": np.zeros((3, 1), np.float32)}
        | {"fc.weight": np.zeros((2, 1), np.float32), "fc.bias": np.zeros(2, np.float32)},
        "state.safetensors",
    )
    (folder / "pipeline.yaml").write_text(
        "read: {reader: core.jsonl, type: numbers}\nstages:\n  - tokenizer: core.numbers\n"
        "  - encoder: core.standardize\n  - core: core.gru\n    hidden: 1\n    output: last\n  - decoder: core.labels\n"
        "imports:\n  learned: {encoder: {mean: [1], deviation: [2.5]}, decoder: {labels: [a, b]}}\n"
    )
    assert execute(["models", "import", "state.safetensors", "--pipeline", "pipeline.yaml", "-o", "out"]) == 0
    assert [float(array[0]) for array in Model.load(folder / "out").learned[1].values()] == [1, 2.5]


def test_several_stages_of_a_kind_are_named_by_their_index(folder, capsys):
    two = PIPELINE.replace("  - encoder", "  - tokenizer: core.windows\n    length: 2\n    stride: 1\n  - encoder")
    (folder / "pipeline.yaml").write_text(f"{two}imports: {{learned: {{tokenizer: {{vocabulary: [a]}}}}}}\n")
    assert execute(["models", "import", "state.safetensors", "--pipeline", "pipeline.yaml"]) == 2
    assert "there are several stages 'tokenizer' (name one by its index, such as 0)" in capsys.readouterr().err


@pytest.mark.parametrize(("declared", "code"), [("", 2), ("    activation: relu\n", 0), ("    activation: tanh\n", 0)])
def test_the_activation_of_a_plain_network_has_to_be_said(folder, capsys, declared, code):
    plain = {name: array[:5] if name.startswith("gru") else array for name, array in weights().items()}
    save_file({name: np.ascontiguousarray(array) for name, array in plain.items()}, "state.safetensors")
    text = PIPELINE.replace("core.gru\n", f"core.rnn\n{declared}") + IMPORTS
    (folder / "pipeline.yaml").write_text(text)
    assert execute(["models", "import", "state.safetensors", "--pipeline", "pipeline.yaml"]) == code
    said = "weights do not tell the activation of core.rnn (write it down, `activation: tanh` or another)"
    assert (said in capsys.readouterr().err) == bool(code)


def test_what_does_not_fit_is_told_with_what_would(folder, capsys):
    (folder / "pipeline.yaml").write_text(PIPELINE.replace("hidden: 5", "hidden: 4") + IMPORTS)
    assert execute(["models", "import", "state.safetensors", "--pipeline", "pipeline.yaml"]) == 2
    assert (
        "(the file has GRU 'gru' (hidden 5, 1 layer, both directions), embedding 'embed' (4 entries of 4 numbers), "
        "linear layer 'fc' (10 to 2); `core: core.gru, hidden: 5, layers: 1, bidirectional: true` fits 'gru'; change"
    ) in capsys.readouterr().err


def test_a_pipeline_is_drafted_and_runs(folder, capsys):
    assert execute(["models", "import", "state.safetensors", "--write-pipeline", "draft.yaml"]) == 0
    text = (folder / "draft.yaml").read_text()
    assert "# Drafted from 'state.safetensors', which holds GRU 'gru' (hidden 5, 1 layer, both directions)" in text
    assert "its vocabulary, a text file: 4 lines, the first <unk>" in text
    command = ["models", "import", "state.safetensors", "--pipeline", "draft.yaml"]
    assert execute(command) == 2
    assert "vocabulary.txt cannot be read: no such file" in capsys.readouterr().err
    (folder / "letters.txt").rename(folder / "vocabulary.txt")
    assert execute([*command, "-o", "model"]) == 0
    (result,) = seqpipe.load("draft.yaml", settings=["model=model"])(["abc"])
    assert result["label"] in ("label 1", "label 2")


def test_a_draft_for_series_with_pooling_and_a_plain_network(folder):
    shapes = {"weight_ih_l0": (5, 3), "weight_hh_l0": (5, 5), "fc.weight": (30, 10)}
    save_file({name: np.zeros(shape, np.float32) for name, shape in shapes.items()}, "state.safetensors")
    assert execute(["models", "import", "state.safetensors", "--write-pipeline", "draft.yaml"]) == 0
    text = (folder / "draft.yaml").read_text()
    assert "add `activation: tanh`, PyTorch's default, or `activation: relu`" in text
    assert "what the 3 numbers at a position are" in text
    assert "labels: labels.txt" in text
    assert "pooling:" in text


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"norm.gain": (10,)}, "arrays 'norm' (10)"),
        ({"more.weight": (3, 7), "more.bias": (3,)}, "linear layer 'more' (7 to 3)"),
        ({f"{number}.gain": (1,) for number in range(9)}, "6 more"),
    ],
)
def test_there_is_no_draft_for_other_networks(folder, capsys, others, message):
    save_file(weights() | {name: np.zeros(shape, np.float32) for name, shape in others.items()}, "state.safetensors")
    assert execute(["models", "import", "state.safetensors", "--write-pipeline", "draft.yaml"]) == 2
    line = capsys.readouterr().err
    assert line.startswith("state.safetensors: there is no draft for what it holds: GRU 'gru' (hidden 5")
    assert message in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "it is not said which pipeline's weights they are (name it: --pipeline P; or have one drafted: --write"),
        (("--pipeline", "a", "--write-pipeline", "b"), "--pipeline and --write-pipeline do not go together (keep one)"),
        (("--write-pipeline", "pipeline.yaml"), "pipeline.yaml: is there already (add --overwrite"),
    ],
)
def test_options_that_do_not_go_together(folder, capsys, arguments, message):
    assert execute(["models", "import", "state.safetensors", *arguments]) == 2
    assert capsys.readouterr().err.startswith(message)


def test_an_archive_of_numpy_is_refused_with_the_lines_that_convert_it(folder, capsys):
    np.savez(folder / "state.npz", **weights())
    assert execute(["models", "import", "state.npz", "--pipeline", "pipeline.yaml"]) == 2
    line = capsys.readouterr().err
    assert line.startswith("state.npz: an archive of NumPy (convert it: `import numpy, safetensors.numpy`; ")
    assert "`safetensors.numpy.save_file(dict(numpy.load('state.npz')), 'state.safetensors')`" in line


def test_a_model_is_no_file_of_weights(folder, capsys):
    assert execute(["models", "import", "state.safetensors", "--pipeline", "pipeline.yaml"]) == 0
    assert execute(["models", "import", "letters.safetensors", "--pipeline", "pipeline.yaml", "-o", "b"]) == 2
    assert "a model of seqpipe's already (run it: `--set model=letters.safetensors`)" in capsys.readouterr().err

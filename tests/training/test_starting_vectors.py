"""Embeddings that begin with vectors of a file."""

import gzip

import numpy as np
import pytest

import seqpipe
from seqpipe import NOTICE
from seqpipe.contracts import Parameter
from seqpipe.errors import Location
from seqpipe.network.initial_values import embedding
from seqpipe.pipeline import Fresh, Model
from seqpipe.training.vectors.formats import vector_file
from seqpipe.training.vectors.starting_vectors import StartingVectors
from tests.training.conftest import LABELS

EMBEDDED = LABELS.replace("    hidden: 4\n", "    hidden: 4\n    embedding: 3\n")
STILL = ("train.optimizer={sgd: {lr: 0.000001, momentum: 0}}", "train.epochs=1")
VECTORS = "x 1 2 3\nb 4 5 6\nunused 7 8 9\n"
TABLE = "2.embedding.weight"


@pytest.fixture
def start(run, tmp_path):
    """Return a function that trains a small pipeline which begins with vectors."""

    def train(vectors: str = VECTORS, *settings: str, pipeline: str = EMBEDDED, **options):
        (tmp_path / "words.vec").write_text(vectors)
        return run(*STILL, "train.vectors={file: words.vec}", *settings, pipeline=pipeline, **options)

    return train


@pytest.fixture(autouse=True)
def in_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # what --set says is relative to it


def table_of(folder) -> dict[str, np.ndarray]:
    model = Model.load(folder / "checkpoints" / "best.safetensors")
    return dict(zip(model.learned[0]["vocabulary"], model.parameters[TABLE], strict=True))


def test_entries_that_are_in_the_file_begin_with_its_vectors(start, caplog):
    with caplog.at_level(NOTICE, "seqpipe"):
        folder = start()
    table = table_of(folder)
    assert set(table) == {"<unk>", "x", "y", "a", "b"}
    np.testing.assert_allclose(table["x"], [1, 2, 3], atol=1e-4)
    np.testing.assert_allclose(table["b"], [4, 5, 6], atol=1e-4)
    said = "words.vec has vectors for 2 of 5 entries of 2.embedding.weight, 47.1 % of what the training data have of it"
    assert said in caplog.messages  # of the 17 letters of eight records 4 are x, and 4 are b
    model = Model.load(folder / "model.safetensors")
    assert model.facts["vectors"] == {"file": "words.vec", "entries": 2, "of": 5, "share": 0.4706}
    card = "- 2 of 5 embedded entries, 47.1 % of what the training data have of them, began with vectors of `words.vec`"
    assert card in (folder / "README.md").read_text()


def test_the_other_entries_are_drawn_as_far_spread(start, run):
    table = table_of(start(name="from"))
    drawn = table_of(run(*STILL, pipeline=EMBEDDED, name="drawn"))
    factor = np.std([[1, 2, 3], [4, 5, 6]]) / np.std(list(drawn.values()))
    for token in ("<unk>", "y", "a"):
        np.testing.assert_allclose(table[token], drawn[token] * factor, rtol=1e-3)


def test_without_it_nothing_changes(run):
    folder = run(*STILL, pipeline=EMBEDDED)
    assert "vectors" not in Model.load(folder / "model.safetensors").facts
    assert abs(np.std(list(table_of(folder).values())) - 0.1) < 0.05


def test_the_vectors_of_another_width_are_refused(start):
    with pytest.raises(seqpipe.ConfigError) as caught:
        start("x 1 2\n")
    assert str(caught.value) == (
        "--set train.vectors={file: words.vec}: the vectors of words.vec have 2 numbers, 2.embedding.weight 3 "
        "(set `embedding: 2`, or take vectors of 3 numbers)"
    )


def test_a_file_of_other_tokens_is_refused(start):
    with pytest.raises(seqpipe.ConfigError, match="has no vector for any of the 5 entries"):
        start("dog 1 2 3\ncat 1 2 3\n")


def test_a_pipeline_without_an_embedding_is_refused(start):
    with pytest.raises(seqpipe.ConfigError, match="no core embeds the entries") as caught:
        start(pipeline=LABELS)
    assert caught.value.todo == "give a core `embedding: 3`"


def test_another_model_and_vectors_do_not_go_together(start):
    with pytest.raises(seqpipe.ConfigError, match="`start` and `vectors` do not go together"):
        start(VECTORS, "train.start={model: other.safetensors}")


def test_a_training_with_other_vectors_is_not_resumed(start, tmp_path):
    folder = start(VECTORS, "train.epochs=2")
    (tmp_path / "words.vec").write_text(VECTORS.replace("1 2 3", "1 2 4"))
    pipeline = tmp_path / "pipeline.yaml"
    settings = [*STILL, "train.vectors={file: words.vec}", "train.epochs=2"]
    with pytest.raises(seqpipe.SeqpipeError, match="the vectors are not those that it began with"):
        seqpipe.train(pipeline, settings=settings, resume=folder)
    (tmp_path / "words.vec").write_text(VECTORS)
    assert seqpipe.train(pipeline, settings=settings, resume=folder).parent == folder


def started(tmp_path, parameter=None, *names: str) -> dict[str, np.ndarray]:
    """Return the arrays that a pipeline with such embeddings begins with."""
    (tmp_path / "words.vec").write_text(VECTORS)
    starting = StartingVectors(vector_file("words.vec"), parameter, Location("pipeline.yaml", 7))
    supply = starting.supply(Fresh(0))
    arrays = {name: supply(name, Parameter((2, 3), embedding, vocabulary=("<unk>", "x"))) for name in names}
    arrays["2.rnn.bias"] = supply("2.rnn.bias", Parameter((3,), embedding))
    starting.finish()
    return arrays


@pytest.mark.parametrize("parameter", ["pieces.embedding.weight", "2.pieces.embedding.weight"])
def test_one_of_several_embeddings_is_named(tmp_path, parameter):
    arrays = started(tmp_path, parameter, TABLE, "2.pieces.embedding.weight")
    assert arrays["2.pieces.embedding.weight"][1].tolist() == [1, 2, 3]
    fresh = Fresh(0)
    np.testing.assert_array_equal(arrays[TABLE], fresh(TABLE, Parameter((2, 3), embedding)))
    np.testing.assert_array_equal(arrays["2.rnn.bias"], fresh("2.rnn.bias", Parameter((3,), embedding)))


def test_one_of_several_embeddings_has_to_be_named(tmp_path):
    with pytest.raises(seqpipe.ConfigError) as caught:
        started(tmp_path, None, TABLE, "2.pieces.embedding.weight")
    assert str(caught.value) == (
        "pipeline.yaml:7: several embeddings could begin with `vectors` (say which one begins with them: "
        "`parameter: 2.embedding.weight` or `parameter: 2.pieces.embedding.weight`)"
    )


def test_a_name_that_no_embedding_has(tmp_path):
    with pytest.raises(seqpipe.ConfigError) as caught:
        started(tmp_path, "piece.embedding.weight", "2.pieces.embedding.weight")
    assert str(caught.value) == (
        "pipeline.yaml:7: no embedding is called 'piece.embedding.weight' (did you mean '2.pieces.embedding.weight'?)"
    )


def found(tmp_path, text: str | bytes, *tokens: str, name: str = "words.vec") -> dict[str, list[float]]:
    content = text.encode() if isinstance(text, str) else text
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return {token: vector.tolist() for token, vector in vector_file(name).find(tokens).items()}


@pytest.mark.parametrize(
    ("text", "vectors"),
    [
        ("a 1 2\nb 3 4\n", {"a": [1, 2], "b": [3, 4]}),
        ("2 2\na 1 2\nb 3 4\n", {"a": [1, 2], "b": [3, 4]}),
        ("2 2\na 1 2 \nb 3 4 ", {"a": [1, 2], "b": [3, 4]}),
        ("a\t1e0\t-2.5E-1\r\nb\t+3\t.5\r\n", {"a": [1, -0.25], "b": [3, 0.5]}),
        ("a 1 2\na 5 6\nb 3 4\n", {"a": [1, 2], "b": [3, 4]}),
        ("c 1\n\nb 3\n\n", {"b": [3]}),
        (b"\xff\xfe 1 2\na 1 2\n", {"a": [1, 2]}),
        ("", None),
        ("\n", None),
        ("a\n", None),
        ("2 2\n", None),
    ],
)
def test_forms_of_files(tmp_path, text, vectors):
    if vectors is None:
        with pytest.raises(seqpipe.InputError, match="this is no file of vectors"):
            found(tmp_path, text, "a", "b")
    else:
        assert found(tmp_path, text, "a", "b") == vectors
        assert found(tmp_path, text, "a", "b", name="words.vec.gz") == vectors


def test_tokens_of_any_kind(tmp_path):
    text = ". . . 1 2\n. 3 4\n##ing 5 6\n\u00a0 7 8\nnew york 9 10\n\u2028 11 12\n"
    tokens = (". . .", ".", "##ing", "\u00a0", "new york", "\u2028", " ", "", "york", "\n")
    vectors = found(tmp_path, text, *tokens)
    assert vectors == {
        ". . .": [1, 2], ".": [3, 4], "##ing": [5, 6], "\u00a0": [7, 8], "new york": [9, 10], "\u2028": [11, 12],
    }  # fmt: skip


def test_capitals_fall_back_on_small_letters(tmp_path):
    vectors = found(tmp_path, "paris 1\nBonn 2\nÉtat 3\nétat 4\n", "Paris", "Bonn", "bonn", "État", "ÉTAT")
    assert vectors == {"Paris": [1], "Bonn": [2], "État": [3], "ÉTAT": [4]}


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("b 3", "a vector has 1 numbers, the first one 2"),
        ("b 3 x", "a vector has something else than numbers"),
        ("b 3 nan", "a vector has a number that is not finite"),
        ("b 3 1e99", "a vector has a number that is not finite"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, what):
    with pytest.raises(seqpipe.InputError) as caught:
        found(tmp_path, f"2 2\na 1 2\n{line}\n", "a", "b")
    assert str(caught.value) == f"words.vec:3: {what} (a line is a token and its numbers, separated by spaces)"


def test_a_file_that_is_not_there():
    with pytest.raises(seqpipe.InputError, match=r"nowhere\.vec: no such file"):
        vector_file("nowhere.vec").width()

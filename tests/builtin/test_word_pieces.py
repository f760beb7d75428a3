"""Words read by their pieces: the mean of the pieces' vectors, in a run and in training."""

import numpy as np
import pytest

from seqpipe.builtin.cores import recurrent_network
from seqpipe.builtin.cores.recurrent import LSTM
from seqpipe.builtin.cores.word_pieces import PieceSettings, WordPieces
from seqpipe.builtin.objectives import ClassificationObjective
from seqpipe.contracts import Incoming, Training
from seqpipe.data import Batch, OneHot, Ragged, Record, Spec, offsets_of
from seqpipe.errors import ConfigError

WORDS = [[[1, 2, 1], [0], []], [], [[3]]]
SPELLED = [[[0, 1], [1], [2, 2, 0]], [], [[0, 1]]]
PIECES = Spec("one_hot", "float32", 4, ("<unk>", "lis", "##bon", "a"))
CHARACTERS = Spec("one_hot", "float32", 3)
SPEC = Spec("one_hot", "float32", 2, columns={"pieces": PIECES, "characters": CHARACTERS})


def two_levels(rows):
    words = Ragged.of([word for row in rows for word in row], np.int32)
    return Ragged(words, offsets_of([len(row) for row in rows]))


def batch():
    records = tuple(Record(str(number), "") for number in range(len(WORDS)))
    ids = Ragged.of([[1] * len(row) for row in WORDS], np.int32)
    columns = {"pieces": OneHot(two_levels(WORDS), 4), "characters": OneHot(two_levels(SPELLED), 3)}
    return Batch(records, OneHot(ids, 2), columns)


def drawn(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_a_word_is_the_mean_of_its_pieces():
    table = drawn((4, 3)).astype(np.float32)
    found = WordPieces(PieceSettings(embedding=3), PIECES, {"pieces.embedding.weight": table})(batch())
    wanted = [(2 * table[1] + table[2]) / 3, table[0], np.zeros(3), table[3]]
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_it_is_the_product_with_the_mean_of_one_hot_vectors_and_so_is_its_gradient():
    table, gradient = drawn((4, 3)), drawn((4, 3), 1)
    pieces = WordPieces(PieceSettings(embedding=3), PIECES, {"pieces.embedding.weight": table})
    unit = np.eye(4)
    words = [word for row in WORDS for word in row]
    means = np.array([unit[word].mean(axis=0) if word else np.zeros(4) for word in words])
    vectors, back = pieces.forward(batch())
    np.testing.assert_allclose(vectors, means @ table)
    np.testing.assert_allclose(back(gradient)["pieces.embedding.weight"], means.T @ gradient, atol=1e-12)


def test_the_rows_of_the_embedding_stand_for_the_pieces():
    core = LSTM(hidden=2, pieces=PieceSettings(embedding=3))
    parameters = core.parameters(Incoming(SPEC))
    assert parameters["pieces.embedding.weight"].vocabulary == PIECES.vocabulary
    assert parameters["pieces.embedding.weight"].shape == (4, 3)


@pytest.mark.parametrize(("embedding", "width"), [(None, 3 + 4), (5, 5 + 3 + 4)])
def test_the_dictionary_is_read_only_if_it_is_embedded(embedding, width):
    core = LSTM.model_validate(
        {"hidden": 2, "embedding": embedding, "pieces": {"embedding": 3}, "characters": {"embedding": 2, "hidden": 2}}
    )
    parameters = core.parameters(Incoming(SPEC))
    assert ("embedding.weight" in parameters) == (embedding is not None)
    assert parameters["rnn.weight_ih_l0"].shape[1] == width


@pytest.mark.parametrize("embedding", [None, 3])
def test_gradients_of_pieces_characters_and_words_together(embedding):
    core = LSTM.model_validate(
        {
            "hidden": 3,
            "embedding": embedding,
            "bidirectional": True,
            "pieces": {"embedding": 3},
            "characters": {"embedding": 2, "hidden": 2},
        }
    )
    incoming = Incoming(SPEC, objective=ClassificationObjective(("a", "b"), pooled=False))
    parameters = {name: drawn(one.shape, len(name)) for name, one in core.parameters(incoming).items()}
    weight = drawn((4, 2), 7)

    def loss():
        logits, _ = core.build(incoming.replace(parameters=parameters))(batch())
        return float((logits.ragged.array * weight).sum())

    _, _, back = core.build(incoming.replace(parameters=parameters)).forward(batch(), None, Training())
    _, gradients = back(weight)
    assert set(gradients) == set(parameters)
    for name, parameter in parameters.items():
        direction = drawn(parameter.shape, 3)
        before, values = parameter.copy(), []
        for step in (1e-5, -1e-5):
            np.copyto(parameter, before + step * direction)
            values.append(loss())
        np.copyto(parameter, before)
        difference = (values[0] - values[1]) / 2e-5
        assert difference == pytest.approx(float((gradients[name] * direction).sum()), rel=1e-5, abs=1e-7)


def test_words_are_the_same_alone_and_among_others():
    core = LSTM(hidden=3, pieces=PieceSettings(embedding=3))
    parameters = {name: drawn(one.shape).astype(np.float32) for name, one in core.parameters(Incoming(SPEC)).items()}
    network, whole = core.build(Incoming(SPEC, parameters=parameters)), batch()
    together, _ = network(whole)
    assert list(together.columns) == []
    for row in range(3):
        columns = {name: column.slice(row, row + 1) for name, column in whole.columns.items()}
        alone, _ = network(Batch(whole.records[row : row + 1], whole.one_hot.slice(row, row + 1), columns))
        np.testing.assert_array_equal(alone.ragged.array, together.ragged[row])


def test_pieces_and_characters_need_their_tokenizers():
    for parameter, tokenizer in (("pieces", "text.pieces"), ("characters", "core.characters")):
        with pytest.raises(ConfigError, match=f"words cannot be read by their {parameter} here") as error:
            LSTM.model_validate({parameter: {}}).parameters(Incoming(Spec("one_hot", "float32", 2)))
        assert tokenizer in str(error.value.todo)


def test_many_rows_are_computed_in_parts_with_the_same_result(monkeypatch):
    core = LSTM.model_validate({"hidden": 3, "bidirectional": True, "pieces": {"embedding": 3}, "characters": {}})
    parameters = {name: drawn(one.shape).astype(np.float32) for name, one in core.parameters(Incoming(SPEC)).items()}
    for output in ("sequence", "pooled"):
        network = core.model_copy(update={"output": output}).build(Incoming(SPEC, parameters=parameters))
        whole, _ = network(batch())
        for together in (1, 3):
            monkeypatch.setattr(recurrent_network, "TOGETHER", together)
            parts, state = network(batch())
            assert state is None
            np.testing.assert_array_equal(parts.ragged.array, whole.ragged.array)
            np.testing.assert_array_equal(parts.ragged.offsets, whole.ragged.offsets)
        monkeypatch.undo()

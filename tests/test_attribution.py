"""Which parts counted: gradients against central differences, attention against the network's own weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seqpipe.attribution import Attribution, Part, attributions, strengths
from seqpipe.builtin.cores.convolution import ConvolutionCore
from seqpipe.builtin.cores.ensemble import EnsembleCore
from seqpipe.builtin.cores.recurrent import GRU, RNN
from seqpipe.builtin.decoders.labels import Labels
from seqpipe.builtin.decoders.tags import Tags
from seqpipe.builtin.decoders.values import Values
from seqpipe.builtin.encoders.one_hot import OneHotEncoder
from seqpipe.builtin.tokenizers.numbers import Numbers
from seqpipe.builtin.tokenizers.symbols import Symbols
from seqpipe.builtin.tokenizers.windows import Windows
from seqpipe.data import Batch, OneHot, Ragged, Record, Spec
from seqpipe.pipeline import Pipeline, assemble
from seqpipe.pipeline.parameters import Existing, Fresh

LABELS = Labels(labels=("a", "b", "c"))
VOCABULARY = {"vocabulary": ["<unk>", *"stuvw"]}
TEXTS = ("stuvw", "wst", "u", "", "vvsxs")


def pipeline(*stages, source="text", learned=()) -> Pipeline:
    """Assemble stages, with weights in float64 as the differences want them."""
    known = list(learned) + [{}] * (len(stages) - len(learned))
    drawn = assemble(stages, Spec(source), known, Fresh(3))
    double = {name: array.astype(np.float64) for name, array in drawn.parameters.items()}
    return assemble(stages, Spec(source), known, Existing(double, "of the test"))


def symbols(*cores, decoder=LABELS) -> Pipeline:
    return pipeline(Symbols(), OneHotEncoder(), *cores, decoder, learned=[VOCABULARY])


def texts(*payloads: str) -> Batch:
    return Batch(tuple(Record(str(index), payload) for index, payload in enumerate(payloads)))


def logits_of(of: Pipeline, batch: Batch) -> np.ndarray:
    for network in of.networks.values():
        batch, _ = network(batch)
    return batch.ragged.array


def with_strength(encoded: Batch, position: int, strength: float) -> Batch:
    """Return what goes into the network with a factor before one position."""
    sequence = encoded.main
    if isinstance(sequence, Ragged):
        values = sequence.array.astype(np.float64)
        values[position] *= strength
        return encoded.replace(sequence=sequence.with_values(values))
    factors = np.ones((len(sequence.ids.array), 1))
    factors[position] = strength
    codes = sequence.dense().astype(np.float64) * factors
    ids = sequence.ids.with_values(np.arange(len(codes), dtype=np.int32))
    return encoded.replace(sequence=OneHot(ids, sequence.depth, codes))


def differences(of: Pipeline, encoded: Batch, step: float = 1e-5) -> np.ndarray:
    """Return how fast the logits of the answers change with the strength of each position."""
    chosen = of.objective.answered(logits_of(of, encoded))
    sides = [
        [
            (logits_of(of, with_strength(encoded, position, 1 + way * step)) * chosen).sum()
            for position in range(int(encoded.main.offsets[-1]))
        ]
        for way in (1, -1)
    ]
    return (np.array(sides[0]) - np.array(sides[1])) / (2 * step)


EMBEDDED = GRU(hidden=3, embedding=4, bidirectional=True, output="pooled")
CASES = {
    "embedded": (EMBEDDED,),
    "one-hot as it is": (RNN(hidden=3, output="last"),),
    "stacked": (GRU(hidden=3, embedding=2), GRU(hidden=3, output="pooled", pooling=("mean",))),
    "convolution of one-hot": (
        ConvolutionCore(width=3, window=3, activation="tanh"),
        GRU(hidden=3, output="pooled"),
    ),
    "ensemble": (EnsembleCore(members=2, cores=(EMBEDDED,)),),
}


@pytest.mark.parametrize("cores", CASES.values(), ids=CASES)
@pytest.mark.parametrize("text", TEXTS[:3])
def test_strengths_are_what_central_differences_give(cores, text):
    of = symbols(*cores)
    encoded = of.encode(texts(text))
    found = strengths(of, encoded)
    assert found is not None
    np.testing.assert_allclose(found.array, differences(of, encoded), rtol=1e-6, atol=1e-9)


def test_the_chosen_value_is_the_median():
    of = symbols(EMBEDDED, decoder=Values(names=("x", "y"), interval=0.8))
    encoded = of.encode(texts("stu"))
    assert of.objective.answered(np.zeros((1, 6))).tolist() == [[0, 1, 0, 0, 1, 0]]
    np.testing.assert_allclose(strengths(of, encoded).array, differences(of, encoded), rtol=1e-6, atol=1e-9)


def test_records_of_a_batch_are_explained_as_each_alone():
    of = symbols(EMBEDDED)
    together = attributions(of, texts(*TEXTS))
    assert together[3] is None  # nothing in it, nothing that counted
    for text, attribution in zip(TEXTS, together, strict=True):
        (alone,) = attributions(of, texts(text))
        assert (alone is None) == (attribution is None)
        if alone and attribution:
            assert [part.text for part in attribution.parts] == list(text)
            np.testing.assert_allclose(
                [part.share for part in alone.parts], [part.share for part in attribution.parts], rtol=1e-9
            )
            assert sum(abs(part.share) for part in alone.parts) == pytest.approx(1)


def test_attention_is_taken_where_there_is_some():
    of = symbols(GRU(hidden=3, embedding=4, output="pooled", pooling=("max", "attention")))
    (attribution,) = attributions(of, texts("stuvw"))
    encoded = of.encode(texts("stuvw"))
    weights = of.networks[2].pooled_attention(encoded)
    assert attribution.how == "attention"
    assert [part.share for part in attribution.parts] == pytest.approx(weights.array.tolist())
    states, _ = symbols(GRU(hidden=3, embedding=4), decoder=Tags(labels=("a", "b"))).networks[2](encoded)
    assert states.ragged.lengths.tolist() == weights.lengths.tolist() == [5]


def test_the_weights_of_attention_are_the_softmax_of_scores():
    of = symbols(GRU(hidden=3, embedding=4, output="pooled", pooling=("attention",)))
    network, encoded = of.networks[2], of.encode(texts("stuvw"))
    query = of.parameters["2.pool.query"]
    states = network.layers[1](network.layers[0](_signal(encoded))).values
    scores = states @ query
    expected = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    np.testing.assert_allclose(network.pooled_attention(encoded).array, expected, rtol=1e-6)


def _signal(encoded):
    from seqpipe.builtin.cores.layers import Signal  # noqa: PLC0415

    return Signal.of(encoded, None)


def test_the_parts_that_counted_most_are_named():
    words = Attribution("gradient", (Part(0, 1, 0.1, "a"), Part(2, 6, -0.6, "fine"), Part(7, 11, 0.3, "film")))
    assert words.most(2) == [("fine", -0.6), ("film", 0.3)]
    letters = Attribution("gradient", (Part(0, 1, 0.4, "T"), Part(1, 2, 0.6, "T")))
    assert letters.most(2) == [("T at 1", 0.6), ("T at 0", 0.4)]


def test_an_answer_for_each_position_is_not_explained():
    of = symbols(GRU(hidden=3), decoder=Tags(labels=("a", "b")))
    assert attributions(of, texts("st")) == [None]


def test_frames_are_explained_by_their_places():
    of = pipeline(Numbers(), GRU(hidden=3, output="pooled"), LABELS, source="numbers")
    batch = Batch((Record("1", [0.5, -1.0, 2.0]),))
    single = assemble(of.stages, of.source, of.learned, Existing(_single(of), "of the test"))
    (attribution,) = attributions(single, batch)
    places = [(part.start, part.stop, part.text) for part in attribution.parts]
    assert places == [(0, 1, None), (1, 2, None), (2, 3, None)]
    encoded = of.encode(batch)
    encoded = encoded.replace(sequence=encoded.ragged.with_values(encoded.ragged.array.astype(np.float64)))
    np.testing.assert_allclose(strengths(of, encoded).array, differences(of, encoded), rtol=1e-5, atol=1e-8)
    assert {name for name, _ in attribution.most(3)} == {"0 to 1", "1 to 2", "2 to 3"}


def _single(of: Pipeline) -> dict[str, np.ndarray]:
    return {name: array.astype(np.float32) for name, array in of.parameters.items()}


def test_what_several_windows_say_of_a_place_is_added():
    of = pipeline(
        Symbols(),
        Windows(length=3, stride=1),
        OneHotEncoder(),
        GRU(hidden=3, output="pooled"),
        LABELS,
        learned=[VOCABULARY],
    )
    (attribution,) = attributions(of, texts("stuvw"))
    assert [part.text for part in attribution.parts] == list("stuvw")
    assert sum(abs(part.share) for part in attribution.parts) == pytest.approx(1)


def test_a_core_that_does_not_tell_is_not_explained():
    of = symbols(EMBEDDED)

    class Silent(type(of.networks[2])):
        def forward(self, batch, state, training):
            return super().forward(batch, state, replace(training, strengths=False))

    silent = Silent(of.networks[2].spec, of.networks[2].layers, carries=False)
    of = replace(of, steps=(*of.steps[:2], silent, of.steps[3]))
    assert attributions(of, texts("st")) == [None]

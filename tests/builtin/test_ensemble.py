"""An ensemble beside its members, each run and trained alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from seqpipe.builtin.cores.convolution import ConvolutionCore
from seqpipe.builtin.cores.ensemble import EnsembleCore
from seqpipe.builtin.cores.recurrent import GRU, RNN
from seqpipe.builtin.decoders.labels import Labels
from seqpipe.builtin.decoders.sample import Sample
from seqpipe.builtin.encoders.one_hot import OneHotEncoder
from seqpipe.builtin.tokenizers.symbols import Symbols
from seqpipe.config import parse_document
from seqpipe.config.stages import declared_stage
from seqpipe.contracts import Training
from seqpipe.data import Batch, Record, Spec
from seqpipe.errors import ConfigError
from seqpipe.pipeline import Fresh, assemble
from seqpipe.pipeline.pipeline import Pipeline
from seqpipe.registry import Registry
from seqpipe.training.loop.gradients import gradients

CORES = (ConvolutionCore(width=5, window=3, activation="tanh"), GRU(hidden=4, bidirectional=True, output="pooled"))
TEXTS = {"abca": "u", "cc": "v", "bbbac": "u", "a": "v", "cabab": "v"}
BEFORE = (Symbols(), OneHotEncoder())
LEARNED = ({"vocabulary": ["<unk>", "a", "b", "c"]}, {})
RECORDS = tuple(Record(text, text, target=label) for text, label in TEXTS.items())


def pipeline_of(cores, supply) -> Pipeline:
    stages = (*BEFORE, *cores, Labels(labels=("u", "v")))
    return assemble(stages, Spec("text"), [*LEARNED, *({} for _ in stages[2:])], supply)


@pytest.fixture(scope="module")
def ensemble() -> Pipeline:
    return pipeline_of((EnsembleCore(members=3, cores=CORES),), Fresh(7))


def member(ensemble: Pipeline, number: int) -> Pipeline:
    """Return the pipeline with a member's weights for a network: its core ``i`` is the stage ``2 + i``."""
    own = {}
    for name, array in ensemble.parameters.items():
        _, _, of_core = name.partition(f"2.{number}.")
        if name.startswith(f"2.{number}."):
            index, _, rest = of_core.partition(".")
            own[f"{2 + int(index)}.{rest}"] = array
    return pipeline_of(CORES, lambda name, _: own[name])


def logits(pipeline: Pipeline) -> np.ndarray:
    batch = Batch(RECORDS)
    for step in pipeline.steps[:-1]:
        batch, _ = step(batch)
    return batch.ragged.array


def test_it_gives_the_mean_of_its_members(ensemble):
    alone = [logits(member(ensemble, number)) for number in range(3)]
    assert np.ptp(alone, axis=0).min() > 1e-4  # they begin with other values
    np.testing.assert_allclose(logits(ensemble), np.mean(alone, axis=0), rtol=1e-5, atol=1e-6)


def test_each_member_learns_as_if_it_were_alone(ensemble):
    """The loss is the mean of theirs."""
    with ThreadPoolExecutor(1) as pool:
        all_together = gradients(ensemble, [ensemble.prepare(Batch(RECORDS))], Training(), pool)
        losses = []
        for number in range(3):
            alone = member(ensemble, number)
            expected = gradients(alone, [alone.prepare(Batch(RECORDS))], Training(), pool)
            losses.append(expected.loss)
            for name, gradient in expected.by_name.items():
                index, _, rest = name.partition(".")
                mine = all_together.by_name[f"2.{number}.{int(index) - 2}.{rest}"]
                np.testing.assert_allclose(mine, gradient, rtol=1e-4, atol=1e-7)
    assert all_together.loss == pytest.approx(np.mean(losses))
    assert all_together.weight == len(RECORDS)


def test_members_drop_other_values(ensemble):
    """Members with the same weights would differ in training by what they drop, and by nothing else."""
    same = {name: ensemble.parameters["2.0" + name[3:]] for name in ensemble.parameters}
    twins = pipeline_of((EnsembleCore(members=3, cores=CORES),), lambda name, _: same[name])
    network = twins.networks[2]
    out, _, _ = network.forward(twins.prepare(Batch(RECORDS)), None, Training(dropout=0.5, key=1))
    assert np.ptp(out.ragged.array.reshape(len(RECORDS), 3, 2), axis=1).max() > 1e-3
    assert out.rows.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]


@pytest.mark.parametrize(
    ("cores", "decoder", "what"),
    [
        ((EnsembleCore(members=2, cores=(RNN(hidden=2),)), GRU(output="last")), Labels(), "gives logits, not features"),
        ((EnsembleCore(members=2, cores=(RNN(output="next"),)),), Sample(), "cannot average what predicts"),
        ((EnsembleCore(members=2, cores=(RNN(),)),), Labels(), "core.rnn has `output: sequence`"),
    ],
)
def test_what_cannot_be_averaged_is_refused(cores, decoder, what):
    stages = (*BEFORE, *cores, decoder)
    with pytest.raises(ConfigError, match=what):
        assemble(stages, Spec("text"), [*LEARNED, *({"labels": ["u", "v"]} for _ in stages[2:])], Fresh(0))


def declared(cores: str):
    text = f"core: core.ensemble\nmembers: 2\ncores: {cores}\n"
    return declared_stage(parse_document(text, "file.yaml", Path()), (), ("core",), Registry.discover())


def test_it_is_declared_as_a_list_of_cores():
    stage = declared("[{core: core.convolution, width: 5, window: 3}, {core: core.gru, output: last}]")
    assert stage == EnsembleCore(members=2, cores=(ConvolutionCore(width=5, window=3), GRU(output="last")))
    assert [core["core"] for core in stage.declaration()["cores"]] == ["core.convolution", "core.gru"]


@pytest.mark.parametrize(
    ("cores", "message"),
    [
        ("{core: core.gru}", "file.yaml:3:8: cores must be a list of cores (such as [{core: core.gru}])"),
        ("[]", "file.yaml:3:8: cores"),
        ("[{encoder: core.one_hot}]", "file.yaml:3:10: a encoder cannot stand here"),
        ("[{core: core.gru, hiden: 3}]", "file.yaml:3:26: unknown key 'hiden'"),
    ],
)
def test_a_wrong_list_is_named_by_its_place(cores, message):
    with pytest.raises(ConfigError) as error:
        declared(cores)
    assert str(error.value).startswith(message)

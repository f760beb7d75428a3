"""Stages that are put together: who gets what."""

from __future__ import annotations

from typing import Any, ClassVar

from seqpipe.builtin.cores.recurrent import GRU, LSTM
from seqpipe.builtin.decoders.tags import Tags
from seqpipe.builtin.encoders.one_hot import OneHotEncoder
from seqpipe.builtin.tokenizers.symbols import Symbols
from seqpipe.contracts import Decoder, Incoming, Objective, Step
from seqpipe.data import Spec
from seqpipe.pipeline.assembly import Assembly
from seqpipe.pipeline.parameters import Fresh


class Again(Decoder):
    """Changes what another decoder gives, and has no parameters."""

    name: ClassVar[str] = "stub.again"

    def objective(self, incoming: Incoming) -> Objective | None:
        return None

    def build(self, incoming: Incoming) -> Step:
        return Step.of(incoming.spec, lambda batch: batch)


def assembly() -> Assembly:
    labels = {"labels": ["red", "blue"]}
    learned: list[dict[str, Any]] = [{"vocabulary": ["<unk>", "a"]}, {}, {}, {}, labels, {}]
    stages = (Symbols(), OneHotEncoder(), GRU(hidden=3), LSTM(hidden=2), Tags(), Again())
    return Assembly(stages, Spec("text"), learned, Fresh(1))


def test_the_first_decoder_alone_gets_the_arrays_of_the_objective() -> None:
    built = assembly()
    assert [bool(incoming.parameters) for incoming in built.incoming] == [False, False, True, True, True, False]
    own = {name.partition(".")[0] for name in built.parameters}
    assert own == {"2", "3", "4"}
    asked = built.objective
    assert asked is not None
    assert {f"4.{name}" for name in asked.parameters} == {name for name in built.parameters if name.startswith("4.")}


def test_the_last_core_alone_is_asked_for_logits() -> None:
    built = assembly()
    first, last = built.incoming[2], built.incoming[3]
    assert first.objective is None
    assert last.objective is built.objective
    assert [step.spec.kind for step in built.steps[2:4]] == ["features", "logits"]

"""Which metrics a pipeline has: those of its last decoder that has some, else the objective's."""

from typing import ClassVar

import pytest

from seqpipe.builtin.cores.recurrent import GRU
from seqpipe.builtin.decoders.ctc import Ctc
from seqpipe.builtin.tokenizers.numbers import Numbers
from seqpipe.contracts import Decoder, Incoming, Step
from seqpipe.data import Batch, Spec
from seqpipe.metrics import exact_match
from seqpipe.pipeline import assemble
from seqpipe.pipeline.parameters import Fresh


class Silent(Decoder):
    """Gives outputs, and says nothing of what is measured."""

    name: ClassVar[str] = "test.silent"

    def build(self, incoming: Incoming) -> Step:
        return Step.of(Spec("outputs"), nothing)


class Measured(Silent):
    """Has a metric of its own."""

    name: ClassVar[str] = "test.measured"

    def metrics(self):
        return (exact_match("text", "mine"),)


def nothing(batch: Batch) -> Batch:
    return batch.replace(outputs=tuple(() for _ in batch.records))


@pytest.mark.parametrize(
    ("last", "names"),
    [((Silent(),), ["cer", "wer", "string_accuracy"]), ((Measured(),), ["mine"]), ((Measured(), Silent()), ["mine"])],
)
def test_the_last_decoder_that_has_metrics_says_what_is_measured(last, names):
    stages = (Numbers(), GRU(hidden=3), Ctc(symbols=("a", "b")), *last)
    pipeline = assemble(stages, Spec("numbers"), [{}] * len(stages), Fresh(0))
    assert [metric.name for metric in pipeline.metrics] == names

"""Examples of the stages for called reads, for the conformance kit."""

from __future__ import annotations

from typing import Any

from seqpipe import Example, Spec
from seqpipe.testing import stage
from seqpipe_dna.calls.calls import Calls
from seqpipe_dna.calls.fastq_writers import WriteFASTA, WriteFASTQ
from seqpipe_dna.calls.sam_writer import WriteSAM
from seqpipe_dna.calls.summary_writer import WriteSummary
from seqpipe_dna.signal.signal_examples import signal_of

_TARGETS = ("ACCA", "GT", "ACGGT")


def call_examples() -> list[Example]:
    """Return them."""
    network = (stage("core", "core.convolution", width=4, window=5, stride=3), stage("core", "core.lstm", hidden=4))
    before = (stage("tokenizer", "core.numbers"), *network, stage("decoder", "core.ctc"))
    signals = [(signal_of(length) - 450) / 80 for length in (90, 64, 120)]
    results = (_result("ACGT", moves=False), _result("", moves=False))
    with_moves = (_result("ACGT", moves=True), _result("", moves=True))
    return [
        *(
            Example(calls, signals, Spec("numbers", rate=4000), before, _TARGETS)
            for calls in (Calls(), Calls(moves=True, scale=0.8, shift=-1.0, highest=40))
        ),
        *(Example(writer, results) for writer in (WriteFASTQ(), WriteFASTA(), WriteFASTA(width=3), WriteSummary())),
        *(Example(writer, with_moves) for writer in (WriteFASTQ(tags=True), WriteSAM())),
    ]


def _result(sequence: str, *, moves: bool) -> dict[str, Any]:
    length = len(sequence)
    result: dict[str, Any] = {
        "sequence": sequence,
        "qualities": "#" * length,
        "length": length,
        "mean_quality": 2.0 if length else None,
        "samples": 10 * length + 7,
        "samples_per_base": 11.75 if length else None,
    }
    return {**result, "stride": 5, "moves": [1, 0] * length + [0]} if moves else result

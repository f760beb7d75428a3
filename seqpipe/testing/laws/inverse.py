"""The law of tokenizers that say they can be inverted."""

from __future__ import annotations

from seqpipe.contracts import Example, Tokenizer
from seqpipe.data import Ragged
from seqpipe.testing.law import DoesNotApply, broken
from seqpipe.testing.subject import subject_of


def inverts(example: Example) -> None:
    """A tokenizer with `invertible` gives each text back from its tokens.

    Let `join` undo what the step does, for blanks and unknown characters too; else set `invertible = False`.
    """
    stage = example.stage
    assert isinstance(stage, Tokenizer)
    if not stage.invertible:
        raise DoesNotApply("it does not say that it can be inverted")
    subject = subject_of(example)
    batch = subject.batch()
    out, _ = subject.step(batch)
    vocabulary = subject.step.spec.vocabulary
    if vocabulary is None or not isinstance(out.sequence, Ragged):
        broken("it says that it can be inverted, but has no vocabulary")
    for record, ids in zip(batch.records, out.sequence, strict=True):
        text = stage.join([vocabulary[number] for number in ids.tolist()])
        if text != record.payload:
            broken(f"{record.payload!r} comes back as {text!r}")

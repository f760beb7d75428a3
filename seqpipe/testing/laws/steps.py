"""Laws about what a step does with a batch."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor

from seqpipe.contracts import Example
from seqpipe.testing.comparison import copied, difference, part
from seqpipe.testing.law import broken
from seqpipe.testing.subject import subject_of

THREADS = 4


def runs(example: Example) -> None:
    """The example goes through.

    Follow the place that is named; a stage that needs other input gets it from an example of
    `seqpipe_register_examples`.
    """
    subject = subject_of(example)
    subject.step(subject.batch())


def repeatable(example: Example) -> None:
    """The same batch gives the same result, whatever came before it.

    Keep nothing of a batch in the step: what is to be remembered goes into the state that the step returns.
    """
    subject = subject_of(example)
    batch = subject.batch()
    first, _ = subject.step(batch)
    for _ in range(2):
        if differing := difference(first, subject.step(batch)[0]):
            broken(f"at the second time {differing}")


def unchanged(example: Example) -> None:
    """What comes in is left as it is.

    Work on copies: `batch.replace(...)` for the batch, a new array in place of `+=` and `out=`.
    """
    subject = subject_of(example)
    batch = subject.batch()
    original, records = copied(batch), pickle.dumps(batch.records)
    subject.step(batch)
    if differing := difference(original, batch):
        broken(f"of the incoming batch, {differing}")
    if pickle.dumps(batch.records) != records:
        broken("it changes the records")


def alone(example: Example) -> None:
    """A record gives the same alone as among others, to the last bit.

    Compute each row from itself alone, and not from the longest row, the mean of the batch or its order.
    """
    subject = subject_of(example)
    batch = subject.batch()
    whole, _ = subject.step(batch)
    for index, record in enumerate(batch.records):
        single, _ = subject.step(part(batch, index))
        if differing := difference(part(whole, index), single):
            broken(f"of record {record.position} of {len(batch.records)}, {differing} when it is alone")


def on_threads(example: Example) -> None:
    """Several threads may call a step at once.

    Share no buffers between calls: make arrays that are written to in the call itself.
    """
    subject = subject_of(example)
    batch = subject.batch()
    parts = [part(batch, index) for index in range(len(batch.records))] * THREADS
    expected = [subject.step(batch)[0] for batch in parts]
    with ThreadPoolExecutor(THREADS) as pool:
        for alone_out, (out, _) in zip(expected, pool.map(subject.step, parts), strict=True):
            if differing := difference(alone_out, out):
                broken(f"on several threads {differing}")


def pickles(example: Example) -> None:
    """A step can be sent to another process.

    Keep no lambdas, locks, open files or generators in the step; open what it needs when it is called, or in
    `__setstate__`.
    """
    subject = subject_of(example)
    try:
        again = pickle.loads(pickle.dumps(subject.step))  # noqa: S301 - made in this line
    except Exception as error:  # noqa: BLE001 - whatever stands in the way
        broken(f"it cannot be pickled: {type(error).__name__}: {error}")
    batch = subject.batch()
    if differing := difference(subject.step(batch)[0], again(batch)[0]):
        broken(f"after a pickle {differing}")

"""The losses against PyTorch's, torchcrf's and CRFsuite's: ``python benchmarks/losses.py [--quick] [--only ctc crf]``.

Needs ``benchmarks/requirements.txt``. One thread each, in one process, by turns as in ``peers.py``; what the engines
give is compared before anything is timed. PyTorch's times are those of the loss forward and backward to the logits.

CRFsuite trains by passing over its data in C and tells no time of its parts. What can be timed is the first marginal
after a sequence has been set: that computes the factors of the scores, forward and backward, without the gradient that
seqpipe computes besides. Setting the sequence, which looks attributes up, is left out of its time. Its model's scores
come from training on random labels; ours are made from the same weights, and marginals are compared.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import fair  # noqa: F401 - before NumPy and the engines
import numpy as np
import pycrfsuite
import torch
from machine import description
from peers import interval, turn
from torchcrf import CRF

from seqpipe.network.crf import crf_loss
from seqpipe.network.ctc import ctc_loss
from seqpipe.network.losses import softmax_cross_entropy

CTC = [
    (frames, labels, classes, batch)
    for frames, labels in ((100, 20), (400, 60), (800, 100))
    for classes in (29, 64, 500)
    for batch in (8, 64)
]
TAGS = (9, 17, 50)
BATCHES = ((32, 30), (1, 100))  # records, positions
ATTRIBUTES = 8  # of a position, for CRFsuite
Seconds = Callable[[], float]


@dataclass(frozen=True)
class Cell:
    """Two ways to the same numbers.

    Attributes:
        ours, theirs: return the seconds of one computation.
    """

    name: str
    peer: str
    ours: Seconds
    theirs: Seconds


@dataclass(frozen=True)
class Row:
    """Median times, and the peer's over ours with the interval that holds its median with 95 % confidence."""

    name: str
    peer: str
    ours_s: float
    theirs_s: float
    ratio: float
    ratio_low: float
    ratio_high: float


def ctc_cells() -> Iterator[Cell]:
    for frames, count, classes, batch in CTC:
        rng = np.random.default_rng(0)
        logits = rng.normal(size=(batch * frames, classes)).astype(np.float32)
        targets = rng.integers(1, classes, batch * count).astype(np.int32)
        offsets, target_offsets = np.arange(batch + 1) * frames, np.arange(batch + 1) * count
        their_logits = torch.tensor(logits.reshape(batch, frames, classes), requires_grad=True)
        their_targets = torch.tensor(targets.astype(np.int64).reshape(batch, count))
        lengths = torch.full((batch,), frames), torch.full((batch,), count)

        def theirs(their_logits=their_logits, their_targets=their_targets, lengths=lengths):  # noqa: ANN001, ANN202
            their_logits.grad = None
            log_probabilities = torch.nn.functional.log_softmax(their_logits.transpose(0, 1), -1)
            losses = torch.nn.functional.ctc_loss(log_probabilities, their_targets, *lengths, reduction="none")
            losses.sum().backward()
            return losses.detach().numpy(), their_logits.grad.reshape(-1, their_logits.shape[-1]).numpy()

        def ours(logits=logits, offsets=offsets, targets=targets, target_offsets=target_offsets):  # noqa: ANN001, ANN202
            return ctc_loss(logits, offsets, targets, target_offsets)

        exactly = their_logits.detach().double().requires_grad_()  # in float32 PyTorch's is off by 2e-3 over 800 frames
        _compare(ours(), theirs(exactly), tolerance=1e-5)
        yield Cell(f"ctc, {frames} frames, {count} of {classes} labels, batch {batch}", "PyTorch",
                   lambda call=ours: turn(call, 1), lambda call=theirs: turn(call, 1))  # fmt: skip


def crf_cells() -> Iterator[Cell]:
    for tags in TAGS:
        for records, positions in BATCHES:
            yield _against_torchcrf(tags, records, positions)
            yield _against_crfsuite(tags, records, positions)


def _against_torchcrf(tags: int, records: int, positions: int) -> Cell:
    rng, model = np.random.default_rng(0), CRF(tags, batch_first=True)
    parameters = [p.detach().numpy() for p in (model.transitions, model.start_transitions, model.end_transitions)]
    emissions = rng.normal(size=(records * positions, tags)).astype(np.float32)
    labels = rng.integers(0, tags, records * positions).astype(np.int32)
    offsets = np.arange(records + 1) * positions
    their_emissions = torch.tensor(emissions.reshape(records, positions, tags), requires_grad=True)
    their_labels = torch.tensor(labels.astype(np.int64).reshape(records, positions))

    def theirs():  # noqa: ANN202
        model.zero_grad()
        their_emissions.grad = None
        losses = -model(their_emissions, their_labels, reduction="none")
        losses.sum().backward()
        gradients = their_emissions.grad.reshape(-1, tags), model.transitions.grad, model.start_transitions.grad
        return losses.detach().numpy(), *(gradient.numpy() for gradient in gradients)

    def ours():  # noqa: ANN202
        losses, gradients = crf_loss(emissions, offsets, labels, *parameters)
        return losses, gradients.emissions, gradients.transitions, gradients.start

    _compare(ours(), theirs(), tolerance=2e-3)
    return Cell(f"crf, {tags} labels, {records} x {positions}", "torchcrf",
                lambda: turn(ours, 1), lambda: turn(theirs, 1))  # fmt: skip


def _against_crfsuite(tags: int, records: int, positions: int) -> Cell:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(records, positions, ATTRIBUTES))
    labels = rng.integers(0, tags, (records, positions))
    sequences = [
        pycrfsuite.ItemSequence([{f"a{k}": value for k, value in enumerate(item)} for item in sequence])
        for sequence in values
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model")
        trainer = pycrfsuite.Trainer(verbose=False)
        for sequence, names in zip(sequences, labels, strict=True):
            trainer.append(sequence, [str(name) for name in names])
        for name in range(tags):  # so that each label is known, whatever was drawn
            trainer.append(pycrfsuite.ItemSequence([{"a0": 0.0}]), [str(name)])
        trainer.set_params({"feature.possible_transitions": True, "feature.possible_states": True, "c2": 0.1,
                            "max_iterations": 5})  # fmt: skip
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
    weights, transitions = np.zeros((ATTRIBUTES, tags), np.float32), np.zeros((tags, tags), np.float32)
    info = tagger.info()
    for (attribute, name), weight in info.state_features.items():
        weights[int(attribute[1:]), int(name)] = weight
    for (before, name), weight in info.transitions.items():
        transitions[int(before), int(name)] = weight
    emissions = (values.reshape(-1, ATTRIBUTES) @ weights).astype(np.float32)
    ends, offsets = np.zeros(tags, np.float32), np.arange(records + 1) * positions
    given = labels.ravel().astype(np.int32)

    def marginals():  # noqa: ANN202
        for sequence in sequences:
            tagger.set(sequence)
            yield [[tagger.marginal(str(name), place) for name in range(tags)] for place in range(positions)]

    gradient = crf_loss(emissions, offsets, given, transitions, ends, ends)[1].emissions
    found = gradient + np.eye(tags, dtype=np.float32)[given]  # what the gradient adds to the labels that are given
    _compare((found,), (np.array(list(marginals())).reshape(-1, tags),), tolerance=1e-4)

    def theirs() -> float:
        seconds = 0.0
        for sequence in sequences:
            tagger.set(sequence)
            begin = time.perf_counter()
            tagger.marginal("0", 0)
            seconds += time.perf_counter() - begin
        return seconds

    def ours():  # noqa: ANN202
        return crf_loss(emissions, offsets, given, transitions, ends, ends)

    return Cell(f"crf, {tags} labels, {records} x {positions}", "CRFsuite, no gradient",
                lambda: turn(ours, 1), theirs)  # fmt: skip


def cross_entropy_cells() -> Iterator[Cell]:
    for rows, classes in ((64, 10_000), (512, 10_000), (2000, 50)):
        rng = np.random.default_rng(0)
        logits = rng.normal(size=(rows, classes)).astype(np.float32)
        targets = rng.integers(0, classes, rows).astype(np.int32)
        their_logits = torch.tensor(logits, requires_grad=True)
        their_targets = torch.tensor(targets.astype(np.int64))

        def theirs(their_logits=their_logits, their_targets=their_targets):  # noqa: ANN001, ANN202
            their_logits.grad = None
            losses = torch.nn.functional.cross_entropy(their_logits, their_targets, reduction="none")
            losses.sum().backward()
            return losses.detach().numpy(), their_logits.grad.numpy()

        def ours(logits=logits, targets=targets):  # noqa: ANN001, ANN202
            return softmax_cross_entropy(logits, targets)

        _compare(ours(), theirs(), tolerance=1e-5)
        yield Cell(f"cross-entropy, {rows} rows, {classes} classes", "PyTorch",
                   lambda call=ours: turn(call, 1), lambda call=theirs: turn(call, 1))  # fmt: skip


def _compare(ours: tuple[np.ndarray, ...], theirs: tuple[np.ndarray, ...], tolerance: float) -> None:
    """Raise AssertionError unless all arrays agree, to a part of the largest value of each."""
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=tolerance * np.abs(other).max())


def measure(cell: Cell, seconds: float, least_rounds: int) -> Row:
    """Time both, by turns."""
    ours: list[float] = []
    theirs: list[float] = []
    begin = time.perf_counter()
    while len(ours) < least_rounds or (time.perf_counter() - begin < seconds and len(ours) < 41):
        ours.append(cell.ours())
        theirs.append(cell.theirs())
    ratio = interval([other / mine for mine, other in zip(ours, theirs, strict=True)])
    return Row(cell.name, cell.peer, interval(ours)[0], interval(theirs)[0], *ratio)


def main() -> None:
    parser = argparse.ArgumentParser(description="the losses against their peers")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--only", nargs="*", default=[], choices=["ctc", "crf", "cross-entropy"])
    parser.add_argument("--json", type=Path, help="where the rows go")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{description()}; one thread\n")
    print("| loss and gradient | peer | seqpipe ms | peer ms | times the peer |\n|---|---|---|---|---|")
    rows = []
    for kind, cells in (("ctc", ctc_cells), ("crf", crf_cells), ("cross-entropy", cross_entropy_cells)):
        if options.only and kind not in options.only:
            continue
        for cell in cells():
            row = measure(cell, 0.3 if options.quick else 2.0, 3 if options.quick else 7)
            rows.append(row)
            print(f"| {row.name} | {row.peer} | {1e3 * row.ours_s:.3f} | {1e3 * row.theirs_s:.3f} | "
                  f"{row.ratio:.2f} ({row.ratio_low:.2f} to {row.ratio_high:.2f}) |", flush=True)  # fmt: skip
    slower = [row.name for row in rows if row.ratio_high < 1]
    print(f"{len(rows)} cells, {len(slower)} slower than the peer beyond the interval", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), "utf-8")


if __name__ == "__main__":
    main()

"""How many sentences are translated in a second: ``python benchmarks/translation.py [PIPELINE] --data SENTENCES``.

Needs ``benchmarks/requirements.txt``. The same network, with the same weights, beam, limits and batches, runs in
PyTorch in the same process (``torch_translation.py``); what both give is compared before anything is timed, and they
take turns. seqpipe's time has all in it, from text to text; PyTorch begins with the ids of tokens and ends with those
of the target. Sentences with words to copy are left out, as their search has a constraint more.
"""

from __future__ import annotations

import argparse
import gzip
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import fair  # noqa: F401 - before NumPy and the engines
import numpy as np
import torch
from machine import description
from peers import interval
from torch_translation import TorchTranslation

import seqpipe
from seqpipe import Batch, Record

Run = Callable[[], list[str]]


def read(path: Path) -> list[str]:
    """Return the sentences of a file, a line each; what stands behind a tab is left out."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [line.partition("\t")[0] for line in data.decode().splitlines()]


def prepared(loaded: seqpipe.Loaded, sentences: Sequence[str]) -> tuple[list[str], list[np.ndarray]]:
    """Return the sentences that both search alike, with the ids of their tokens."""
    tokenize, *others = (step for step in loaded.pipeline.steps if step.spec.kind == "tokens")
    kept, ids = [], []
    for sentence in sentences:
        out, _ = tokenize(Batch((Record("1", sentence),)))
        for other in others:
            out, _ = other(out)
        if len(out.rows) == 1 and len(out.ragged.array) and not out.columns["unknown"].array.any():
            kept.append(sentence)
            ids.append(out.ragged.array)
    return kept, ids


def ours(loaded: seqpipe.Loaded, sentences: Sequence[str], size: int, threads: int) -> Run:
    """Return seqpipe's run."""

    def one(begin: int) -> list[str]:
        batch = Batch(tuple(Record(str(index), text) for index, text in enumerate(sentences[begin : begin + size])))
        for step in loaded.pipeline.steps:
            batch, _ = step(batch)
        assert batch.outputs is not None
        return [result["text"] for (result,) in batch.outputs]

    pool = ThreadPoolExecutor(threads)
    return lambda: [text for part in pool.map(one, range(0, len(sentences), size)) for text in part]


def theirs(loaded: seqpipe.Loaded, ids: Sequence[np.ndarray], size: int, threads: int) -> Run:
    """Return PyTorch's run, with the text of its ids."""
    stages, parameters = loaded.pipeline.stages, loaded.pipeline.parameters
    first, second = (index for index, stage in enumerate(stages) if stage.kind == "core")
    cores = (
        {name.partition(".")[2]: array for name, array in parameters.items() if name.startswith(f"{index}.")}
        for index in (first, second)
    )
    network, decoder = TorchTranslation(*cores), stages[-1]
    assert not decoder.coverage, "PyTorch's search here has no coverage penalty"
    learned = seqpipe.Incoming(seqpipe.Spec("text"), loaded.pipeline.learned[-1])
    vocabulary = decoder.target.build(learned).spec.vocabulary

    def run() -> list[str]:
        torch.set_num_threads(threads)
        found = []
        for begin in range(0, len(ids), size):
            part = ids[begin : begin + size]
            limits = [min(decoder.longest, int(10 + decoder.stretch * len(source))) for source in part]
            found += network.translate(part, decoder.beam, limits, decoder.length_penalty)
        return [decoder.target.join([vocabulary[token] for token in tokens]) for tokens in found]

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pipeline", nargs="?", default="text/translate-de-en")
    parser.add_argument("--data", type=Path, required=True, help="a file with a sentence a line, .gz too")
    parser.add_argument("--set", action="append", default=[], help="as for seqpipe, such as decoder.beam=5")
    parser.add_argument("--batch", type=int, default=64, help="sentences at once")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int, help="sentences")
    options = parser.parse_args()
    loaded = seqpipe.load(options.pipeline, settings=options.set)
    sentences, ids = prepared(loaded, read(options.data)[: options.limit])
    runs = {
        "seqpipe": ours(loaded, sentences, options.batch, options.threads),
        "pytorch": theirs(loaded, ids, options.batch, options.threads),
    }
    texts = {name: run() for name, run in runs.items()}
    same = sum(one == other or "<unk>" in other for one, other in zip(*texts.values(), strict=True)) / len(sentences)
    assert same > 0.97, f"only {same:.1%} of the translations are the same"  # else sums in another order
    times: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(options.rounds):
        for name, run in runs.items():
            begin = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - begin)
        print(f"round {number + 1}", file=sys.stderr)
    print(description())
    beam = loaded.pipeline.stages[-1].beam
    how = f"beam {beam}, batch {options.batch}, {options.threads} threads"
    print(f"{len(sentences)} sentences, {same:.1%} the same; {how}")
    for name, own in times.items():
        print(f"{name:8s} {len(sentences) / statistics.median(own):7.1f} sentences a second")
    ratio = interval([one / other for one, other in zip(times["pytorch"], times["seqpipe"], strict=True)])
    print(f"seqpipe is {ratio[0]:.2f} ({ratio[1]:.2f} to {ratio[2]:.2f}) times as fast")


if __name__ == "__main__":
    main()

"""Gradients of whole pipelines, every layer and loss composed, against finite differences in float64."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from seqpipe.contracts import Parameter, Training
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array
from seqpipe.pipeline import Fresh, assemble
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.registry import Registry
from seqpipe.training.data.problems import Problems
from seqpipe.training.data.truncation import window_of
from seqpipe.training.loop.gradients import gradients
from seqpipe.training.session.task import task_of

TEXT = "read: {reader: core.jsonl, payload: text, target: target}"
NUMBERS = "read: {reader: core.jsonl, payload: numbers, target: target, type: numbers}"
SYMBOLS = "- tokenizer: core.symbols\n- encoder: core.one_hot"
WORDS = "- tokenizer: core.symbols\n  separator: ' '\n- tokenizer: core.characters\n- encoder: core.one_hot"
FRAMES = "- tokenizer: core.numbers\n  width: 2\n- encoder: core.standardize"
NEXT = "{hidden: 4, output: next}"

CASES = {
    "rnn tanh, last, labels": (TEXT, SYMBOLS, "core.rnn {hidden: 3, output: last}", "core.labels", "label"),
    "rnn relu, mean, labels": (
        TEXT, SYMBOLS, "core.rnn {hidden: 3, activation: relu, output: pooled, pooling: [mean]}",
        "core.labels", "label",
    ),
    "gru, max and attention, smoothing": (
        TEXT, SYMBOLS, "core.gru {embedding: 3, hidden: 3, layers: 2, bidirectional: true, output: pooled, "
        "pooling: [max, attention]}", "core.labels {smoothing: 0.1}", "label",
    ),
    "lstm, characters, crf": (
        TEXT, WORDS, "core.lstm {embedding: 3, hidden: 3, bidirectional: true, characters: {embedding: 2, hidden: 2}}",
        "core.tags", "labels",
    ),
    "convolution, lstm, ctc": (
        NUMBERS, FRAMES, "core.convolution {width: 3, window: 3, stride: 2, activation: tanh}; core.lstm {hidden: 4}",
        "core.ctc; core.join", "symbols",
    ),
    "gru, attention, translation": (
        TEXT, SYMBOLS, "core.gru {embedding: 3, hidden: 3, bidirectional: true}; "
        "core.attention {embedding: 3, hidden: 3}",
        "core.beam {target: {tokenizer: core.symbols}, smoothing: 0.1}", "text",
    ),
    "gru, next token": (TEXT, SYMBOLS, f"core.gru {NEXT}", "core.sample {length: 2}", "none"),
    "lstm, next keys": (NUMBERS, "- tokenizer: core.numbers\n  width: 2", f"core.lstm {NEXT}", "core.keys", "none"),
    "gru, labels of positions": (NUMBERS, FRAMES, "core.gru {hidden: 3}", "core.segments", "positions"),
}  # fmt: skip


def example(chance: random.Random, reader: str, target: str) -> dict:
    length = chance.randint(2, 6)
    words = [chance.choice(["ab", "ba", "aab", "b"]) for _ in range(length)]
    text = " ".join(words) if target == "labels" else "".join(chance.choice("abc") for _ in range(length))
    numbers = [
        [float(chance.random() > 0.5) if target == "none" else chance.gauss(0, 1) for _ in "xy"] for _ in words * 2
    ]
    targets = {
        "label": chance.choice("uv"),
        "labels": [chance.choice(["O", "B-X", "I-X", None]) for _ in words],
        "symbols": "".join(chance.choice("st") for _ in range(chance.randint(1, 2))),
        "text": text[::-1],
        "positions": [chance.choice("uv") for _ in numbers],
        "none": None,
    }
    return {"text" if reader is TEXT else "numbers": text if reader is TEXT else numbers, "target": targets[target]}


def stages(kind: str, declared: str) -> str:
    """Write ``core.gru {hidden: 3}; ...`` as YAML."""
    lines = []
    for stage in declared.split("; "):
        name, _, parameters = stage.partition(" ")
        inner = parameters.strip()[1:-1]
        lines.append(f"- {{{kind}: {name}{', ' if inner else ''}{inner}}}")
    return "\n".join(lines)


def double(batch: Batch) -> Batch:
    """Return a batch whose vectors are float64."""
    sequence = batch.sequence
    if isinstance(sequence, Ragged) and sequence.array.dtype == np.float32:
        return batch.replace(sequence=sequence.with_values(sequence.array.astype(np.float64)))
    return batch


class Fresh64(Fresh):
    """Draws in float64; zeros are drawn as well, so that nothing is hidden by symmetry."""

    def __call__(self, name: str, parameter: Parameter) -> Array:
        random = np.random.default_rng(len(name))
        return super().__call__(name, parameter).astype(np.float64) + random.normal(0, 0.3, parameter.shape)


def built(folder, case):
    """Return a pipeline in float64 and all of its data as one batch."""
    reader, before, cores, decoders, target = CASES[case]
    chance = random.Random(1)
    records = [example(chance, reader, target) for _ in range(5)]
    (folder / "train.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    text = f"{reader}\nstages:\n{before}\n{stages('core', cores)}\n{stages('decoder', decoders)}\n"
    (folder / "pipeline.yaml").write_text(text + "train: {data: {train: train.jsonl}}\n")
    registry = Registry.discover()
    task = task_of(open_pipeline(str(folder / "pipeline.yaml"), registry, with_model=False), registry, Problems())
    pipeline = task.pipeline
    return assemble(pipeline.stages, pipeline.source, pipeline.learned, Fresh64(1)), double(task.data.batch)


def greatest_error(pipeline, blocks, training, states=()) -> float:
    """Return the greatest relative error of the derivatives, along random directions of each parameter."""

    def compute():
        with ThreadPoolExecutor(1) as pool:
            return gradients(pipeline, blocks, training, pool, states)

    exact, worst = compute(), 0.0
    random = np.random.default_rng(1)
    for name, parameter in pipeline.parameters.items():
        norm = np.linalg.norm(exact.by_name[name])
        for _ in range(3):
            direction = random.normal(size=parameter.shape)
            direction /= np.linalg.norm(direction)
            values = []
            before = parameter.copy()
            for step in (1e-5, -1e-5):
                np.copyto(parameter, before + step * direction)
                found = compute()
                values.append(found.loss / found.weight)
            np.copyto(parameter, before)
            difference = (values[0] - values[1]) / 2e-5
            analytic = float((exact.by_name[name] * direction).sum())
            worst = max(worst, abs(difference - analytic) / max(norm, 1e-3))
    return worst


@pytest.mark.parametrize("case", CASES)
def test_gradients_of_the_whole(tmp_path, case):
    pipeline, batch = built(tmp_path, case)
    assert greatest_error(pipeline, [batch], Training()) <= 1e-6


@pytest.mark.parametrize(
    "case", ["gru, max and attention, smoothing", "lstm, characters, crf", "gru, attention, translation"]
)
def test_gradients_with_dropout(tmp_path, case):
    pipeline, batch = built(tmp_path, case)
    assert (
        greatest_error(pipeline, [batch], Training(input_dropout=0.3, dropout=0.3, recurrent_dropout=0.3, key=5))
        <= 1e-6
    )


@pytest.mark.parametrize("case", ["gru, next token", "lstm, next keys", "gru, labels of positions"])
def test_gradients_of_a_window_with_what_was_carried_to_it(tmp_path, case):
    pipeline, batch = built(tmp_path, case)
    with ThreadPoolExecutor(1) as pool:
        first = gradients(pipeline, [window_of(batch, 0, 3)], Training(), pool)
    assert greatest_error(pipeline, [window_of(batch, 1, 3)], Training(), first.states) <= 1e-6


@pytest.mark.parametrize("case", ["gru, next token", "lstm, next keys", "gru, labels of positions"])
def test_the_loss_of_all_windows_is_that_of_the_whole(tmp_path, case):
    pipeline, batch = built(tmp_path, case)
    with ThreadPoolExecutor(1) as pool:
        whole = gradients(pipeline, [batch], Training(), pool)
        losses, states = [], ()
        for number in range(4):
            found = gradients(pipeline, [window_of(batch, number, 3)], Training(), pool, states)
            states = found.states
            losses.append(found.loss)
    assert sum(losses) == pytest.approx(whole.loss, rel=1e-12)

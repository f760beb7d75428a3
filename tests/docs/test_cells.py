"""The worked example of docs/cells.md: installed as a plugin, compared with NumPy, tried by the kit and trained."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

import seqpipe
from seqpipe import testing
from seqpipe.network.recurrent import Recurrent
from tests import naive_recurrent as naive
from tests.docs.pages import ROOT, blocks_of
from tests.recurrent_problem import LENGTHS, Problem, parameters_of, state_of, twin

PIPELINE = """
name: balance
read: {reader: core.jsonl, payload: text, target: label}
stages:
  - tokenizer: core.symbols
  - encoder: core.one_hot
  - core: mine.peephole_lstm
    hidden: 12
    output: last
  - decoder: core.labels
train:
  data: {train: train.jsonl, dev: dev.jsonl}
  epochs: 12
  batch: {records: 16}
  optimizer: {adam: {lr: 0.02}}
"""


def peephole_lstm(x, a, c, p):
    """Take one step: the equations of the page, in NumPy."""
    i, f, g, o = np.split(naive.added(x, a, p), 4)
    i, f = naive.sigmoid(i + p["weight_pi"] * c), naive.sigmoid(f + p["weight_pf"] * c)
    c = f * c + i * np.tanh(g)
    return naive.sigmoid(o + p["weight_po"] * c) * np.tanh(c), c


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """The plugin of the page, as if it were installed."""
    equations, rest = [block.code for block in blocks_of(ROOT / "docs" / "cells.md") if block.language == "python"]
    package, info = tmp_path / "mine", tmp_path / "mine-0.1.dist-info"
    package.mkdir()
    info.mkdir()
    (package / "peephole.py").write_text(equations)
    (package / "__init__.py").write_text(rest)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[seqpipe]\nmine = mine\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(naive.STEPS, "peephole_lstm", peephole_lstm)
    import mine  # noqa: PLC0415 - it has just been written

    yield mine
    for name in ("mine", "mine.peephole"):
        sys.modules.pop(name, None)


def test_it_is_what_its_equations_say(mine):
    rng = np.random.default_rng(7)
    network = Recurrent(mine.PEEPHOLE_LSTM, 5, 6, layers=2, bidirectional=True)
    problem = Problem(network, rng)
    problem.check_gradients(rng)
    outputs, *_ = problem.forward()
    expected, _ = twin(network, problem.parameters, problem.inputs, LENGTHS, problem.state, problem.masks)
    assert np.abs(problem.packing.unpack(outputs) - expected).max() <= 1e-10
    single = Recurrent(mine.PEEPHOLE_LSTM, 5, 21)
    parameters, state = parameters_of(single, rng, np.float32), state_of(single, rng, np.float32)
    values = rng.standard_normal((sum(LENGTHS), 5)).astype(np.float32)
    packing = problem.packing
    outputs = packing.unpack(single.forward(packing.pack(values), packing, single.prepare(parameters), state)[0])
    assert np.abs(outputs - twin(single, parameters, values, LENGTHS, state)[0]).max() <= 1e-5


def test_its_core_keeps_the_laws(mine):
    examples = testing.examples_of(mine.PeepholeLSTM)
    findings = [finding for example in examples for finding in testing.findings_of(example)]
    assert sum(finding.verdict == "holds" for finding in findings) >= 20
    assert [(finding.law, finding.why) for finding in findings if finding.verdict == "broken"] == []


def test_it_learns(mine, tmp_path, monkeypatch):
    """Whether there are more a than b: a state that counts."""
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(1)
    for name, count in (("train", 300), ("dev", 100)):
        texts = ["".join(draw.choice(list("ab"), draw.integers(1, 12))) for _ in range(count)]
        lines = [{"text": text, "label": "a" if text.count("a") > text.count("b") else "b"} for text in texts]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "balance.yaml").write_text(PIPELINE)
    model = seqpipe.train("balance.yaml")
    found = seqpipe.evaluate("balance.yaml", "dev.jsonl", settings=[f"model={model}"])
    assert found["accuracy"].value >= 0.9

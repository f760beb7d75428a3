"""BLEU and chrF against sacreBLEU's own figures over a whole set, and the decoder in a pipeline."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

import seqpipe
from seqpipe_text.translate import Translate
from seqpipe_text.translation_metrics import bleu, chrf
from seqpipe_text.words import Words

VOCABULARY = ("the", "a", "cat", "Cat", "sat", "on", ",", ".", "Hund", "ß", "42", "don't")
WORDS = st.lists(st.sampled_from(VOCABULARY), max_size=12).map(" ".join)
PAIRS = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8)
METRICS = [
    (bleu("text"), sacrebleu.BLEU()),
    (bleu("text", lowercase=True), sacrebleu.BLEU(lowercase=True)),
    (chrf("text"), sacrebleu.CHRF()),
]


@pytest.mark.parametrize(("metric", "reference"), METRICS, ids=["bleu", "bleu_lc", "chrf"])
@given(pairs=PAIRS)
def test_the_figure_is_that_of_sacrebleu(metric, reference, pairs):
    counts = [metric.count(seqpipe.Record("1", "", target=true), [{"text": found}]) for found, true in pairs]
    found, true = ([pair[side] for pair in pairs] for side in (0, 1))
    expected = reference.corpus_score(found, [true]).score
    assert metric.value(np.sum(np.array(counts, float), axis=0)) == pytest.approx(expected, abs=1e-9)
    assert metric.signature == str(reference.get_signature())


def test_no_result_counts_as_an_empty_translation():
    record = seqpipe.Record("1", "", target="a cat")
    for metric, _ in METRICS:
        assert list(metric.count(record, [])) == list(metric.count(record, [{"text": ""}]))


PIPELINE = """
read: {reader: core.tsv, columns: [text, target], payload: text, target: target}
stages:
  - tokenizer: text.words
  - encoder: core.one_hot
  - core: core.gru
    embedding: 8
    hidden: 16
  - core: core.attention
    embedding: 8
    hidden: 16
  - decoder: text.translate
    target: {tokenizer: text.words}
    beam: 2
train:
  data: {train: pairs.tsv, dev: pairs.tsv}
  optimizer: {adam: {lr: 0.02}}
  epochs: 40
  batch: {records: 4}
"""
PAIRS_TO_LEARN = [
    ("ein Hund sieht eine Katze.", "a dog sees a cat."),
    ("eine Katze sieht einen Hund.", "a cat sees a dog."),
    ("ein roter Hund schläft.", "a red dog is asleep."),
    ("Katzen schlafen nie.", "cats are never asleep."),
]


def test_a_pipeline_is_trained_and_evaluated(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "translate.yaml").write_text(PIPELINE)
    (tmp_path / "pairs.tsv").write_text("".join(f"{source}\t{target}\n" for source, target in PAIRS_TO_LEARN))
    model = seqpipe.train("translate.yaml", output="run")
    epochs = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert {"bleu", "chrf", "bleu_lc"} <= epochs[-1].keys()
    figures = seqpipe.evaluate("translate.yaml", "pairs.tsv", settings=[f"model={model}"])
    assert [figures[name].value for name in ("bleu", "chrf", "bleu_lc")] == pytest.approx([100, 100, 100])
    evaluate = ["evaluate", "translate.yaml", "--set", f"model={model}", "--data", "pairs.tsv"]
    printed, table = (command(*evaluate, *options) for options in (["--json"], []))
    signature = str(sacrebleu.BLEU(references=[["one"]]).get_signature())
    assert json.loads(printed)["bleu"]["signature"] == signature
    assert table.splitlines()[0].split() == ["bleu", "100", "[100,", "100]", signature]


def command(*words):
    """Return what a command of seqpipe prints."""
    words = [sys.executable, "-m", "seqpipe", *words]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_without_sacrebleu_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("seqpipe_text.translation_metrics.find_spec", lambda _: None)
    with pytest.raises(seqpipe.PluginError, match=r"pip install 'seqpipe-text\[eval\]'"):
        Translate(target=Words()).for_evaluation()

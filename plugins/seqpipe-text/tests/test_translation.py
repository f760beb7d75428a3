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
from pydantic import ValidationError

import seqpipe
from seqpipe_text.translation.bpe import BPE
from seqpipe_text.translation.translate import Translate
from seqpipe_text.translation.translation_metrics import bleu, chrf
from seqpipe_text.words.sentences import Sentences
from seqpipe_text.words.words import Words

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
    monkeypatch.setattr("seqpipe_text.translation.translation_metrics.find_spec", lambda _: None)
    with pytest.raises(seqpipe.PluginError, match=r"pip install 'seqpipe-text\[eval\]'"):
        Translate(target=Words()).for_evaluation()


SENTENCES = Sentences()
TEXT = "Zora sah 1987 den Ω.\n\n🙂 12:30! Dann ging Zora-Lee."
DECODER = Translate(target=BPE())


@pytest.fixture
def source():
    """Return a batch as it comes to the decoder: sentences of a text, and an empty text."""
    bpe = BPE(min_count=1, size=60)
    learner = bpe.learner(seqpipe.Incoming(seqpipe.Spec("text")))
    learner.see(seqpipe.Batch((seqpipe.Record("1", "Zora sah den. Dann ging Lee! 12:30"),)))
    step = bpe.build(seqpipe.Incoming(seqpipe.Spec("text"), learner.learned()))
    sentences = SENTENCES.build(seqpipe.Incoming(step.spec))
    out, _ = sentences(step(seqpipe.Batch((seqpipe.Record("1", TEXT), seqpipe.Record("2", ""))))[0])
    return out


def looking(batch, row, *words):
    """Return attention of which each row looks at a word of the text."""
    spans = batch.columns["spans"][row]
    return [np.array([float(TEXT[begin:end] in word) for begin, end in spans]) for word in words]


def test_what_is_not_known_is_copied_where_it_is_looked_at(source):
    tokens = ["▁In", "▁<unk>", "▁Zora", "▁saw", "▁the", "▁<unk>", "."]
    looks = looking(source, 0, "sah", "sah", "Zora", "sah", "den", "den", ".")
    assert DECODER.write(tokens, looks, source, 0) == "In 1987 Zora saw the Ω."
    looks = looking(source, 0, "sah", "Ω", "Zora", "sah", "den", "1987", ".")
    assert DECODER.write(tokens, looks, source, 0) == "In Ω Zora saw the 1987."
    switched_off = Translate(target=BPE(), copy_unknown=False)
    assert switched_off.write(tokens, (), source, 0) == "In <unk> Zora saw the <unk>."


def test_a_known_word_is_copied_whole_and_once(source):
    looks = looking(source, 2, "Zora", "-", "Lee", "Lee", "Dann")
    tokens = ["▁<unk>", "<unk>", "<unk>", "▁<unk>", "▁<unk>"]
    assert DECODER.write(tokens, looks, source, 2) == "Zora-Lee Dann"


def test_no_sequence_ends_before_all_is_copied(source):
    wanted = np.array([True, False, True, False])
    settings = DECODER.settings(source, ["<unk>", "▁<unk>", "a"], wanted)
    assert settings.attends
    assert settings.due.tolist()[0] == 2
    assert settings.counted.tolist() == [True, True, False, False]
    lengths = source.ragged.lengths
    assert settings.limits.tolist() == [int(10 + 2.5 * lengths[0]), 0, int(10 + 2.5 * lengths[2]), 0]
    assert Translate(target=BPE(), copy_unknown=False).settings(source, ["a"], wanted).due is None
    assert Translate(target=BPE(), longest=7).settings(source, ["a"], wanted).limits.max() == 7


def test_what_has_no_letters_is_copied_as_it_is(source):
    assert DECODER.known(source) == [None, ("🙂 12:30!", None), None, ("", None)]


def test_what_has_no_known_word_is_copied_with_a_score_that_says_so(source):
    unknown = source.column("unknown", seqpipe.Ragged)
    source = source.with_columns(unknown=unknown.with_values(np.ones_like(unknown.array)))
    *_, (dann, score), empty = DECODER.known(source)
    assert (dann, score, empty) == ("Dann ging Zora-Lee.", -10, ("", None))
    assert Translate(target=BPE(), copy_unknown=False).known(source)[2] is None


def test_sentences_are_joined_as_they_stand_in_the_text(source):
    assert DECODER.join(["One.", "🙂 12:30!", "Two."], source, [0, 1, 2]) == "One.\n\n🙂 12:30! Two."


def test_without_spans_nothing_is_copied_and_rows_are_joined_by_spaces(source):
    bare = source.replace(columns={})
    assert DECODER.known(bare) == [None, None, None, ("", None)]
    assert DECODER.join(["One.", "", "Two."], bare, [0, 1, 2]) == "One. Two."
    assert DECODER.write(["▁<unk>"], [], bare, 0) == "<unk>"
    assert DECODER.settings(bare, ["a"], np.ones(4, bool)).due is None


def test_more_targets_need_a_beam_as_wide():
    with pytest.raises(ValidationError, match=r"`nbest: 6` needs a beam that is as wide \(raise `beam`, now 5\)"):
        Translate(target=BPE(), nbest=6)

"""The writer text.conll."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import Record, RecordError, Source
from seqpipe_text.names.conll_reader import ReadCoNLL
from seqpipe_text.names.conll_writer import WriteCoNLL
from seqpipe_text.names.tag_schemes import Entity


def result(text: str, *entities: tuple[str, int, int], **columns) -> Record:
    found = [{"type": kind, "start": start, "stop": stop} for kind, start, stop in entities]
    return Record("a:1", {"entities": found}, "a", 1, {"text": text, **columns})


def written(record: Record, **settings) -> str:
    return WriteCoNLL(**settings).encode(record).decode()


def test_plain_text_is_cut_into_sentences_and_words():
    record = result("Ann Lee isn't in Oslo. Bob is.", ("PER", 0, 7), ("LOC", 17, 21), ("PER", 23, 26))
    assert written(record) == (
        "Ann\tB-PER\nLee\tI-PER\nis\tO\nn't\tO\nin\tO\nOslo\tB-LOC\n.\tO\n\nBob\tB-PER\nis\tO\n.\tO\n\n"
    )


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [("iob1", "I-A B-A I-A O"), ("iob2", "B-A B-A I-A O"), ("iobes", "S-A B-A E-A O"), ("bilou", "U-A B-A L-A O")],
)
def test_schemes(scheme, tags):
    lines = written(result("x y z .", ("A", 0, 1), ("A", 2, 5)), scheme=scheme).splitlines()
    assert [line.split("\t")[1] for line in lines if line] == tags.split()


def test_tokens_that_were_read_stay():
    record = result("@ann_lee can't stop", ("PER", 0, 8), tokens=["@ann_lee", "can't", "stop"])
    assert written(record) == "@ann_lee\tB-PER\ncan't\tO\nstop\tO\n\n"
    assert written(result("a. B c", tokens=["a.", "B c"])) == "a.\tO\nB c\tO\n\n"


@pytest.mark.parametrize(
    ("entities", "tags"),
    [
        ([("A", 1, 2)], "B-A O O"),
        ([("A", 2, 6)], "B-A I-A O"),
        ([("A", 0, 2), ("B", 2, 3)], "B-A O O"),
        ([("A", 0, 2), ("B", 2, 6)], "B-A B-B O"),
        ([("A", 3, 4)], "O O O"),
        ([("A", 0, 6), ("B", 4, 7)], "B-A I-A O"),
        ([("B", 8, 9), ("A", 0, 3)], "B-A O B-B"),
    ],
)
def test_entities_that_are_not_whole_tokens(entities, tags):
    lines = written(result("abc def .", *entities)).splitlines()
    assert [line.split("\t")[1] for line in lines if line] == tags.split()


def test_an_entity_over_the_end_of_a_sentence_begins_anew():
    assert written(result("Oh. My.", ("A", 0, 6))) == "Oh\tB-A\n.\tI-A\n\nMy\tB-A\n.\tO\n\n"


def test_an_empty_text_has_no_lines():
    assert written(result("")) == ""
    assert written(result("", tokens=[])) == ""


def test_lines_stay_lines():
    record = result("a\tb\nc", ("T\nU", 0, 3), tokens=["a\tb\nc"])
    assert written(record) == "a b c\tB-T U\n\n"


@pytest.mark.parametrize(
    "record",
    [
        Record("a:1", {"stars": 4}, "a", 1, {"text": "x"}),
        Record("a:1", {"entities": [{"type": "A", "start": 0, "stop": 5}]}, "a", 1, {"text": "x"}),
    ],
)
def test_a_result_without_entities_is_refused(record):
    with pytest.raises(RecordError) as caught:
        written(record)
    assert str(caught.value) == (
        "a:1: no entities with their text to write (end the pipeline with a decoder of entities, or write .jsonl)"
    )


WORDS = st.text(alphabet="ab.#=é's", min_size=1, max_size=4)


@given(
    st.lists(st.tuples(WORDS, st.integers(0, 2), st.sampled_from(["", "X", "Y-Z"])), min_size=1, max_size=8),
    st.sampled_from(["iob1", "iob2", "iobes", "bilou"]),
)
def test_what_is_written_is_read(tmp_path_factory, parts, scheme):
    tokens, entities = [], []
    for word, further, kind in parts:
        entities += [Entity(kind, len(tokens), len(tokens) + further + 1)] if kind else []
        tokens += [word] * (further + 1)
    starts = [sum(map(len, tokens[:index])) + index for index in range(len(tokens) + 1)]
    marks = [(entity.type, starts[entity.begin], starts[entity.end] - 1) for entity in entities]
    path = tmp_path_factory.mktemp("files") / "a.conll"
    path.write_text(written(result(" ".join(tokens), *marks, tokens=tokens), scheme=scheme))
    (record,) = ReadCoNLL(scheme=scheme).read(Source(str(path)))
    assert record.columns["tokens"] == tokens
    assert [(one["type"], one["start"], one["stop"]) for one in record.target] == marks


def test_the_suffix_of_an_output_chooses_it(tmp_path):
    """Pipelines of this plugin write .conll; where there are no entities, that is one line."""
    (tmp_path / "in.txt").write_text("A fine film.\n")
    words = [sys.executable, "-m", "seqpipe", "run", "text/sentiment", "in.txt", "-o", "out.conll"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 4
    assert ended.stderr.splitlines()[0] == (
        "in.txt:1: text.conll: no entities with their text to write "
        "(end the pipeline with a decoder of entities, or write .jsonl)"
    )

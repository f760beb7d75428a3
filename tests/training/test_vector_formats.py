"""Vectors in the binary formats of other programs."""

import gzip
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

import seqpipe
from seqpipe.training.vectors.fasttext_vectors import FastTextVectors
from seqpipe.training.vectors.formats import vector_file
from seqpipe.training.vectors.safetensors_vectors import SafetensorsVectors
from seqpipe.training.vectors.text_vectors import TextVectors
from seqpipe.training.vectors.word2vec_vectors import Word2VecVectors

TABLE = {"sun": [1.0, 2.0, -3.5], "été": [0.25, 0.0, 8.0], "New_York": [4.0, 5.0, 6.0]}


@pytest.fixture(autouse=True)
def in_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def shown(value) -> str:
    return value if isinstance(value, str) else "content"


def floats(values) -> bytes:
    return np.array(values, "<f4").tobytes()


def word2vec(table=TABLE, count=None, width=3, end=b"\n") -> bytes:
    entries = b"".join(token.encode() + b" " + floats(vector) + end for token, vector in table.items())
    return f"{len(table) if count is None else count} {width}\n".encode() + entries


def fasttext(rows, words=("sun", "été", "</s>"), *, version=12, model=1, buckets=0, grams=(3, 6), quantized=0) -> bytes:
    """Return a model as fastText writes one, with these rows for its input matrix."""
    width = len(rows[0])
    settings = (width, 5, 5, 1, 5, 1, 2, model, buckets, *grams, 100)
    kinds = {**dict.fromkeys(words, 0), "__label__a": 1}
    entries = b"".join(name.encode() + b"\0" + struct.pack("<qb", 7, kind) for name, kind in kinds.items())
    sizes = struct.pack("<iiiqq", len(kinds), len(words), 1, 100, -1)
    head = struct.pack("<ii12id", 793712314, version, *settings, 1e-4) + sizes + entries
    return head + struct.pack("<bqq", quantized, len(rows), width) + floats(rows) + b"the output matrix"


def found(content: bytes, *tokens: str, name: str = "vectors.bin") -> dict[str, list[float]]:
    Path(name).write_bytes(content)
    return {token: vector.tolist() for token, vector in vector_file(name).find(tokens).items()}


def refused(content: bytes, name: str = "vectors.bin") -> str:
    with pytest.raises(seqpipe.InputError) as caught:
        found(content, "sun", name=name)
    return str(caught.value)


@pytest.mark.parametrize("name", ["vectors.bin", "vectors.bin.gz"])
@pytest.mark.parametrize("end", [b"\n", b""])
def test_word2vec(name, end):
    content = word2vec(end=end)
    vectors = found(gzip.compress(content) if name.endswith("gz") else content, *TABLE, "SUN", "moon", name=name)
    assert vectors == {**TABLE, "SUN": TABLE["sun"]}
    file = vector_file(name)
    assert isinstance(file, Word2VecVectors)
    assert (file.width(), file.tokens()) == (3, list(TABLE))


def test_many_vectors_are_read_in_chunks():
    table = {f"w{number}": np.full(500, number) for number in range(2000)}
    vectors = found(word2vec(table, width=500), *table)
    assert all(set(vectors[token]) == {float(token[1:])} for token in table)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (word2vec()[:-3], "vectors.bin: it ends after 2 of 3 vectors (fetch the file again)"),
        (
            word2vec(count=10**15),
            "it ends after 3 of 1,000,000,000,000,000 vectors (fetch the file again)",
        ),
        (word2vec({"a" * 2000: [1, 2, 3]}), "vectors.bin: its token 1 has no end (fetch the file again)"),
        (word2vec({"sun": [1, np.nan, 3]}), "the vector of 'sun' has a number that is not finite"),
        (b"3 99999999999\nsun \0\1\2", "a vector has something else than numbers|this is no file of vectors"),
    ],
    ids=shown,
)
def test_damaged_word2vec(content, what):
    assert any(one in refused(content) for one in what.split("|"))


def test_text_with_a_header_is_text_whatever_its_name():
    content = b"2 2\nsun 1 2\n\xe9t\xe9 3 4\n"
    assert found(content, "sun") == {"sun": [1, 2]}
    assert isinstance(vector_file("vectors.bin"), TextVectors)


def test_a_text_of_one_endless_line():
    assert "a line has more than 4,000,000 bytes: this is no file of vectors" in refused(b"sun " + b"1 " * 2_100_000)


@pytest.mark.parametrize("name", ["model.bin", "model.bin.gz"])
def test_fasttext_without_n_grams(name):
    content = fasttext([[1, 2], [3, 4], [5, 6]], grams=(0, 0), buckets=9)
    vectors = found(gzip.compress(content) if name.endswith("gz") else content, "été", "sun", "__label__a", name=name)
    assert vectors == {"sun": [1, 2], "été": [3, 4]}
    file = vector_file(name)
    assert isinstance(file, FastTextVectors)
    assert (file.width(), file.tokens()) == (2, ["sun", "été", "</s>"])


def naive_grams(word: str, least: int, greatest: int) -> list[str]:
    marked = f"<{word}>"
    grams = [marked[begin:end] for begin in range(len(marked)) for end in range(begin + 1, len(marked) + 1)]
    return [gram for gram in grams if least <= len(gram) <= greatest and gram not in "<>"]


def naive_hash(gram: str) -> int:
    value = np.uint32(2166136261)
    with np.errstate(over="ignore"):
        for byte in np.frombuffer(gram.encode(), np.int8):
            value = np.uint32(value ^ np.uint32(np.int64(byte) & 0xFFFFFFFF)) * np.uint32(16777619)
    return int(value)


@pytest.mark.parametrize("grams", [(1, 2), (3, 6), (2, 4)])
def test_fasttext_with_n_grams_gives_their_mean(grams):
    """As fastText does; models that fasttext itself wrote gave the same vectors as it does, to 1e-7."""
    rows = np.random.default_rng(0).normal(size=(3 + 20, 4)).astype(np.float32)
    vectors = found(fasttext(rows, buckets=20, grams=grams), "sun", "été", "</s>")
    for index, word in enumerate(("sun", "été")):
        of_word = [index, *(3 + naive_hash(gram) % 20 for gram in naive_grams(word, *grams))]
        np.testing.assert_allclose(vectors[word], rows[of_word].mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(vectors["</s>"], rows[2])


def test_an_old_supervised_model_has_no_n_grams():
    rows = np.ones((3 + 20, 2)) * np.arange(23)[:, None]
    assert found(fasttext(rows, buckets=20, version=11, model=3), "été") == {"été": [1, 1]}


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (
            fasttext([[1, 2]] * 3, quantized=1),
            "vectors.bin: a quantized model has no exact vectors to begin with (take the model as it was before "
            "`fasttext quantize`, or its vectors as text)",
        ),
        (fasttext([[1, 2]] * 3, version=13), "version 13 of fastText's format is not read"),
        (fasttext([[1, 2]] * 2, grams=(0, 0)), "its matrix has not the size that its header tells"),
        (fasttext([[1, 2]] * 3, buckets=5), "its matrix has not the size that its header tells"),
        (fasttext([[1, 2]] * 3)[:50], "it ends in the middle"),
        (fasttext([[1, 2]] * 3)[:-35], "it ends in the middle"),
        (fasttext([[1, 2]] * 3)[:107], "its word 2 has no end"),
        (fasttext([[0] * 70_000]), "its header tells sizes that cannot be"),
        (fasttext([[1, 2]], words=()), "its header tells sizes that cannot be"),
        (fasttext([[np.inf, 2]] * 3), "the vector of 'sun' has a number that is not finite"),
    ],
    ids=shown,
)
def test_what_of_fasttext_is_refused(content, what):
    assert what in refused(content)


def safetensors(name="vectors.safetensors", tokens=tuple(TABLE), **arrays) -> bytes:
    save_file(arrays or {"any": np.array(list(TABLE.values()), np.float16)}, name, {"tokens": json.dumps(tokens)})
    return Path(name).read_bytes()


def test_safetensors():
    assert found(safetensors(), *TABLE, "moon", name="vectors.safetensors") == TABLE
    file = vector_file("vectors.safetensors")
    assert isinstance(file, SafetensorsVectors)
    assert (file.width(), file.tokens()) == (3, list(TABLE))


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"tokens": ["sun"]}, "it has 3 rows for 1 tokens"),
        ({"tokens": [1, 2, 3]}, "it does not say which tokens its rows stand for"),
        ({"a": np.zeros((3, 2)), "b": np.zeros((3, 2))}, "it has 2 matrices of numbers, where one is needed"),
        ({"a": np.zeros(3)}, "it has 0 matrices of numbers, where one is needed"),
        ({"tokens": ["sun"], "a": np.full((1, 1), 1e300)}, "the vector of 'sun' has a number that is not finite"),
    ],
)
def test_what_of_safetensors_is_refused(arguments, what):
    said = refused(safetensors(**arguments), "vectors.safetensors")
    assert what in said
    if "finite" not in what:
        assert said.endswith('(write it as `save_file({"vectors": matrix}, path, {"tokens": json.dumps(tokens)})`)')


def test_damaged_and_packed_safetensors():
    assert "not a whole safetensors file" in refused(safetensors()[:-4], "vectors.safetensors")
    said = refused(gzip.compress(safetensors()), "vectors.safetensors.gz")
    assert "a compressed safetensors file is not read (decompress it first)" in said
    with pytest.raises(seqpipe.InputError, match="no such file"):
        vector_file("nowhere.safetensors").width()

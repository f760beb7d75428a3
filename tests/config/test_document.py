from pathlib import Path

import pytest

from seqpipe.config.document import Document, merge, parse_document
from seqpipe.config.environment import Template
from seqpipe.config.node import STAGE_KINDS, describe
from seqpipe.contracts import Augmentation, Core, Decoder, Encoder, Reader, Tokenizer, Writer
from seqpipe.errors import ConfigError, Errors, Location

PIPELINE = """\
name: sentiment
read: {reader: core.lines, path: "${env:INPUTS}/x.txt"}
stages:
  - core: core.gru
    hidden: ${env:HIDDEN}
    attention: {width: 3}
train:
  data: {train: "${env:DATA}/train", dev: "${env:DATA}/dev"}
"""


def parse(text: str, source: str = "p.yaml", folder: str = ".") -> Document:
    return parse_document(text, source, Path(folder))


@pytest.fixture
def document(monkeypatch: pytest.MonkeyPatch) -> Document:
    monkeypatch.setenv("HIDDEN", "64")
    monkeypatch.setenv("INPUTS", "/secret")
    monkeypatch.delenv("DATA", raising=False)
    return parse(PIPELINE)


def test_only_the_section_that_is_asked_for_needs_its_variables(document: Document) -> None:
    assert document.values(("stages",)) == [{"core": "core.gru", "hidden": 64, "attention": {"width": 3}}]
    assert document.values(("read", "path")) == "/secret/x.txt"
    assert document.keys(("train", "data")) == ("train", "dev")
    with pytest.raises(Errors) as caught:
        document.values(("train",))
    assert str(caught.value).splitlines() == [
        f"p.yaml:8:{column}: environment variable 'DATA' is not set (set it, or give a default: ${{env:DATA:-...}})"
        for column in (17, 43)
    ]


def test_a_scalar_takes_no_entries(document: Document) -> None:
    with pytest.raises(TypeError, match="text 'sentiment' has no entries"):
        document.at(("name",)).with_entry("a", document.root)


def test_values_where_there_is_nothing(document: Document) -> None:
    with pytest.raises(KeyError):
        document.values(("write",))
    assert ("write",) not in document
    assert document.keys(("write",)) == ()
    assert document.keys(("stages",)) == (0,)
    assert document.keys(("name",)) == ()


def test_written_keeps_references(document: Document) -> None:
    assert document.written(("stages", 0, "hidden")) == Template("${env:HIDDEN}", typed=True)
    assert document.written(("read",)) == {"reader": "core.lines", "path": Template("${env:INPUTS}/x.txt")}


def test_masked_puts_references_back(document: Document) -> None:
    values = {"path": "/secret/x.txt", "encoding": "utf-8", "parts": [1, {"a": None}]}
    assert document.masked(values, ("read",)) == {**values, "path": Template("${env:INPUTS}/x.txt")}


def test_places(document: Document) -> None:
    assert document.where(("stages", 0, "hidden")) == Location("p.yaml", 5, 13)
    assert document.where_key(("stages", 0, "hidden")) == Location("p.yaml", 5, 5)
    assert document.where(("stages", 0, "layers")) == Location("p.yaml", 4, 5)
    assert document.where_key(("stages", 0)) == Location("p.yaml", 4, 5)
    assert document.where(("write",)) == document.where() == Location("p.yaml", 1, 1)


def test_labels(document: Document) -> None:
    assert document.label(("stages", 0)) == "core.gru"
    assert document.label(("stages", 0, "attention")) == "core.gru.attention"
    assert document.label(("train", "data")) == "train.data"
    assert document.label(()) == "the top level"


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file(text: str) -> None:
    with pytest.raises(ConfigError, match=r"the file is empty \(write keys and values, such as 'name: sentiment'\)$"):
        parse(text)


@pytest.mark.parametrize(("text", "kind"), [("- 1", "a list of 1"), ("x", "text 'x'"), ("3", "3"), ("true", "true")])
def test_the_top_level_is_a_mapping(text: str, kind: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert str(caught.value) == (
        f"p.yaml:1:1: the top level must be a mapping of keys to values, not {kind} "
        "(begin with a key, such as 'name: sentiment')"
    )


def test_merge_is_deep_and_keeps_places() -> None:
    base = parse("a: {b: 1, c: {d: 2}}\nlist: [1, 2, 3]\nz: 1\n", "base.yaml", "base")
    over = parse("a: {c: {e: 3}, b: 4}\nlist: [9]\nz: {y: 1}\n", "over.yaml", "over")
    merged = merge(base, over)
    assert merged.source == "over.yaml"
    assert merged.values() == {"a": {"b": 4, "c": {"d": 2, "e": 3}}, "list": [9], "z": {"y": 1}}
    assert merged.provenance() == {
        ("a", "b"): Location("over.yaml", 1, 19),
        ("a", "c", "d"): Location("base.yaml", 1, 18),
        ("a", "c", "e"): Location("over.yaml", 1, 12),
        ("list", 0): Location("over.yaml", 2, 8),
        ("z", "y"): Location("over.yaml", 3, 8),
    }
    assert merged.folder(("a", "c", "d")) == Path("base")
    assert merged.folder(("a", "c", "e")) == Path("over")


def test_another_stage_does_not_inherit_parameters() -> None:
    base = parse("read: {reader: core.lines, path: x, encoding: latin-1}")
    assert merge(base, parse("read: {path: y}")).values() == {
        "read": {"reader": "core.lines", "path": "y", "encoding": "latin-1"}
    }
    assert merge(base, parse("read: {reader: dna.fastq, path: y}")).values() == {
        "read": {"reader": "dna.fastq", "path": "y"}
    }


def test_the_kinds_are_those_of_the_stages() -> None:
    assert set(STAGE_KINDS) == {
        stage.kind for stage in (Augmentation, Core, Decoder, Encoder, Reader, Tokenizer, Writer)
    }


@pytest.mark.parametrize(
    ("value", "description"),
    [
        (None, "null"),
        (True, "true"),
        (3, "3"),
        (0.5, "0.5"),
        ("x", "text 'x'"),
        ("x" * 41, f"text '{'x' * 40}...'"),
        (Template("${env:A}"), "${env:A}"),
        ([], "an empty list"),
        ([1, 2], "a list of 2"),
        ({}, "a mapping"),
    ],
)
def test_describe(value: object, description: str) -> None:
    assert describe(value) == description

"""``seqpipe schema``, judged by a validator of JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seqpipe.config import parse_document

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).parents[2]
PIPELINES = sorted([*ROOT.glob("pipelines/*.yaml"), *ROOT.glob("plugins/*/src/*/pipelines/*.yaml")])


@pytest.fixture
def errors(command):
    schema = json.loads(command("schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)

    def errors(text):
        document = parse_document(text, "", Path())
        return list(validator.iter_errors(json.loads(json.dumps(document.written(), default=str))))

    return errors


@pytest.fixture
def mistakes(errors):
    return lambda text: [error.message for error in errors(text)]


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_shipped_pipelines_fit(mistakes, path):
    assert mistakes(path.read_text()) == []


def test_the_training_pipeline_fits(mistakes, trained):
    assert mistakes((trained / "colours.yaml").read_text()) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("name: colours", "nmae: colours"),
        ("hidden: 4", "hiden: 4"),
        ("hidden: 4", "hidden: four"),
        ("hidden: 4", "hidden: 0"),
        ("core.rnn", "core.rnnn"),
        ("{reader: core.lines}", "{writer: core.jsonl}"),
        ("{reader: core.lines}", "{reader: core.lines, paht: a}"),
        ("epochs: 3", "epoch: 3"),
        ("lr: 0.1", "rate: 0.1"),
        ("target: colour", "goal: colour"),
    ],
)
def test_what_is_wrong_does_not_fit(mistakes, trained, right, wrong):
    text = (trained / "colours.yaml").read_text()
    assert right in text
    assert mistakes(text.replace(right, wrong)) != []


@pytest.mark.parametrize(
    ("right", "wrong", "place", "message"),
    [
        ("hidden: 4", "hiden: 4", "stages/2", "Additional properties are not allowed ('hiden' was unexpected)"),
        ("hidden: 4", "hidden: four", "stages/2/hidden", "'four' is not of type 'integer'"),
        ("hidden: 4", "hidden: 0", "stages/2/hidden", "0 is less than the minimum of 1"),
        ("core.rnn", "core.rnnn", "stages/2/core", "'core.rnnn' is not one of ['core.rnn', 'core.gru', "),
        ("- core: ", "- cor: ", "stages/2", "{'cor': 'core.rnn', 'hidden': 4, 'output': 'last'} is not valid under "),
        ("core.lines}", "core.lines, paht: a}", "read", "Additional properties are not allowed ('paht' was une"),
        ("target: colour", "goal: colour", "train/data/reader", "Additional properties are not allowed ('goal' was un"),
    ],
)
def test_a_mistake_is_one_error_of_its_stage(errors, trained, right, wrong, place, message):
    text = (trained / "colours.yaml").read_text()
    (error,) = errors(text.replace(right, wrong))
    assert "/".join(map(str, error.absolute_path)) == place
    assert error.message.startswith(message)


def test_the_schema_of_a_stage_has_its_name(errors, trained):
    (error,) = errors((trained / "colours.yaml").read_text().replace("hidden: 4", "hiden: 4"))
    assert error.schema["title"] == "core.rnn"


@pytest.mark.parametrize(
    ("written", "as_well"),
    [
        ("hidden: 4", "hidden: ${env:HIDDEN:-4}"),
        ("{reader: core.lines}", "{reader: core.lines, path: a.txt}"),
        ("{reader: core.lines}", "{reader: core.lines, path: [a.txt, b.txt]}"),
        ("name: colours\n", "name: colours\nextends: other.yaml\n"),
    ],
)
def test_what_may_be_written_in_several_ways(mistakes, trained, written, as_well):
    text = (trained / "colours.yaml").read_text()
    assert mistakes(text.replace(written, as_well)) == []


def test_what_an_extended_file_says_need_not_be_said_again(mistakes):
    assert mistakes("extends: base.yaml\nread: {path: a.txt}\ntrain: {epochs: 3}\n") == []


def test_into_a_file(command, tmp_path):
    assert command("schema", "-o", tmp_path / "schema.json").out == ""
    assert json.loads((tmp_path / "schema.json").read_text())["title"] == "A pipeline of seqpipe"


def test_a_broken_plugin_is_left_out(command, install):
    install("broken", "raise RuntimeError('cannot start')")
    result = command("schema")
    assert result.code == 0
    assert json.loads(result.out)
    assert result.err.startswith("warning: plugin 'broken' (seqpipe-broken 1.2) is broken")
    assert command("schema", "-q").err == ""

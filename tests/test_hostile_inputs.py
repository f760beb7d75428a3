"""Inputs that nobody would write: no bug, no hang, lines for people. `benchmarks/run_hostile.py` tries many more."""

import pytest

from tests import colours
from tests.hostile_inputs import VALUES, all_models, faults, kinds


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    colours.write(folder)
    return folder


@pytest.mark.parametrize(("name", "count"), [("models", 300), ("pipelines", 300), ("records", 400), ("rows", 400)])
def test_inputs_that_are_wrong_end_with_a_line(folder, monkeypatch, name, count):
    monkeypatch.chdir(folder)
    assert list(faults(kinds(folder)[name], folder, count, seed=1)) == []


def test_every_value_of_a_models_metadata_is_replaced_by_every_other(folder):
    base = (folder / "colours.safetensors").read_bytes()
    assert len(VALUES) == len(set(VALUES)) >= 40
    assert len(set(all_models(base))) > 39 * len(VALUES)

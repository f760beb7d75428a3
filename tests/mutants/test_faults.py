"""The list of faults fits the code; ``just mutants`` makes them."""

from __future__ import annotations

import pytest

from tests.mutants.__main__ import ROOT, Fault, faults


@pytest.mark.parametrize("fault", faults(), ids=str)
def test_a_fault_changes_one_place_that_is_there(fault: Fault) -> None:
    assert not fault.is_stale
    assert fault.old != fault.new
    for word in fault.tests.split():
        assert not word.endswith(".py") or (ROOT / word).is_file()


def test_there_are_a_hundred_in_all_rooms() -> None:
    files = [fault.file for fault in faults()]
    assert len(set(map(str, faults()))) == len(files) >= 100
    rooms = {"builtin", "engine", "journal", "pipeline", "training", "network", "kernels", "config", "data", "metrics"}
    assert rooms | {"interchange", "cli"} <= {file.split("/")[1] for file in files}
    assert {"seqpipe-audio", "seqpipe-dna", "seqpipe-text", "seqpipe-video"} <= {file.split("/")[1] for file in files}

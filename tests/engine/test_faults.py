"""One system call of a run fails, or the process is killed at it: the next run completes the output."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests import colours
from tests.faulty_runs import FAULTS, Runs

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")


@pytest.fixture(scope="module", params=["out.jsonl", "out.jsonl.gz", "out.parquet"])
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Runs over 200 records."""
    folder: Path = tmp_path_factory.mktemp("faults")
    colours.write(folder)
    return Runs(folder, records=200, out=request.param)


def test_the_calls_are_seen(runs: Runs) -> None:
    assert {"mkdir", "openat", "write", "fsync", "rename", "rmdir"} <= {call for call, _ in runs.calls}
    assert len(runs.calls) > 40
    assert set(runs.whole) == {runs.out, f"{runs.out}.quarantine.jsonl"}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_loses_nothing(runs: Runs, kind: str) -> None:
    faults = [fault for fault in runs.faults() if fault.kind == kind]
    fault = random.choice(faults)  # all of them: benchmarks/run_faults.py
    assert runs.recovers(fault), fault

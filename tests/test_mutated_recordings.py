"""Sound files with bytes changed give records, or errors of one line in seqpipe's own words, and nothing else.

``python -m benchmarks.run_mutations --files 2000`` tries more of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.run_mutations import outcome_of
from tests.mutated_recordings import mutated_recordings


@pytest.mark.parametrize("piece", [None, 0.3])
def test_mutated_files_give_records_or_messages(piece: float | None, tmp_path: Path) -> None:
    outcomes = [outcome_of(content, tmp_path / name, piece) for name, content in mutated_recordings(150, seed=1)]
    assert not [outcome for outcome in outcomes if outcome.startswith("WRONG")]
    assert "read" in outcomes
    assert len(set(outcomes)) > 5

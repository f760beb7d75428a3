"""``seqpipe warmup``."""

from __future__ import annotations

import seqpipe.cli.commands.warmup
from seqpipe.network.cells import CELLS


def test_all_kernels_are_compiled(command, monkeypatch):
    cells = []

    def warmup(given):
        cells.extend(given)
        return 7

    monkeypatch.setattr(seqpipe.cli.commands.warmup, "warmup", warmup)
    result = command("warmup")
    assert (result.code, cells) == (0, [cell.equations for cell in CELLS.values()])
    assert "7 kernel units for " in result.out

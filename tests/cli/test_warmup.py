"""``seqpipe warmup``."""

from __future__ import annotations

import seqpipe.cli.commands.warmup


def test_all_kernels_are_compiled(command, monkeypatch):
    called = []
    monkeypatch.setattr(seqpipe.cli.commands.warmup, "warmup", lambda: called.append(True))
    result = command("warmup")
    assert (result.code, called) == (0, [True])
    assert " kernel units for " in result.out

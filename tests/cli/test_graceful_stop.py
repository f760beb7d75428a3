"""Signals: the first asks, the second ends."""

from __future__ import annotations

import os
import signal

import pytest

from seqpipe.cli.graceful_stop import GracefulStop


@pytest.mark.parametrize(
    ("number", "raised", "code"), [(signal.SIGINT, KeyboardInterrupt, 130), (signal.SIGTERM, SystemExit, 143)]
)
def test_the_first_asks_and_the_second_ends(capsys, number, raised, code):
    before = signal.getsignal(number)
    with GracefulStop("stopping") as interruption:
        assert not interruption.asked
        os.kill(os.getpid(), number)
        assert (interruption.asked, interruption.exit_code) == (True, code)
        assert capsys.readouterr().err == "stopping\n"
        with pytest.raises(raised):
            os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before

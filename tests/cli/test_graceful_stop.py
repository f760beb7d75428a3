"""Signals: the first asks, the second ends."""

from __future__ import annotations

import json
import os
import signal

import click
import pytest

from seqpipe.cli.global_options import GlobalOptions
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


def test_it_is_an_object_in_a_log_of_objects(capsys):
    with click.Context(click.Command("run"), obj=GlobalOptions(json_log=True)), GracefulStop("stopping"):
        os.kill(os.getpid(), signal.SIGINT)
    told = json.loads(capsys.readouterr().err)
    assert (told["event"], told["message"], told["level"]) == ("stopping", "stopping", "warning")

"""``seqpipe plugins``."""

from __future__ import annotations

PLUGIN = '''
from typing import ClassVar
import seqpipe

class Loud(seqpipe.Writer):
    """Results in `capitals`.

    More of it.
    """

    name: ClassVar[str] = "loud.text"

    def encode(self, record, layout=None):
        return b""

@seqpipe.hookimpl
def seqpipe_register_stages():
    return [Loud]
'''

OBSERVER = """
import seqpipe

@seqpipe.hookimpl
def seqpipe_run_started(event):
    pass
"""


def test_plugins_and_their_stages(command, install):
    install("loud", PLUGIN)
    install("watching", OBSERVER)
    for arguments in (["plugins"], ["plugins", "list"]):
        result = command(*arguments)
        assert (result.code, result.err) == (0, "")
        begin = result.lines.index("loud (seqpipe-loud 1.2)")
        assert result.lines[begin + 1] == "  writer  loud.text  Results in capitals."
        assert "watching (seqpipe-watching 1.2)\n  observes only: it has no stages\n" in result.out
        assert "  writer     core.jsonl        An object in JSON a line: id, the columns passed" in result.out


def test_a_broken_plugin_is_shown_and_stops_nothing(command, install):
    install("broken", "raise RuntimeError('cannot start')")
    install("loud", PLUGIN)
    result = command("plugins")
    assert (result.code, result.err) == (0, "")
    assert (
        "broken (seqpipe-broken 1.2)\n  plugin 'broken' (seqpipe-broken 1.2) is broken: RuntimeError: cannot start "
        "(update or uninstall it, or tell its author)\n"
    ) in result.out
    assert "loud.text" in result.out

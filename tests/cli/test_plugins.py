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

TOKENIZER = """
from typing import ClassVar
import seqpipe
from seqpipe import testing
from seqpipe.builtin.tokenizers.symbols import Symbols

class Letters(Symbols):
    name: ClassVar[str] = "loud.letters"

@seqpipe.hookimpl
def seqpipe_register_stages():
    return [Letters]

@seqpipe.hookimpl
def seqpipe_register_examples():
    return [testing.Example(Letters(), ["some", "text"]), testing.Example(Letters(size=5), ["text"])]
"""

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


def test_a_stage_is_shown_with_its_parameters_and_a_declaration(command, install):
    install("loud", PLUGIN)
    install("broken", "raise RuntimeError('cannot start')")
    result = command("plugins", "show", "loud.text")
    assert (result.code, result.err) == (0, "")
    assert result.lines[:5] == ["loud.text, a writer: under `write`", "", "Results in `capitals`.", "", "More of it."]
    assert "path       a text           the file to write" in result.out
    assert result.out.endswith("In a pipeline file:\n\n  write:\n    writer: loud.text\n")
    assert command("plugins", "show", "core.jsonl").out.count("In a pipeline file:") == 2
    result = command("plugins", "show", "loud.txt")
    assert (result.code, result.err) == (2, "no stage 'loud.txt' (did you mean 'loud.text'?)\n")


def test_a_broken_plugin_is_shown_and_stops_nothing(command, install):
    install("broken", "raise RuntimeError('cannot start')")
    install("loud", PLUGIN)
    result = command("plugins")
    assert (result.code, result.err) == (0, "")
    assert (
        "broken (seqpipe-broken 1.2)\n"
        "  plugin 'broken' (seqpipe-broken 1.2) is broken: RuntimeError: cannot start, in seqpipe_broken.py:1 "
        "(update or uninstall it, or tell its author)\n"
    ) in result.out
    assert "loud.text" in result.out


def test_a_new_plugin(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = command("plugins", "new", "sea_birds")
    assert (result.code, result.err) == (0, "")
    assert result.lines == [
        "seqpipe-sea-birds is a plugin that works; its README says what is where. Next:",
        "  pip install -e seqpipe-sea-birds",
        "  seqpipe run sea_birds/hello",
        "  seqpipe plugins test sea_birds",
    ]
    again = command("plugins", "new", "sea_birds")
    assert (again.code, again.out) == (4, "")
    assert again.err == "seqpipe-sea-birds: it exists already (name a folder that does not: -o FOLDER)\n"
    assert command("plugins", "new", "sea_birds", "-o", "elsewhere").code == 0
    assert (tmp_path / "elsewhere" / "README.md").is_file()


def test_a_name_that_is_no_plugins(command):
    result = command("plugins", "new", "Sea-Birds")
    assert result.code == 2
    assert result.err == (
        "'Sea-Birds' is no name for a plugin (take small letters, digits and single _, a letter first: heart_beats)\n"
    )


def test_the_laws_are_tried(command, install):
    result = command("plugins", "test", "text")
    assert (result.code, result.err) == (0, "")
    assert result.lines[-1].startswith("text keeps all laws: ")
    install("loud", PLUGIN)
    result = command("plugins", "test", "loud")
    assert (result.code, result.err) == (0, "")
    assert result.lines[0] == "writer loud.text: 1 example, 8 hold"
    told = command("plugins", "test", "loud", "-v")
    assert "  holds: writes, on loud.text" in told.lines


def test_what_is_broken_is_shown_with_its_law(command, install):
    install("loud", PLUGIN.replace('return b""', 'return ""'))
    result = command("plugins", "test", "loud")
    assert result.code == 2
    assert result.lines[:6] == [
        "writer loud.text: 1 example, 5 hold, 1 broken",
        "  BROKEN writes, on loud.text",
        "    law:   The example becomes bytes, the same each time, also after the layout was kept as JSON.",
        "    found: encode gives str, not bytes",
        "    cure:  Return bytes (`text.encode()`), and a layout of plain JSON values on which alone `encode` depends.",
        "  not tried: leaves_results, odd_values, assembles (needs writes)",
    ]
    assert result.lines[-1] == "loud does not keep the laws: 5 hold, 1 broken, 3 not tried"


def test_what_is_broken_alike_on_several_examples_is_shown_once(command, install):
    install("loud", TOKENIZER)
    result = command("plugins", "test", "loud")
    assert [line for line in result.lines if "BROKEN" in line] == [
        "  BROKEN documented, on loud.letters and 1 other example",
    ]


def test_a_test_of_nothing_does_not_pass(command, install):
    install("watching", OBSERVER)
    result = command("plugins", "test", "watching")
    assert (result.code, result.err) == (2, "plugin 'watching' has no stages (there is nothing to test)\n")

"""Plugins that print, that change what they get, and that raise what they should not."""

from __future__ import annotations

import json

import pytest

CHATTY = """
print("imported")

from typing import ClassVar
import seqpipe

class Chatty(seqpipe.Encoder):
    name: ClassVar[str] = "chatty.encoder"

    def build(self, incoming):
        print("built")
        return Step(incoming.spec)

class Step(seqpipe.Step):
    def __init__(self, spec):
        self.spec = spec

    def __call__(self, batch, state=None):
        print("called")
        BEHAVIOUR
        return batch, state

@seqpipe.hookimpl
def seqpipe_register_stages():
    print("registered")
    return [Chatty]

@seqpipe.hookimpl
def seqpipe_batch_finished(event):
    print("observed")
"""

PIPELINE = """
name: colours
read: {reader: core.lines}
stages:
  - tokenizer: core.symbols
  - encoder: chatty.encoder
  - encoder: core.one_hot
  - core: core.rnn
    hidden: 4
    output: last
  - decoder: core.labels
train:
  data: {train: train.tsv, reader: {reader: core.tsv, columns: [text, colour], target: colour}}
  epochs: 1
"""


@pytest.fixture
def pipeline(folder, install):
    """Install the plugin with a behaviour, and declare a pipeline with it."""

    def made(behaviour: str = "pass") -> str:
        install("chatty", CHATTY.replace("BEHAVIOUR", behaviour))
        (folder / "chatty.yaml").write_text(PIPELINE)
        return "chatty.yaml"

    return made


def test_what_a_plugin_prints_is_not_among_the_results(command, pipeline):
    name = pipeline()
    trained = command("train", name, "-o", "run", "-q")
    assert trained.code == 0
    assert trained.lines[-1].endswith("model.safetensors")
    found = command("run", name, "--set", "model=run/model.safetensors", "--text", "xy", "--text", "yb")
    assert found.code == 0
    assert [json.loads(line)["text"] for line in found.lines] == ["xy", "yb"]
    assert "imported" in trained.err
    for said in ("registered", "built", "called", "observed"):
        assert said in found.err
    measured = command("evaluate", name, "--set", "model=run/model.safetensors", "--data", "train.tsv", "--json")
    assert json.loads(measured.out)
    assert "called" in measured.err


def test_what_it_prints_when_it_is_looked_at(command, pipeline):
    pipeline()
    assert "imported" not in command("plugins").out
    assert json.loads(command("schema").out)


def test_a_step_that_changes_its_input_is_found_by_the_kit(command, pipeline):
    pipeline("batch.ragged.array[:] = 0")
    result = command("plugins", "test", "chatty")
    assert result.code == 2
    assert "  BROKEN unchanged, on chatty.encoder (after core.symbols)" in result.lines
    assert "    law:   What comes in is left as it is." in result.lines


def test_a_step_that_raises_what_it_should_not(command, pipeline):
    name = pipeline("raise KeyError('no such thing')")
    result = command("train", name, "-o", "run", "-q")
    bug = "chatty.encoder: bug in the plugin 'chatty': KeyError: 'no such thing' "
    todo = "(run again with --traceback and report it to the plugin's author)\n"
    assert (result.code, result.err.endswith(bug + todo)) == (1, True)
    assert "Traceback" not in result.err
    shown = command("train", name, "-o", "run", "-q", "--traceback").err
    assert "raise KeyError('no such thing')" in shown
    assert "raised by the stage chatty.encoder" in shown


WRONG = """
import os
from typing import ClassVar
import seqpipe

def fail_in(place):
    if os.environ.get("WRONG") == place:
        raise ZeroDivisionError("of the plugin")

class Read(seqpipe.Reader):
    name: ClassVar[str] = "wrong.reader"

    @property
    def spec(self):
        return seqpipe.Spec("text")

    def read(self, source):
        fail_in("reader")
        yield seqpipe.Record("1", "xa", source.name, 1)

class Tokens(seqpipe.Encoder):
    name: ClassVar[str] = "wrong.encoder"

    def learner(self, incoming):
        fail_in("learner")

    def build(self, incoming):
        fail_in("build")
        return Step(incoming.spec)

class Step(seqpipe.Step):
    def __init__(self, spec):
        self.spec = spec

    def __call__(self, batch, state=None):
        fail_in("step")
        return batch, state

class Write(seqpipe.Writer):
    name: ClassVar[str] = "wrong.writer"

    def encode(self, record, layout=None):
        fail_in("writer")
        return b"written"

@seqpipe.hookimpl
def seqpipe_register_stages():
    return [Read, Tokens, Write]
"""

RUN = ("run", "wrong.yaml", "in.txt", "--set", "model=run/model.safetensors")
TRAIN = ("train", "wrong.yaml", "-o", "again", "-q")


@pytest.fixture
def wrong(command, folder, install):
    """Install a plugin that does as it should, and train with it."""
    install("wrong", WRONG)
    text = PIPELINE.replace("chatty.encoder", "wrong.encoder").replace("core.lines}", "wrong.reader}")
    (folder / "wrong.yaml").write_text(text.replace("stages:", "write: {writer: wrong.writer}\nstages:", 1))
    (folder / "in.txt").write_text("xa\n")
    assert command("train", "wrong.yaml", "-o", "run", "-q").code == 0


def test_a_bug_of_a_plugin_names_it_the_stage_and_what_it_was_given(command, wrong, monkeypatch):
    found = {}
    for place in ("reader", "build", "step", "writer", "learner"):
        monkeypatch.setenv("WRONG", place)
        result = command(*(TRAIN if place == "learner" else RUN))
        assert result.code == 1
        assert result.err.count("\n") == 1
        found[place], _, rest = result.err.partition(" bug in the plugin 'wrong': ")
        assert rest == (
            "ZeroDivisionError: of the plugin (run again with --traceback and report it to the plugin's author)\n"
        )
    assert found == {
        "reader": "in.txt: wrong.reader:",
        "build": "wrong.yaml:7:5: wrong.encoder:",
        "step": "in.txt:1: wrong.encoder:",
        "writer": "in.txt:1: wrong.writer:",
        "learner": "wrong.encoder:",
    }


ISOLATED = """
import os
import time
from typing import ClassVar
import seqpipe

class Careless(seqpipe.Encoder):
    name: ClassVar[str] = "careless.encoder"
    isolated: ClassVar[bool] = True

    def build(self, incoming):
        return Step(incoming.spec)

class Step(seqpipe.Step):
    def __init__(self, spec):
        self.spec = spec

    def __call__(self, batch, state=None):
        if any("!" in record.payload for record in batch.records):
            BEHAVIOUR
        return batch, state

@seqpipe.hookimpl
def seqpipe_register_stages():
    return [Careless]
"""


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("time.sleep(1000)", "gave nothing within 1 s"),
        ("os.kill(os.getpid(), 9)", "died of SIGKILL"),
        ("os._exit(7)", "ended with exit code 7"),
        ("[0] * 10**9", "took more than 500 MB of memory"),
    ],
)
def test_an_isolated_stage_takes_only_its_record_with_it(command, folder, install, behaviour, reason):
    install("careless", ISOLATED.replace("BEHAVIOUR", behaviour))
    (folder / "careless.yaml").write_text(PIPELINE.replace("chatty.encoder", "careless.encoder"))
    assert command("train", "careless.yaml", "-o", "run", "-q").code == 0
    (folder / "some.txt").write_text("xy\nx!y\nyb\n")
    limits = ["--set", "limits.seconds=1", "--set", "limits.memory_mb=500"]
    model = ["--set", "model=run/model.safetensors"]
    result = command("run", "careless.yaml", *model, *limits, "some.txt", "--on-error", "skip")
    assert result.code == 3
    assert [json.loads(line)["text"] for line in result.lines] == ["xy", "yb"]
    assert result.err.startswith("warning: some.txt:2: careless.encoder: ")
    assert reason in result.err

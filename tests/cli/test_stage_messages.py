"""Stages that do not fit each other: what is said, and what to do."""

from pathlib import Path

import pytest

TEXT = "read: {reader: core.lines}\nstages:\n  - tokenizer: core.symbols\n"
ONE_HOT = TEXT + "  - encoder: core.one_hot\n"
NUMBERS = "read: {reader: core.jsonl, type: numbers}\nstages:\n  - tokenizer: core.numbers\n"
LABELS = "  - decoder: core.labels\n    labels: [a, b]\n"


@pytest.mark.parametrize(
    ("stages", "message"),
    [
        (
            NUMBERS + "  - core: core.convolution\n    width: 2\n    window: 3\n" + LABELS,
            "core.convolution gives features, not logits (put a core such as core.gru after it)",
        ),
        (
            NUMBERS + "  - core: core.convolution\n    width: 2\n    window: 3\n    look_ahead: 3\n"
            "  - core: core.gru\n    output: last\n" + LABELS,
            "core.convolution cannot look 3 frames ahead in a window of 3 (make `look_ahead` less than `window`)",
        ),
        (
            ONE_HOT + "  - core: core.gru\n" + LABELS,
            "core.gru has `output: sequence`, but the decoder wants one vector a record (set `output: pooled or last`)",
        ),
        (
            NUMBERS
            + "  - tokenizer: core.windows\n    length: 2\n    stride: 3\n  - core: core.gru\n    output: last\n"
            + LABELS,
            "core.windows: windows of 2 every 3 leave gaps between them (make `stride` no longer than `length`)",
        ),
        (
            NUMBERS + "  - core: core.gru\n    output: next\n  - decoder: core.keys\n    fewest: 2\n",
            "core.keys: at least 2 keys of 1, and at most 1 (lower `fewest`, or raise `most`)",
        ),
        (
            ONE_HOT + "  - core: core.gru\n    output: last\n    hidden: 1000000\n" + LABELS,
            "core.gru would have 3,030,008,000,002 weights, and 1,000,000,000 are the most (take fewer hidden units",
        ),
        (
            TEXT + "    separator: ' '\n  - encoder: core.one_hot\n  - core: core.gru\n"
            "  - decoder: core.ctc\n    symbols: [a, b]\n",
            "the last stage, core.ctc, gives",
        ),
        (
            TEXT + "  - core: core.gru\n    output: last\n  - encoder: core.one_hot\n" + LABELS,
            "the encoder core.one_hot stands after a core (the order is tokenizers, encoders, cores, decoders)",
        ),
        (
            ONE_HOT + "  - core: core.gru\n  - decoder: core.stitch\n",
            "core.stitch cannot follow a core, it only changes what another decoder gives (put a decoder such as",
        ),
    ],
)
def test_stages_that_do_not_fit(tmp_path, monkeypatch, command, stages, message):
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text(stages)
    result = command("check", "bad.yaml")
    assert result.code == 2
    assert result.err.startswith("bad.yaml:")
    assert message in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--resume",), "--resume needs an output file (name it: -o FILE)"),
        (("-o", "none/out"), "none/out: folder 'none' does not exist (create it)"),
        (("-o", "colours.yaml"), "colours.yaml: a file, where a folder for the results is needed (name a folder)"),
    ],
)
def test_outputs_that_there_are_not(folder, command, arguments, message):
    Path("in.txt").write_text("xya\n")
    if "-o" in arguments:
        with Path("colours.yaml").open("a") as pipeline:
            pipeline.write("write: {writer: core.srt}\n")
    assert command("run", "colours.yaml", "in.txt", *arguments).err == f"{message}\n"


@pytest.mark.parametrize(
    ("text", "escape"), [('name: "\\ud800"\n', "U+D800 is half a character"), ("name: '\ud800'\n", "is not UTF-8 text")]
)
def test_halves_of_characters(tmp_path, monkeypatch, command, text, escape):
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_bytes(text.encode(errors="surrogatepass"))
    assert escape in command("check", "bad.yaml").err


def test_a_text_where_numbers_are_read(folder, command):
    Path("colours.yaml").write_text(Path("colours.yaml").read_text().replace("core.lines", "core.jsonl, type: numbers"))
    line = "--text gives text, but this pipeline reads numbers (name a file)"
    assert command("run", "colours.yaml", "--text", "xy").err.endswith(f"{line}\n")


def test_a_folder_that_cannot_be_made(folder, command):
    Path("file").write_text("")
    assert "cannot be made: not a directory" in command("train", "colours.yaml", "-o", "file/run").err

"""Bad text, and its good neighbours: one line for each bad one, and the others go on, whichever reader reads them."""

import json
import subprocess
import sys

import pytest

import seqpipe

LONG = "a fine film " * 84_000  # a million bytes
READERS = {
    "core.lines": "{text}\n",
    "core.tsv": "4\t{text}\n",
    "text.conll": "{words}\n",
}
SETTINGS = {
    "core.lines": "read={reader: core.lines}",
    "core.tsv": "read={reader: core.tsv, columns: [stars, text]}",
    "text.conll": "read={reader: text.conll, label: none}",
}
BAD = {  # what is wrong, and the line that says so
    "core.lines": {
        b"caf\xe9\n": "not valid UTF-8: 0xe9 is byte 4 of the line (save it as UTF-8, or set `encoding`)",
    },
    "core.tsv": {
        b"4\tcaf\xe9\n": "not valid UTF-8: 0xe9 is byte 6 of the line (save it as UTF-8, or set `encoding`)",
        b"no stars\n": "1 cell instead of 2 (stars, text) (check the tabs of this line)",
        b"4\ttwo\ttexts\n": "3 cells instead of 2 (stars, text) (check the tabs of this line)",
    },
    "text.conll": {
        b"caf\xe9\nx\n\n": "not valid UTF-8: 0xe9 is byte 4 of the line (save it as UTF-8, or set `encoding`)",
    },
}


def run(folder, *words):
    """Run seqpipe, and return its exit code, its results and what it says, line by line."""
    command = [sys.executable, "-m", "seqpipe", *words]
    ended = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return ended.returncode, ended.stdout.decode().splitlines(), ended.stderr.decode().splitlines()


@pytest.mark.parametrize("reader", READERS)
def test_neighbours_of_bad_text(tmp_path, reader):
    def good(text):
        return READERS[reader].format(text=text, words="\n".join(text.split(" ")) + "\n").encode()

    parts, wrong, line = [], [], 1
    for part, message in {good("fine"): "", **BAD[reader], good(LONG.strip()): "", good("dull"): ""}.items():
        if message:
            wrong.append(f"warning: in:{line}: {reader}: {message}")
        parts.append(part)
        line += part.count(b"\n")
    (tmp_path / "in").write_bytes(b"".join(parts))
    code, results, said = run(tmp_path, "run", "text/sentiment", "in", "--set", SETTINGS[reader], "--on-error", "skip")
    assert code == 3
    assert said[:-1] == wrong
    assert [len(json.loads(result)["text"]) for result in results] == [4, len(LONG.strip()), 4]
    code, results, said = run(tmp_path, "run", "text/sentiment", "in", "--set", SETTINGS[reader])
    assert (code, len(results), said[-1]) == (4, 1, wrong[0].removeprefix("warning: "))


@pytest.mark.parametrize("reader", READERS)
def test_a_line_that_never_ends(tmp_path, reader):
    lines = {"text.conll": "x" * 5_000_000 + "\n\nfine\n"}.get(reader, "4\t" * (reader == "core.tsv") + "x" * 5_000_000)
    last = READERS[reader].format(text="fine", words="fine\n")
    (tmp_path / "in").write_text(lines + ("\n" + last if reader != "text.conll" else ""))
    code, results, said = run(tmp_path, "run", "text/sentiment", "in", "--set", SETTINGS[reader], "--on-error", "skip")
    assert (code, len(results)) == (3, 1)
    assert said[0] == (
        f"warning: in:1: {reader}: longer than 4,000,000 bytes (check that lines end, or raise limits.record_mb)"
    )


def test_targets_that_are_none(tmp_path):
    (tmp_path / "in.tsv").write_text("5\tA fine film.\nno target\n\tno stars\nfour\tA film.\n1\tA dull film.\n")
    code, _, said = run(tmp_path, "evaluate", "text/sentiment", "--data", "in.tsv", "--on-error", "skip")
    assert code == 3
    needed = "where 1 to 5 stars are needed (correct it, or name the column that holds them: `target: ...`)"
    assert said == [
        "warning: left out: in.tsv:2: core.tsv: 1 cell instead of 2 (stars, text) (check the tabs of this line)",
        f"warning: left out: in.tsv:3: the target is '', {needed}",
        f"warning: left out: in.tsv:4: the target is 'four', {needed}",
    ]
    code, _, said = run(tmp_path, "evaluate", "text/sentiment", "--data", "in.tsv")
    assert (code, said) == (4, [said[0]])


def test_a_model_for_another_task(tmp_path):
    (tmp_path / "train.jsonl").write_text('{"text": "ab", "label": "x"}\n{"text": "ba", "label": "y"}\n')
    (tmp_path / "letters.yaml").write_text(
        "read: {reader: core.jsonl, target: label}\n"
        "stages: [{tokenizer: text.words}, {encoder: core.one_hot}, {core: core.gru, hidden: 2, output: pooled}, "
        "{decoder: core.labels}]\n"
        "train: {data: {train: train.jsonl}, epochs: 1}\n"
    )
    model = seqpipe.train(tmp_path / "letters.yaml", output=tmp_path / "run")
    (tmp_path / "in.txt").write_text("A fine film.\n")
    code, results, said = run(tmp_path, "run", "text/sentiment", "in.txt", "--set", f"model={model}")
    assert (code, results, len(said)) == (2, [], 1)
    assert said[0].endswith("the model was trained with 2 (take out the stages to use the model's, or train again)")

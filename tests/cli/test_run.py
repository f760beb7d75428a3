"""``seqpipe run``: inputs, outputs, and how it ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from seqpipe.compression import COMPRESSIONS
from seqpipe.data.source import Source

SEPARATE = """
    from typing import ClassVar
    import seqpipe

    class Files(seqpipe.Writer):
        name: ClassVar[str] = "files.text"
        suffix: ClassVar[str] = ".txt"
        separate: ClassVar[bool] = True

        def encode(self, record, layout=None):
            return record.payload["label"].encode()

    @seqpipe.hookimpl
    def seqpipe_register_stages():
        return [Files]
"""


def ids(result):
    return [json.loads(line)["id"] for line in result.lines]


def test_texts(folder, command):
    result = command("run", "colours.yaml", "--text", "xxa", "--text", "yb")
    assert result.code == 0
    assert [list(json.loads(line)) for line in result.lines] == [["id", "text", "label", "probabilities"]] * 2
    assert ids(result) == ["1", "2"]
    assert result.err.startswith("2 records, 0 failed, ")


def test_files_folders_globs_and_standard_input(folder, command):
    Path("in").mkdir()
    Path("in/a.txt").write_text("xa\nyb\n")
    Path("in/b.txt").write_text("b\n")
    Path("in/c.md").write_text("not read\n")
    assert ids(command("run", "colours.yaml", "in/a.txt")) == ["in/a.txt:1", "in/a.txt:2"]
    assert ids(command("run", "colours.yaml", "in")) == ["in/a.txt:1", "in/a.txt:2", "in/b.txt:1"]
    assert ids(command("run", "colours.yaml", "in/b*")) == ["in/b.txt:1"]
    assert ids(command("run", "colours.yaml", "-", "in/b.txt", stdin=b"xb\n")) == ["-:1", "in/b.txt:1"]


def test_the_path_in_the_pipeline_is_relative_to_its_file(folder, command, tmp_path_factory, monkeypatch):
    Path("given.txt").write_text("xa\n")
    pipeline = Path("colours.yaml")
    pipeline.write_text(pipeline.read_text().replace("core.lines}", "core.lines, path: given.txt}"))
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert ids(command("run", folder / "colours.yaml")) == [f"{folder}/given.txt:1"]


def test_a_pipeline_without_reader_reads_lines(folder, command):
    pipeline = Path("colours.yaml")
    pipeline.write_text(pipeline.read_text().replace("read: {reader: core.lines}\n", ""))
    assert ids(command("run", "colours.yaml", "-", stdin=b"xa\n")) == ["-:1"]


def test_limit(folder, command):
    assert ids(command("run", "colours.yaml", "-", "--limit", "2", stdin=b"a\n" * 9)) == ["-:1", "-:2"]
    assert command("run", "colours.yaml", "--text", "a", "--text", "b", "--limit", "0").out == ""


def test_an_empty_input_gives_an_empty_output(folder, command):
    Path("empty.txt").touch()
    result = command("run", "colours.yaml", "empty.txt", "-o", "out.jsonl")
    assert (result.code, result.out, Path("out.jsonl").read_bytes()) == (0, "", b"")
    assert result.err.startswith("0 records, 0 failed, ")


def test_quiet_says_nothing(folder, command):
    assert command("run", "colours.yaml", "--text", "a", "-q").err == ""


def test_verbose_says_what_is_read(folder, command):
    lines = command("run", "colours.yaml", "-", "--threads", "1", "-v", stdin=b"a\n").err.splitlines()
    assert lines[:2] == ["pipeline colours.yaml, model colours.safetensors, threads: 1", "reading -"]


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("out.jsonl", '{"id": "1", "text": "xa"'),
        ("out", '{"id": "1", "text": "xa"'),
        ("out.tsv", "id\ttext\tlabel\tprobabilities.blue\tprobabilities.red\n1\txa\t"),
        ("out.txt", "red\n"),
        ("out.html", "<!doctype html>\n"),
    ],
)
def test_the_suffix_says_the_form(folder, command, name, beginning):
    assert command("run", "colours.yaml", "--text", "xa", "-o", name).code == 0
    assert Path(name).read_text().startswith(beginning)


def test_the_suffix_comes_before_the_writer_of_the_pipeline_but_not_before_the_command_line(folder, command):
    with Path("colours.yaml").open("a") as file:
        file.write("write: {writer: core.text, field: label}\n")
    asked = ("--set", "write={writer: core.text, field: label}")
    for name, options, line in (
        ("out.jsonl", (), '{"id": "1", '),
        ("out.jsonl", asked, "red\n"),
        ("out.txt", (), "red\n"),
        ("out", (), "red\n"),
        ("out.list", asked, "red\n"),
    ):
        assert command("run", "colours.yaml", "--text", "xa", "-o", name, "--overwrite", *options).code == 0
        assert Path(name).read_text().startswith(line)


def test_a_suffix_that_stands_for_nothing_is_refused_whatever_the_pipeline_writes(folder, command):
    with Path("colours.yaml").open("a") as file:
        file.write("write: {writer: core.text, field: label}\n")
    done = command("run", "colours.yaml", "--text", "xa", "-o", "out.bam")
    assert done.code == 2
    endings = ".arrow, .csv, .feather, .html, .jsonl, .parquet, .tsv, .txt"
    assert f"no writer for files that end in '.bam' (use {endings}, or say which: --set 'write=" in done.err


@pytest.mark.parametrize("form", COMPRESSIONS, ids=lambda form: form.suffix)
def test_results_are_compressed_as_the_ending_says(folder, command, form):
    out = f"out.csv{form.suffix}"
    assert command("run", "colours.yaml", "--text", "xa", "-o", out).code == 0
    with Source(out).open() as file:
        assert file.readline().startswith(b"id,text,label")
    assert command("verify", out).code == 0
    assert command("run", "colours.yaml", out, "--set", "read={reader: core.csv}", "-o", "again.csv").code == 0
    assert Path("again.csv").read_text().splitlines()[1].startswith("1,xa,red")


def test_a_library_that_is_not_installed_is_named_before_anything_runs(folder, command, monkeypatch):
    monkeypatch.setitem(sys.modules, "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd", None)
    done = command("run", "colours.yaml", "--text", "xa", "-o", "out.jsonl.zst")
    assert done.code == 2
    assert "a .zst file needs" in done.err
    assert "which is not installed (pip install 'seqpipe-core[zstd]')" in done.err
    assert not Path("out.jsonl.zst.part").exists()
    Path("in.txt.zst").touch()
    assert (
        "which is not installed (pip install 'seqpipe-core[zstd]')" in command("run", "colours.yaml", "in.txt.zst").err
    )


def test_the_writer_of_the_pipeline_says_form_and_path(folder, command):
    with Path("colours.yaml").open("a") as file:
        file.write("write: {writer: core.text, path: out/named.jsonl}\n")
    Path("out").mkdir()
    assert command("run", "colours.yaml", "--text", "xa").out == "red\n"
    assert not Path("out/named.jsonl").exists()
    assert command("run", "colours.yaml", "-", stdin=b"xa\nyb\n").out == ""
    assert Path("out/named.jsonl").read_text() == "red\nblue\n"
    assert command("run", "colours.yaml", "-", "-o", "-", stdin=b"xa\n").out == "red\n"


def test_a_writer_of_separate_files_writes_into_a_folder(folder, command, install):
    install("files", SEPARATE)
    with Path("colours.yaml").open("a") as file:
        file.write("write: {writer: files.text}\n")
    Path("out").mkdir()
    assert command("run", "colours.yaml", "--text", "xa", "--text", "b", "-o", "out").code == 0
    assert {path.name: path.read_text() for path in Path("out").glob("[!.]*")} == {"1.txt": "red", "2.txt": "blue"}
    result = command("run", "colours.yaml", "--text", "xa")
    assert (result.code, result.err) == (2, "files.text writes one file a record (name a folder for them: -o FOLDER)\n")


def test_the_results_are_the_same_on_any_number_of_threads(folder, command):
    Path("many.txt").write_text("".join(f"{'xy' * (number % 7)}{'ab'[number % 2]}\n" for number in range(2000)))
    outputs = []
    for threads in ("1", "2", "4"):
        assert command("run", "colours.yaml", "many.txt", "-o", f"{threads}.jsonl", "--threads", threads).code == 0
        outputs.append(Path(f"{threads}.jsonl").read_bytes())
    assert outputs[0].count(b"\n") == 2000
    assert outputs[0] == outputs[1] == outputs[2]


def test_explain_shows_what_each_stage_makes(folder, command):
    result = command("run", "colours.yaml", "--text", "xza", "--explain")
    assert result.code == 0
    assert result.lines[:5] == [
        "1  xza",
        "  tokenizer core.symbols: tokens of 5 int32 with spans, 3 positions",
        "      x/1 z?/0 a/3",
        "      1 of 3 unknown (33%)",
        "  encoder core.one_hot: one_hot of 5 float32 with spans, 3 positions",
    ]
    assert result.lines[5].startswith("  core core.rnn: logits of 2 float32 (one a record)")
    assert "      label: red" in result.lines
    assert result.err == ""


def test_a_reader_that_goes_away_ends_it_silently(folder, process):
    Path("many.txt").write_text("xyab\n" * 20_000)
    running = process("run", "colours.yaml", "many.txt")
    assert running.stdout.readline().startswith(b'{"id": "many.txt:1"')
    running.stdout.close()
    assert running.stderr.read() == b""
    assert running.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_standard_output(folder, process):
    with Path("/dev/full").open("wb") as full:
        running = process("run", "colours.yaml", "--text", "xa", stdout=full)
        _, err = running.communicate()
    assert running.returncode == 4
    assert err == (
        b"standard output: cannot be written: no space left on device (free some space, or write to another disk)\n"
    )


def test_a_pipeline_from_standard_input(folder, command):
    Path("in.txt").write_text("xya\nb\n")
    written = Path("colours.yaml").read_bytes()
    result = command("run", "-", "in.txt", stdin=written)
    assert result.lines == command("run", "colours.yaml", "in.txt").lines
    both = "standard input is the pipeline and an input at once (name a file for one of them)\n"
    for inputs, pipeline in ((["-"], written), ([], written.replace(b"core.lines", b"core.lines, path: '-'"))):
        result = command("run", "-", *inputs, stdin=pipeline)
        assert (result.code, result.err) == (2, both)


def test_other_commands_take_files(folder, command):
    result = command("train", "-", stdin=Path("colours.yaml").read_bytes())
    assert (result.code, result.err) == (
        2,
        "only `seqpipe run` and `seqpipe check` take a pipeline from standard input "
        "(write it to a file, and name that)\n",
    )

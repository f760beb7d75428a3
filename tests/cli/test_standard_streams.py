"""Standard streams that are closed, full, or read by nobody, and consoles that lack characters."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")
COMMANDS = {
    "run": ("run", "colours.yaml", "in.txt", "-o", "out.jsonl", "--overwrite"),
    "train": ("train", "colours.yaml", "-o", "trained"),
    "evaluate": ("evaluate", "colours.yaml", "--data", "train.tsv"),
    "check": ("check", "colours.yaml"),
    "models": ("models",),
    "plugins": ("plugins",),
}
RESTART = "os.execv(sys.executable, [sys.executable, '-m', 'seqpipe', *sys.argv[1:]])"


@pytest.fixture
def here(folder):
    (folder / "in.txt").write_text("xa\nyb\n")
    return folder


def ended(command, *, closed=(), encoding="", **options):
    """Run a command in a process of its own, which begins with some descriptors closed."""
    before = "".join(f"os.close({number})\n" for number in closed)
    words = [sys.executable, "-c", "import os, sys\n" + before + RESTART, *command]
    environment = {**os.environ, **({"PYTHONIOENCODING": encoding} if encoding else {})}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.run(words, env=environment, text=True, check=False, **{**pipes, **options})


@pytest.mark.skipif(os.name != "posix", reason="descriptors cannot be closed for another process")
@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_a_run_into_a_file_needs_no_standard_stream(here, closed):
    done = ended(COMMANDS["run"], closed=closed)
    assert done.returncode == 0
    assert len(Path("out.jsonl").read_text().splitlines()) == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == (2 not in closed)


@pytest.mark.skipif(os.name != "posix", reason="as above")
@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "run"])
def test_every_command_works_as_a_daemon_does(here, name):
    assert ended(COMMANDS[name], closed=(0, 1, 2)).returncode == 0
    assert (here / "trained" / "model.safetensors").exists() == (name == "train")


@pytest.mark.skipif(os.name != "posix", reason="as above")
def test_what_goes_wrong_without_streams_is_an_exit_code(here):
    assert ended(("check", "none.yaml"), closed=(0, 1, 2)).returncode == 2
    assert ended(("run", "colours.yaml", "none.txt", "-o", "x.jsonl"), closed=(1, 2)).returncode == 4


@pytest.mark.skipif(os.name != "posix", reason="as above")
def test_results_and_records_need_a_stream_that_is_open(here):
    done = ended(("run", "colours.yaml", "in.txt"), closed=(1,))
    assert (done.returncode, done.stderr) == (4, "standard output: is closed (name a file: -o FILE)\n")
    done = ended(("run", "colours.yaml", "-", "-o", "out.jsonl"), closed=(0,))
    assert (done.returncode, done.stderr) == (4, "-: standard input is closed (name a file)\n")


def test_no_file_gets_the_number_of_a_closed_stream(monkeypatch):
    code = "import os; from seqpipe.cli.descriptors import reserve_descriptors as r; r(); print(os.open('/', 0))"
    for closed in itertools.chain.from_iterable(itertools.combinations((0, 2), size) for size in (0, 1, 2)):
        words = [sys.executable, "-c", "".join(f"import os; os.close({number})\n" for number in closed) + code]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True, text=True)
        assert int(done.stdout) >= 3


@pytest.mark.skipif(not FULL.exists(), reason="the system has no full device")
@pytest.mark.parametrize("command", [("--help",), ("--version",), *COMMANDS.values()], ids=" ".join)
def test_what_cannot_be_printed_is_an_error(here, command):
    with FULL.open("w") as full:
        done = ended(command, stdout=full)
    prints = command[0] != "run"
    assert done.returncode == (4 if prints else 0)
    if prints:
        assert done.stderr.splitlines()[-1] == (
            "standard output: cannot be written: no space left on device (free some space, or write to another disk)"
        )


@pytest.mark.skipif(not FULL.exists(), reason="as above")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (COMMANDS["run"], 0),
        (COMMANDS["train"], 0),
        (("check", "none.yaml"), 2),
        (("check", "none.yaml", "--traceback"), 2),
        (("run", "colours.yaml", "none.txt", "--log-format", "json"), 4),
    ],
    ids=str,
)
def test_messages_that_cannot_be_written_change_nothing(here, command, code):
    with FULL.open("w") as full:
        assert ended(command, stderr=full).returncode == code


@pytest.mark.skipif(os.name != "posix", reason="needs pipes that are closed")
@pytest.mark.parametrize(
    "command",
    [("--help",), ("run", "colours.yaml", "in.txt"), ("run", "colours.yaml", "in.txt", "--explain"), ("schema",)],
    ids=" ".join,
)
def test_a_reader_that_goes_away_ends_it_silently(here, command):
    read, write = os.pipe()
    os.close(read)
    done = ended(command, stdout=write)
    os.close(write)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "records/s" not in line]) == (0, [])


def test_a_console_that_lacks_characters_shows_them_as_python_does(here):
    Path("in.txt").write_text("xa\u0142\n", encoding="utf-8")
    done = ended(("run", "colours.yaml", "in.txt", "--explain"), encoding="cp1252")
    assert done.returncode == 0
    assert r"xa\u0142" in done.stdout
    done = ended(("check", "\u0142.yaml"), encoding="cp1252")
    assert (done.returncode, done.stderr) == (2, "no pipeline '\\u0142.yaml' (name its file, or a shipped one)\n")


def test_metrics_that_cannot_be_written_are_an_error_before_anything_runs(here, command):
    result = command("run", "colours.yaml", "in.txt", "-o", "out.jsonl", "--metrics", "none/figures.prom")
    assert (result.code, result.err) == (4, "none/figures.prom: folder 'none' does not exist (create it)\n")
    assert not Path("out.jsonl").exists()
    assert not Path("out.jsonl.part").exists()


def test_metrics_that_cannot_be_written_later_are_said_once(here, command, monkeypatch):
    module = sys.modules["seqpipe.cli.metrics_file"]
    write, written = module.atomic_write, []

    def full(path):
        written.append(path)
        if len(written) > 1:
            raise module.OutputError("cannot be written: no space left on device", "free some space")
        return write(path)

    monkeypatch.setattr(module, "atomic_write", full)
    monkeypatch.setattr(module, "EVERY", 0.0)
    result = command("run", "colours.yaml", "in.txt", "-o", "out.jsonl", "--metrics", "figures.prom", "-q")
    assert (result.code, result.err) == (0, "error: cannot be written: no space left on device (free some space)\n")
    assert len(written) > 2

"""``seqpipe run --engine``: which engine, with which options, and runs in shards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ENGINE = """
    import seqpipe
    from tests.stub_engine import StubEngine

    @seqpipe.hookimpl
    def seqpipe_register_engines():
        return [StubEngine]
"""


@pytest.fixture
def stub(folder, install):
    """The engine of tests/stub_engine.py, installed; and a file of 300 texts."""
    install("stub", ENGINE)
    Path("in.txt").write_text("".join("xya"[: 1 + number % 3] + "\n" for number in range(300)))


SHARDS = ("--engine", "stub", "--set", "engine.shards=3")


def test_the_output_is_that_of_threads(stub, command):
    for name, engine in (("here.jsonl", ()), ("there.jsonl", ("--engine", "stub", "--set", "engine.workers=3"))):
        assert command("run", "colours.yaml", "in.txt", "-o", name, *engine).code == 0
    assert Path("there.jsonl").read_bytes() == Path("here.jsonl").read_bytes()


def test_the_file_may_name_the_engine_and_the_command_line_another(stub, command):
    with Path("colours.yaml").open("a") as file:
        file.write("engine: {name: stub, workers: 3}\n")
    told = command("run", "colours.yaml", "in.txt", "-v").err.splitlines()[0]
    assert told.endswith(", engine: stub")
    told = command("run", "colours.yaml", "in.txt", "-v", "--engine", "stub://here:1").err.splitlines()[0]
    assert told.endswith(", engine: stub://here:1")
    told = command("run", "colours.yaml", "in.txt", "-v", "--threads", "2", "--engine", "threads").err.splitlines()[0]
    assert told.endswith(", threads: 2")
    assert command("check", "colours.yaml").code == 0
    assert "engine:" in command("check", "colours.yaml", "--resolved").out


def test_a_file_cannot_say_where_the_engine_is(stub, command):
    with Path("colours.yaml").open("a") as file:
        file.write('engine: {name: stub, address: "stub://somewhere:1"}\n')
    said = (
        "colours.yaml:15:31: a file cannot say where the engine is, because what is answered there is trusted (give the"
        " address with --engine)"
    )
    for options in ((), ("--engine", "stub")):
        result = command("run", "colours.yaml", "in.txt", *options)
        assert (result.code, result.err) == (2, f"{said}\n")
    for options in (("--engine", "stub://here:1"), ("--set", "engine.address=stub://here:1")):
        assert command("run", "colours.yaml", "in.txt", *options).code == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("--engine", "absent"),
            "--engine absent: no engine 'absent' is installed (install the distribution that has it, such as"
            " seqpipe-absent; `threads` is built in)",
        ),
        (("--engine", "core"), "--engine core: plugin 'core' has no engine 'core' (none is known)"),
        (("--engine", "stub.other"), "--engine stub.other: plugin 'stub' has no engine 'stub.other' (known: stub)"),
        (
            ("--engine", "stub", "--set", "engine.worker=3"),
            "--set engine.worker=3: unknown key 'worker' in engine (did you mean 'workers'?)",
        ),
        (
            ("--engine", "stub", "--set", "engine.workers=many"),
            "--set engine.workers=many: workers must be a whole number, not text 'many' (write, for example, `workers:"
            " 2`)",
        ),
        (
            ("--set", "engine.workers=3"),
            "--set engine.workers=3: engine does not say which engine it is (write `engine: {name: ray}`, or give"
            " --engine)",
        ),
        (
            ("--set", "engine.name=3"),
            "--set engine.name=3: engine name must be a text, not 3 (write `engine: {name: ray}`, or give --engine)",
        ),
        (
            ("--set", "engine={name: threads, workers: 3}"),
            "--set engine={name: threads, workers: 3}: the engine threads has no option 'workers' (use --threads)",
        ),
        (
            ("--engine", "threads://here"),
            "--engine threads://here: the engine threads has no address (leave it out)",
        ),
        (
            (*SHARDS, "-o", "out.jsonl", "--shard", "1/2"),
            "engine.shards and --shard do not go together (leave one of them out)",
        ),
        (
            (*SHARDS, "-o", "out.jsonl", "--metrics", "figures"),
            "engine.shards and --metrics do not go together (leave one of them out)",
        ),
        (SHARDS, "engine.shards needs an output file (name it: -o FILE)"),
    ],
)
def test_a_wrong_engine_is_a_line(stub, command, options, said):
    result = command("run", "colours.yaml", "in.txt", *options)
    assert (result.code, result.out, result.err) == (2, "", f"{said}\n")
    assert not Path("out.jsonl.shards").exists()


def test_workers_cannot_read_standard_input(stub, command):
    result = command("run", "colours.yaml", "-", "-o", "out.jsonl", *SHARDS, stdin=b"x\n")
    assert result.err == "workers cannot read standard input (name a file, or leave out engine.shards)\n"


@pytest.mark.parametrize("ending", [".jsonl", ".tsv", ".txt"])
def test_shards_are_merged_into_the_output_of_one_run(stub, command, ending):
    Path("more.txt").write_bytes(b"x\n\xff\ny\n")
    inputs, options = ("in.txt", "more.txt"), ("--on-error", "quarantine")
    assert command("run", "colours.yaml", *inputs, "-o", f"here{ending}", *options).code == 3
    result = command("run", "colours.yaml", *inputs, "-o", f"there{ending}", *options, *SHARDS)
    assert (result.code, result.err.splitlines()[-1]) == (3, "303 records, 1 failed, in 3 shards")
    for name in (ending, f"{ending}.quarantine.jsonl"):
        assert Path(f"there{name}").read_bytes() == Path(f"here{name}").read_bytes()
    assert not Path(f"there{ending}.shards").exists()
    again = command("run", "colours.yaml", *inputs, "-o", f"there{ending}", *options, *SHARDS, "--resume")
    assert (again.code, again.err) == (3, f"there{ending} is complete: 303 records\n")


def test_what_an_earlier_run_in_shards_has_left_is_kept_resumed_or_replaced(stub, command):
    Path("out.jsonl.shards").mkdir()
    shard = ("-o", "out.jsonl.shards/2-of-3.jsonl", "--shard", "2/3")
    assert command("run", "colours.yaml", "in.txt", *shard).code == 0
    refused = command("run", "colours.yaml", "in.txt", "-o", "out.jsonl", *SHARDS)
    assert refused.err == (
        "out.jsonl: an earlier run has left out.jsonl.shards (add --resume to continue, or --overwrite to begin"
        " again)\n"
    )
    assert command("run", "colours.yaml", "in.txt", "-o", "out.jsonl", *SHARDS, "--resume").code == 0
    assert command("run", "colours.yaml", "in.txt", "-o", "whole.jsonl").code == 0
    assert Path("out.jsonl").read_bytes() == Path("whole.jsonl").read_bytes()
    assert "is there already" in command("run", "colours.yaml", "in.txt", "-o", "out.jsonl", *SHARDS).err
    assert command("run", "colours.yaml", "in.txt", "-o", "out.jsonl", *SHARDS, "--overwrite").code == 0


def test_a_bad_record_in_a_shard_ends_the_run_and_what_is_done_is_kept(stub, command):
    Path("in.txt").write_bytes(b"x\n\xff\ny\n")
    result = command("run", "colours.yaml", "in.txt", "-o", "out.jsonl", *SHARDS)
    assert result.code == 4
    assert result.err.splitlines()[-1].startswith("in.txt:2: core.lines: not valid UTF-8")
    Path("in.txt").write_bytes(b"x\nb\ny\n")
    assert "has changed" in command("run", "colours.yaml", "in.txt", "-o", "out.jsonl", *SHARDS, "--resume").err


def test_a_shard_of_which_workers_die_without_getting_on_ends_the_run(stub, command):
    result = command("run", "colours.yaml", "in.txt", "-o", "out.jsonl", *SHARDS, "--set", "engine.deadly=true")
    assert result.code == 4
    assert result.err.splitlines()[-1].startswith("out.jsonl.shards/")
    assert "-of-3.jsonl: 5 workers have died of shard " in result.err


def test_records_of_texts_go_to_shards_as_well(stub, command):
    texts = [word for text in "abxyy" for word in ("--text", text)]
    assert command("run", "colours.yaml", *texts, "-o", "out.jsonl", *SHARDS).code == 0
    assert [json.loads(line)["text"] for line in Path("out.jsonl").read_text().splitlines()] == list("abxyy")

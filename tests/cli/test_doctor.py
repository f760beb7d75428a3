"""``seqpipe doctor``."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from seqpipe.cli import diagnosis
from seqpipe.cli.diagnosis import diagnose
from seqpipe.kernels import isa
from seqpipe.registry import Registry


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of the kernel cache, not there yet."""
    monkeypatch.setenv("SEQPIPE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "kernels"


def finding(what):
    (found,) = [one for one in diagnose(Registry.discover()) if one.what == what]
    return found


def test_where_all_is_well(command):
    result = command("doctor")
    assert (result.code, result.err) == (0, "")
    assert result.lines[-1] == "all is well"
    assert any(line.startswith("ok  plugin core ") for line in result.lines)
    assert any(line.startswith("ok  model text/sentiment ") for line in result.lines)
    told = json.loads(command("doctor", "--json").out)
    assert told["well"] is True
    assert all(set(one) == {"what", "found"} for one in told["findings"])


def test_a_broken_plugin(command, install):
    install("broken", "raise RuntimeError('cannot start')")
    result = command("doctor")
    assert (result.code, result.err) == (2, "")
    assert result.lines[-1] == "1 thing to fix"
    assert "WRONG  plugin broken" in result.out
    assert (
        "plugin 'broken' (seqpipe-broken 1.2) is broken: RuntimeError: cannot start, in seqpipe_broken.py:1 "
        "(update or uninstall it, or tell its author)"
    ) in result.out
    assert json.loads(command("doctor", "--json").out)["well"] is False


def test_a_damaged_model(install):
    install("loud", "import seqpipe\n@seqpipe.hookimpl\ndef seqpipe_run_started(event): ...")
    folder = Registry.discover().plugins["loud"].folder
    assert folder is not None
    (folder / "models").mkdir()
    (folder / "models" / "truncated.safetensors").write_bytes(b"half of a model")
    found = finding("model loud/truncated")
    assert found.wrong.startswith("not a whole model file")
    assert found.todo


def test_an_instruction_set_that_is_not_there_is_the_one_thing_to_mend():
    environment = {**os.environ, "SEQPIPE_ISA": "mmx"}
    command = [sys.executable, "-m", "seqpipe", "doctor"]
    result = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (2, "")
    assert "SEQPIPE_ISA=mmx is not an instruction set of this CPU, which has " in result.stdout
    assert "(unset SEQPIPE_ISA)\n" in result.stdout
    assert result.stdout.endswith("\n1 thing to fix\n")


def test_what_kernels_are_compiled_for(monkeypatch):
    chosen, cpu = isa.instruction_set(), isa.target()[0]
    assert f"compiled for {chosen.name}, {chosen.bits} bits, and CPU model {cpu}" in finding("CPU").found
    monkeypatch.setattr(isa.llvm, "get_host_cpu_name", lambda: "generic")
    monkeypatch.delenv("SEQPIPE_ISA", raising=False)
    assert finding("CPU").found.endswith(f"and CPU model {chosen.cpu}, as LLVM does not know this one")


def test_how_fast_the_product_is():
    rate, peak, share = map(int, re.findall(r"\d+", finding("matrix product").found))
    assert 0 < rate <= 1.1 * peak
    assert abs(share - 100 * rate / peak) < 10


def test_a_cache_that_is_not_made_yet(cache):
    found = finding("kernel cache")
    assert (found.found, found.wrong) == (f"{cache}: empty, the first run compiles", "")


def test_a_cache(cache):
    cache.mkdir(parents=True, mode=0o700)
    (cache / "tile-float32-1.unit").write_bytes(bytes(1_500_000))
    found = finding("kernel cache")
    assert (found.found, found.wrong) == (f"{cache}: 1 compiled units, 1.5 MB", "")


def test_a_cache_that_others_can_write_to(cache):
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    found = finding("kernel cache")
    assert found.wrong == "others can write to it, so every run compiles"
    assert found.todo == "remove it, or set SEQPIPE_CACHE_DIR to a folder of yours"


def test_a_cache_that_is_no_folder(cache):
    cache.parent.mkdir()
    cache.write_text("")
    assert finding("kernel cache").wrong == "it is no folder, so every run compiles"


def test_a_cache_that_cannot_be_made(cache):
    cache.parent.write_text("")
    assert finding("kernel cache").wrong == (
        f"it cannot be made in {cache.parent}: cannot be written to: not a directory, so every run compiles"
    )


def test_a_cache_that_cannot_be_written_to(cache, monkeypatch):
    cache.mkdir(parents=True, mode=0o700)

    def refuse(**_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(diagnosis.tempfile, "TemporaryFile", refuse)
    assert finding("kernel cache").wrong == ("it cannot be written to: read-only file system, so every run compiles")


def test_a_library_that_is_missing(monkeypatch):
    monkeypatch.setattr(diagnosis, "LIBRARIES", ("numpy", "no-such-library"))
    assert finding("libraries").wrong == "not installed: no-such-library"


def test_a_folder_that_cannot_be_written_to(monkeypatch):
    def refuse(**_: object):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(diagnosis.tempfile, "TemporaryFile", refuse)
    assert finding("working directory").wrong == "cannot be written to: no space left on device"

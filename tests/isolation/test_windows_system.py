"""How children are limited on Windows, whose system calls are imitated."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from seqpipe.isolation.windows_system import Job, WindowsSystem
from seqpipe.limits import Limits
from tests.stub_systems import ImitatedKernel

LIMITS = Limits(memory_mb=500, open_files=30)


@pytest.fixture
def kernel() -> ImitatedKernel:
    return ImitatedKernel()


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def test_the_child_ends_with_the_job_and_its_memory_is_limited_from_its_start_on(kernel, process):
    job = Job(kernel, process)
    assert kernel.calls == ["CreateJobObjectW", "SetInformationJobObject", "OpenProcess", "AssignProcessToJobObject"]
    job.hold(LIMITS)
    kill_and_die = 0x2000 | 0x400
    assert kernel.limits == [(kill_and_die, 0), (kill_and_die | 0x200, 600_000_000)]
    assert job.verdict() == ""
    job.release()
    assert kernel.calls.count("CloseHandle") == 2
    assert process.poll() is None


def test_a_child_that_opens_too_many_files_is_ended(kernel, process):
    job = Job(kernel, process)
    job.hold(LIMITS)
    kernel.handles += 31
    process.wait(60)
    job.release()
    assert job.verdict() == "opened more than 30 files"


def test_a_refused_call_is_an_error(kernel, process):
    kernel.refused = "AssignProcessToJobObject"
    with pytest.raises(OSError, match="Windows refuses to limit a process, error 5"):
        Job(kernel, process)


def test_only_the_pipes_are_inherited_and_no_process_stands_between(monkeypatch):
    started = {}
    monkeypatch.setattr(os, "set_handle_inheritable", lambda *call: started.setdefault("made", []).append(call), False)
    monkeypatch.setattr(subprocess, "STARTUPINFO", SimpleNamespace, False)
    monkeypatch.setattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0x200, False)
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **options: started.update(options, words=words))
    monkeypatch.setattr(sys, "_base_executable", "C:/Python/python.exe")
    WindowsSystem().start([sys.executable, "-c", "pass"], [12, 34], subprocess.DEVNULL)
    assert started["made"] == [(12, True), (34, True)]
    assert started["startupinfo"].lpAttributeList == {"handle_list": [12, 34]}
    assert (started["executable"], started["env"]["__PYVENV_LAUNCHER__"]) == ("C:/Python/python.exe", sys.executable)
    assert "pass_fds" not in started
    assert "start_new_session" not in started


@pytest.mark.parametrize(
    ("code", "said"), [(7, "ended with exit code 7"), (0xC0000005, "died of 0xC0000005"), (1, "ended with exit code 1")]
)
def test_how_a_child_died(code, said):
    assert WindowsSystem().cause_of_death(code) == said


def test_the_child_leaves_its_limits_to_the_parent():
    WindowsSystem().restrict(LIMITS)
    WindowsSystem().restrict_processor(LIMITS)


def test_a_watch_ends_with_the_child(kernel, process):
    job = Job(kernel, process)
    job.hold(LIMITS)
    process.kill()
    process.wait()
    kernel.refused = "GetProcessHandleCount"
    begin = time.monotonic()
    job.release()
    assert time.monotonic() - begin < 1

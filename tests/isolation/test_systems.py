"""Which system isolates how, and that a limit holds by each one's own means."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError
from seqpipe.isolation import isolated_reading, macos_system, process
from seqpipe.isolation.macos_system import MacOSSystem
from seqpipe.isolation.posix_system import PosixSystem
from seqpipe.isolation.process import this_system
from seqpipe.isolation.windows_system import WindowsSystem
from seqpipe.limits import Limits
from tests.stub_stages import Wild
from tests.stub_systems import ImitatedMacOS


@pytest.mark.parametrize(
    ("platform", "system"),
    [("linux", PosixSystem), ("darwin", MacOSSystem), ("win32", WindowsSystem), ("freebsd14", PosixSystem)],
)
def test_each_system_has_its_own_means(monkeypatch, platform, system):
    monkeypatch.setattr(sys, "platform", platform)
    assert type(this_system()) is system


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not say how much memory there is")
def test_where_memory_is_watched_a_child_that_grows_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "this_system", ImitatedMacOS)
    path = tmp_path / "in.txt"
    with isolated_reading(Wild(), Limits(memory_mb=500)) as read:
        path.write_text("one\ngrow\ntwo\n")
        items = read(Source(str(path)))
        first = next(items)
        assert isinstance(first, Record)
        with pytest.raises(InputError, match=r"its reader took more than 500 MB of memory \(check the file, or raise"):
            next(items)
        path.write_text("one\ntwo\n")
        assert [item.payload for item in read(Source(str(path))) if isinstance(item, Record)] == ["one", "two"]


def test_macos_is_asked_for_what_a_process_has_written_to(monkeypatch):
    asked = []

    def rusage(pid, flavor, info):
        asked.append((pid.value, flavor.value))
        assert ctypes.sizeof(info._obj) == 96  # as <sys/resource.h> has it
        info._obj.phys_footprint = 123
        return 0 if pid.value == 17 else -1

    monkeypatch.setattr(macos_system.ctypes, "CDLL", lambda *_, **__: SimpleNamespace(proc_pid_rusage=rusage))
    assert MacOSSystem().measure_memory(17) == 123
    with pytest.raises(OSError, match="Errno"):
        MacOSSystem().measure_memory(18)
    assert asked == [(17, 0), (18, 0)]

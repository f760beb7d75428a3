"""The lock on an output, here and on Windows, whose system calls are imitated."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

from seqpipe import file_lock


def test_a_file_is_locked_once(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with path.open("ab") as first, path.open("ab") as second:
        assert file_lock.lock(first.fileno())
        assert not file_lock.lock(second.fileno())
    with path.open("ab") as third:
        assert file_lock.lock(third.fileno())


def test_on_windows_the_first_byte_is_locked(tmp_path, monkeypatch):
    locked = []

    def locking(descriptor, mode, size):
        assert (mode, size, os.lseek(descriptor, 0, os.SEEK_CUR)) == (2, 1, 0)
        if locked:
            raise PermissionError(13, "Permission denied")
        locked.append(descriptor)

    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK=2, locking=locking))
    monkeypatch.setattr(sys, "platform", "win32")
    there = runpy.run_path(file_lock.__file__)
    with (tmp_path / "lock").open("ab") as first, (tmp_path / "lock").open("ab") as second:
        os.write(first.fileno(), b"x")
        assert there["lock"](first.fileno())
        assert not there["lock"](second.fileno())
    assert not there["REMOVABLE"]

"""Readers in child processes, and the limits on them."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from seqpipe.contracts import Read
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.errors import InputError, RecordError
from seqpipe.isolation import isolated_reading
from seqpipe.limits import Limits
from seqpipe.notice import NOTICE
from tests.stub_stages import Wild

LIMITS = Limits(seconds=3.0, memory_mb=500, open_files=30)


WINDOWS = sys.platform == "win32"
ONLY_POSIX = pytest.mark.skipif(WINDOWS, reason="has no signals between processes")
ONLY_LINUX = pytest.mark.skipif(not Path("/proc/self").exists(), reason="the system does not show processes as files")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def read() -> Iterator[Read]:
    with isolated_reading(Wild(), LIMITS) as read:
        yield read


def source(*lines: str) -> Source:
    name = f"{len(list(Path().iterdir()))}.txt"
    Path(name).write_text("".join(f"{line}\n" for line in lines))
    return Source(name)


def texts(read: Read, *lines: str) -> list[str]:
    return [item.payload if isinstance(item, Record) else str(item) for item in read(source(*lines))]


def refusal(read: Read, *lines: str) -> str:
    with pytest.raises(InputError) as caught:
        texts(read, *lines)
    message = str(caught.value)
    return message.partition(": ")[2]


def test_records_and_errors_come_as_they_are(read: Read) -> None:
    first, bad, last = read(source("one", "bad", "two"))
    assert isinstance(first, Record)
    assert isinstance(bad, RecordError)
    assert isinstance(last, Record)
    assert (first.payload, bad.what, bad.raw, last.payload) == ("one", "refused", b"bad\n", "two")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "segfault",
            f"its reader died of {'0xC0000005' if WINDOWS else 'SIGSEGV'} (check the file, or raise the limits)",
        ),
        ("exit", "its reader ended with exit code 7 (check the file, or raise the limits)"),
        ("grow", "its reader took more than 500 MB of memory (check the file, or raise the limits)"),
        pytest.param(
            "open",
            "cannot be read: too many open files (raise the limit on open files: `ulimit -n`)",
            marks=ONLY_POSIX,
        ),
        ("raise", "its reader failed: ZeroDivisionError: in the library (check the file, or tell the reader's author)"),
        ("unreadable", ""),
    ],
)
def test_what_the_reader_does_fails_one_source_and_the_next_is_read(read: Read, line: str, said: str) -> None:
    assert refusal(read, "one", line, "two") == said
    assert texts(read, "one", "two") == ["one", "two"]


@ONLY_POSIX
def test_a_child_that_dies_in_the_middle_of_a_record_is_said_to_have_died(read: Read) -> None:
    items = read(source("who", "x" * 300_000))
    first = next(items)
    assert isinstance(first, Record)
    time.sleep(0.5)  # it fills the pipe, which takes no more than a part of the record
    os.kill(first.columns["pid"], signal.SIGKILL)
    with pytest.raises(InputError, match="its reader died of SIGKILL"):
        next(items)


@ONLY_LINUX
@pytest.mark.parametrize(("number", "name"), [(9, "SIGKILL"), (37, "signal 37")])
def test_every_signal_is_told(read: Read, number: int, name: str) -> None:
    items = read(source("who", "hang"))
    first = next(items)
    assert isinstance(first, Record)
    os.kill(first.columns["pid"], number)
    with pytest.raises(InputError, match=f"its reader died of {name}"):
        next(items)


@pytest.mark.parametrize("line", ["hang", "hang in C"])
def test_a_child_that_hangs_is_ended(line: str) -> None:
    with isolated_reading(Wild(), Limits(seconds=0.5)) as read:
        assert texts(read, "one") == ["one"]
        begin = time.monotonic()
        assert (
            refusal(read, "one", line) == "its reader gave nothing within 0.5 s (check the file, or raise the limits)"
        )
        assert time.monotonic() - begin < 5
        assert texts(read, "one") == ["one"]


def test_time_is_limited_for_each_record_not_for_the_source() -> None:
    with isolated_reading(Wild(), Limits(seconds=1.5)) as read:
        assert texts(read, *["sleep"] * 6) == ["sleep"] * 6


def test_a_reader_that_waits_for_its_consumer_has_time() -> None:
    with isolated_reading(Wild(), Limits(seconds=0.5)) as read:
        items = read(source(*["x" * 100_000] * 4))
        for _ in range(4):
            time.sleep(0.6)
            next(items)


def test_a_child_is_used_again_and_ended_at_the_end(read: Read) -> None:
    (first,) = read(source("who"))
    (second,) = read(source("who"))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.columns["pid"] == second.columns["pid"] != os.getpid()
    assert "" not in first.columns["path"]


@ONLY_LINUX
def test_no_child_is_left() -> None:
    with isolated_reading(Wild(), LIMITS) as read:
        (record,) = read(source("who"))
        items = read(source("one", "two"))
        next(items)
        assert isinstance(record, Record)
        assert Path(f"/proc/{record.columns['pid']}").exists()
    del items
    gc.collect()
    assert not Path(f"/proc/{record.columns['pid']}").exists()


@ONLY_LINUX
def test_a_child_inherits_no_files(read: Read) -> None:
    with Path("secret").open("w"), Path("secret2").open("w"):
        (record,) = read(source("descriptors"))
    assert isinstance(record, Record)
    assert len(record.columns["open"]) == 7  # the standard three, two pipes, the source, and the list itself


def test_a_reader_that_cannot_be_loaded_fails_each_source() -> None:
    class Local(Wild):
        """Cannot be pickled by name."""

    Local.__module__, Local.__qualname__ = "gone_module", "Local"
    module = type(sys)("gone_module")
    module.Local = Local  # type: ignore[attr-defined]
    sys.modules["gone_module"] = module
    try:
        with isolated_reading(Local(), LIMITS) as read:
            assert refusal(read, "one") == (
                "its reader did not start: ModuleNotFoundError: No module named 'gone_module' "
                "(check the file, or raise the limits)"
            )
    finally:
        del sys.modules["gone_module"]


def test_starting_takes_no_longer_than_allowed() -> None:
    with isolated_reading(Wild(), Limits(start_seconds=0.001)) as read:
        assert refusal(read, "one") == "its reader did not start within 0.001 s (check the file, or raise the limits)"


ORPHAN = """
import sys
from seqpipe.data.source import Source
from seqpipe.isolation import isolated_reading
from seqpipe.limits import Limits
from tests.stub_stages import Wild

with isolated_reading(Wild(), Limits(seconds=1000)) as read:
    items = read(Source(sys.argv[1]))
    print(next(items).columns["pid"], flush=True)
    next(items)
"""


@ONLY_LINUX
def test_a_child_ends_with_its_parent() -> None:
    path = source("who", "hang")
    root = str(Path(__file__).parent.parent.parent)
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, path.name],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))},
    )
    assert parent.stdout is not None
    child = Path(f"/proc/{int(parent.stdout.readline())}")
    assert child.exists()
    parent.kill()
    parent.communicate()
    deadline = time.monotonic() + 10
    while child.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.exists() or "Z" in (child / "stat").read_text().split()[2]


def test_what_a_reader_tells_is_passed_on(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "seqpipe")
    assert texts(read, "one", "tell", "two") == ["one", "tell", "two"]
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [(NOTICE, "line 2 tells")]

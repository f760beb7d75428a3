import errno
import os
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from seqpipe.atomic import atomic_write
from seqpipe.errors import OutputError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def refusal(path: str) -> str:
    with pytest.raises(OutputError) as caught, atomic_write(path):
        pytest.fail("the block must not be entered")
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_text_is_utf8_with_plain_newlines() -> None:
    with atomic_write("out.txt") as file:
        file.write("naïve\n")
        assert not Path("out.txt").exists()
    assert Path("out.txt").read_bytes() == "naïve\n".encode()
    assert names() == ["out.txt"]


def test_bytes() -> None:
    with atomic_write(Path("out.bin"), "wb") as file:
        file.write(b"\x00\r\n")
    assert Path("out.bin").read_bytes() == b"\x00\r\n"


def test_the_temporary_file_is_hidden_and_in_the_same_folder() -> None:
    with atomic_write("out.txt"):
        (name,) = names()
        assert name.startswith(".out.txt-")


@pytest.mark.parametrize("exception", [RuntimeError, OSError, KeyboardInterrupt])
def test_an_exception_leaves_what_was_there(exception: type[BaseException]) -> None:
    Path("out.txt").write_text("before")

    def interrupted():
        with atomic_write("out.txt") as file:
            file.write("after")
            raise exception

    with pytest.raises(exception) as caught:
        interrupted()
    assert type(caught.value) is exception
    assert Path("out.txt").read_text() == "before"
    assert names() == ["out.txt"]


def test_permissions_of_a_new_file_follow_the_umask() -> None:
    before = os.umask(0o027)
    try:
        with atomic_write("out.txt") as file:
            file.write("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("out.txt").stat().st_mode) == 0o640


def test_permissions_of_a_replaced_file_stay() -> None:
    Path("out.txt").touch()
    Path("out.txt").chmod(0o604)
    with atomic_write("out.txt") as file:
        file.write("x")
    assert stat.S_IMODE(Path("out.txt").stat().st_mode) == 0o604


def test_a_symbolic_link_stays_one() -> None:
    Path("folder").mkdir()
    Path("link").symlink_to("folder/out.txt")
    for text in ("new", "replaced"):
        with atomic_write("link") as file:
            file.write(text)
        assert Path("link").is_symlink()
        assert Path("folder/out.txt").read_text() == text
    assert names() == ["folder", "link"]


def test_a_long_name() -> None:
    name = "x" * 255
    with atomic_write(name) as file:
        file.write("x")
    assert names() == [name]


def test_a_missing_folder() -> None:
    assert refusal("out/x.txt") == "out/x.txt: folder 'out' does not exist (create it)"


def test_a_folder() -> None:
    Path("out").mkdir()
    assert refusal("out") == "out: this is a folder (name a file in it)"


def test_a_device_is_not_replaced() -> None:
    assert refusal("/dev/null") == "/dev/null: not a regular file (name a file that can be replaced)"


def test_a_name_that_is_too_long() -> None:
    assert refusal("x" * 256).endswith(": cannot be written: file name too long (choose a shorter name)")


def test_a_circle_of_links() -> None:
    Path("a").symlink_to("a")
    assert refusal("a") == "a: cannot be written: too many levels of symbolic links (fix the symbolic links)"


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("characters", [100, 1_000_000])
def test_a_disk_that_takes_no_more(characters: int) -> None:
    Path("out.txt").write_text("before")
    with pytest.raises(OutputError) as caught, largest_file(50), atomic_write("out.txt") as file:
        file.write("x" * characters)
    assert str(caught.value) == (
        "out.txt: cannot be written: file too large (raise the limit on the size of files, or write less)"
    )
    assert Path("out.txt").read_text() == "before"
    assert names() == ["out.txt"]


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (errno.ENOSPC, "no space left on device (free some space, or write to another disk)"),
        (errno.EACCES, "permission denied (check the permissions of the file and its folder)"),
        (errno.EIO, "input/output error (try again, or write to another disk)"),
    ],
)
def test_a_disk_that_fails_at_the_end(number: int, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> NoReturn:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError) as caught, atomic_write("out.txt") as file:
        file.write("x")
    assert str(caught.value) == f"out.txt: cannot be written: {message}"
    assert names() == []


def test_a_file_system_that_cannot_sync_folders(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fsync = os.fsync

    def only_files(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "invalid argument")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", only_files)
    with atomic_write("out.txt") as file:
        file.write("x")
    assert Path("out.txt").read_text() == "x"

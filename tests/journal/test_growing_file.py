"""A file that grows."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.errors import Location, OutputError
from seqpipe.journal import growing_file
from seqpipe.journal.growing_file import GrowingFile

ACTIONS = st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(["keep", "drop", "flush", "end"])), max_size=40)


@given(actions=ACTIONS, buffer=st.integers(1, 60), before=st.binary(max_size=5))
def test_it_is_what_was_appended_and_not_dropped(
    tmp_path_factory: pytest.TempPathFactory, actions: list[bytes | str], buffer: int, before: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "growing"
    path.write_bytes(before + b"cut off")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(growing_file, "BUFFER", buffer)
        file = GrowingFile(path, len(before), Location("out"))
        content = kept = before
        block = len(before)
        for action in [*actions, "drop", "end"]:
            if isinstance(action, bytes):
                file.append(action)
                content += action
            elif action == "keep":
                file.keep()
                kept = content
            elif action == "drop":
                file.drop()
                content = kept
            elif action == "flush":
                file.flush()
                assert path.read_bytes() == content
            else:
                assert file.end_block() == zlib.crc32(content[block:])
                kept, block = content, len(content)
            assert file.size == len(content)
        file.close()
    assert path.read_bytes() == content


def test_what_is_not_brought_to_the_disk_is_dropped_at_the_end(tmp_path: Path) -> None:
    file = GrowingFile(tmp_path / "out", 0, Location("out"))
    file.append(b"kept")
    file.end_block()
    file.append(b"not kept")
    file.close()
    assert (tmp_path / "out").read_bytes() == b"kept"


def test_a_full_disk_is_an_error() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    with pytest.raises(OutputError, match=r"^out: cannot be written: "):
        GrowingFile(Path("/dev/full"), 0, Location("out")).append(b"x" * growing_file.BUFFER)

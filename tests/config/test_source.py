from pathlib import Path

import pytest

from seqpipe.config.file_text import read_text
from seqpipe.errors import ConfigError


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read_text(path)
    assert caught.value.exit_code == 2
    return str(caught.value)


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("pipeline.yaml")


def test_utf8_with_and_without_a_byte_order_mark(pipeline: Path) -> None:
    pipeline.write_bytes("name: naïve 😀\r\n".encode())
    assert read_text(pipeline) == "name: naïve 😀\r\n"
    pipeline.write_bytes("\ufeffname: x".encode())
    assert read_text(pipeline) == "name: x"


def test_bytes_that_are_not_utf8(pipeline: Path) -> None:
    pipeline.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: na\xefve\n")
    assert refusal(pipeline) == "pipeline.yaml:2:6: byte 0xef is not UTF-8 text (save the file as UTF-8)"


def test_utf16(pipeline: Path) -> None:
    pipeline.write_bytes("a: 1".encode("utf-16"))
    assert refusal(pipeline) == "pipeline.yaml:1:1: byte 0xff is not UTF-8 text (save the file as UTF-8)"


def test_control_characters(pipeline: Path) -> None:
    pipeline.write_bytes(b"a: 1\nb: x\x00y\n")
    assert refusal(pipeline) == (
        "pipeline.yaml:2:5: control character U+0000 "
        '(remove it, or write it as an escape in double quotes, such as "\\x00")'
    )


def test_a_missing_file(pipeline: Path) -> None:
    assert refusal(pipeline) == "pipeline.yaml: no such file (check the path)"


def test_a_folder(pipeline: Path) -> None:
    pipeline.mkdir()
    assert refusal(pipeline) == "pipeline.yaml: this is a folder (name a YAML file in it)"


def test_an_unreadable_file(pipeline: Path) -> None:
    pipeline.symlink_to(pipeline)
    assert refusal(pipeline).startswith("pipeline.yaml: cannot be read: too many levels of symbolic links (fix")


def test_a_large_file(pipeline: Path) -> None:
    pipeline.write_bytes(b"#" * 1_000_001)
    assert refusal(pipeline) == "pipeline.yaml: larger than 1000000 bytes (keep data in a file of its own)"

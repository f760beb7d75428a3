import io
import sys
from pathlib import Path

import pytest

from seqpipe.config.file_limits import FILE_LIMITS
from seqpipe.config.files import load, load_standard_input
from seqpipe.errors import ConfigError, SeqpipeError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


def refusal(name: str) -> str:
    with pytest.raises(SeqpipeError) as caught:
        load(name)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_a_chain_of_files() -> None:
    write("base.yaml", "name: base\ntrain: {seed: 1, epochs: 2}\nstages: [{core: core.gru}, {decoder: text.stars}]\n")
    write("sub/middle.yaml", "extends: ../base.yaml\ntrain: {epochs: 3}\n")
    write("top.yaml", "extends: sub/middle.yaml\nname: top\nstages: [{core: core.lstm}]\n")
    document = load("top.yaml")
    assert document.values() == {
        "name": "top",
        "train": {"seed": 1, "epochs": 3},
        "stages": [{"core": "core.lstm"}],
    }
    assert str(document.where(("train", "seed"))) == "sub/../base.yaml:2:15"
    assert str(document.where(("train", "epochs"))) == "sub/middle.yaml:2:17"
    assert document.folder(("train", "epochs")) == Path("sub")


def test_messages_show_the_path_as_it_was_given(tmp_path: Path) -> None:
    write("sub/p.yaml", "a: 1\na: 2\n")
    assert refusal("./sub/../sub/p.yaml").startswith("sub/../sub/p.yaml:2:1: ")
    assert refusal(str(tmp_path / "sub/p.yaml")).startswith(f"{tmp_path}/sub/p.yaml:2:1: ")


def test_shipped_names_are_resolved_by_the_caller() -> None:
    write("shipped.yaml", "name: shipped\n")
    write("p.yaml", "extends: text/sentiment\n")

    def resolve(name: str, folder: Path) -> Path:
        assert (name, folder) == ("text/sentiment", Path())
        return Path("shipped.yaml")

    assert load("p.yaml", resolve).values() == {"name": "shipped"}


def test_an_error_of_the_resolver_is_placed() -> None:
    write("p.yaml", "extends: text/sentimant\n")

    def resolve(name: str, folder: Path) -> Path:
        raise ConfigError(f"no pipeline {name!r}", "name another")

    with pytest.raises(ConfigError) as caught:
        load("p.yaml", resolve)
    assert str(caught.value) == "p.yaml:1:10: no pipeline 'text/sentimant' (name another)"


@pytest.mark.parametrize(
    ("extends", "message"),
    [
        ("other.yaml", "extends 'other.yaml': no such file (write its path relative to this file)"),
        ("sub", "extends 'sub': no such file (write its path relative to this file)"),
        ("https://x/y.yaml", "extends takes a file, not a URL (name a file beside this one)"),
        ("[a, b]", "extends must be text, not a list of 2 (name one file)"),
        ("${env:BASE}", "extends must be text, not ${env:BASE} (name one file)"),
    ],
)
def test_what_cannot_be_extended(extends: str, message: str) -> None:
    write("p.yaml", f"name: x\nextends: {extends}\n")
    assert refusal("p.yaml") == f"p.yaml:2:10: {message}"


def test_a_circle() -> None:
    write("a.yaml", "extends: b.yaml\n")
    write("b.yaml", "extends: c.yaml\n")
    write("c.yaml", "extends: sub/../b.yaml\n")
    assert refusal("a.yaml") == (
        "c.yaml:1:10: extends leads back to itself: b.yaml -> c.yaml -> sub/../b.yaml (break the circle)"
    )


def test_a_long_chain() -> None:
    for number in range(8):
        write(f"{number}.yaml", f"extends: {number + 1}.yaml\n")
    write("8.yaml", "name: x\n")
    assert load("1.yaml").values() == {"name": "x"}
    assert refusal("0.yaml") == "7.yaml:1:10: more than 8 files extend one another (merge some of them)"


def test_an_error_in_a_base_is_placed_in_it() -> None:
    write("base.yaml", "a: b: c\n")
    write("p.yaml", "extends: base.yaml\n")
    assert refusal("p.yaml").startswith("base.yaml:1:5: ")


def test_a_large_file_fails_at_once() -> None:
    write("p.yaml", "a: [\n" * 2_000_000)
    assert refusal("p.yaml") == "p.yaml: larger than 1000000 bytes (keep data in a file of its own)"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> str:
        with pytest.raises(ConfigError) as caught:
            load_standard_input()
        return str(caught.value)

    def give(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    write("base.yaml", "name: base\ntrain: {seed: 1}\n")
    give(b"extends: base.yaml\nname: top\n")
    assert load_standard_input().written() == {"name": "top", "train": {"seed": 1}}
    give(b"extends: none.yaml\n")
    assert refused() == "standard input:1:10: extends 'none.yaml': no such file (write its path relative to this file)"
    give(b"#" * (FILE_LIMITS.file_bytes + 1))
    assert refused() == (f"standard input: larger than {FILE_LIMITS.file_bytes} bytes (keep data in a file of its own)")
    monkeypatch.setattr(sys, "stdin", None)
    assert refused() == "standard input: is closed (name a pipeline's file)"

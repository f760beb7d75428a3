import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe.config.environment import Template, escape, read_scalar
from seqpipe.errors import ConfigError


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIDDEN", "64")
    monkeypatch.setenv("DATA", "/data")
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.delenv("ABSENT", raising=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${env:DATA}/train.tsv", "/data/train.tsv"),
        ("${env:DATA}${env:HIDDEN}", "/data64"),
        ("${env:ABSENT:-x y}", "x y"),
        ("${env:ABSENT:-}", None),
        ("${env:EMPTY}", None),
        ("${env:EMPTY:-3}", 3),
        ("${env:HIDDEN:-3}", 64),
        ("a${env:EMPTY}b", "ab"),
        ("$${env:DATA} is ${env:DATA}", "${env:DATA} is /data"),
        ("$HOME and {x}", "$HOME and {x}"),
    ],
)
def test_unquoted(text: str, value: object) -> None:
    scalar = read_scalar(text, plain=True)
    assert (scalar.expand() if isinstance(scalar, Template) else scalar) == value


def test_one_reference_alone_has_its_type_only_without_quotes() -> None:
    assert read_scalar("${env:HIDDEN}", plain=True) == Template("${env:HIDDEN}", typed=True)
    assert Template("${env:HIDDEN}", typed=True).expand() == 64
    assert read_scalar("${env:HIDDEN}", plain=False) == Template("${env:HIDDEN}", typed=False)
    assert Template("${env:HIDDEN}", typed=False).expand() == "64"
    assert read_scalar("${env:HIDDEN}0", plain=True) == Template("${env:HIDDEN}0", typed=False)


def test_values_are_not_expanded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA", "${env:HIDDEN} $${")
    assert Template("${env:DATA}").expand() == "${env:HIDDEN} $${"


def test_a_missing_variable() -> None:
    with pytest.raises(ConfigError) as caught:
        Template("${env:DATA}/${env:ABSENT}").expand()
    assert str(caught.value) == (
        "environment variable 'ABSENT' is not set (set it, or give a default: ${env:ABSENT:-...})"
    )


@pytest.mark.parametrize(
    "text", ["${HOME}", "${env:}", "${env:1X}", "${env:DATA", "${env:DATA:?no}", "a ${", "${ENV:DATA}"]
)
def test_what_only_looks_like_a_reference(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_scalar(text, plain=False)
    assert str(caught.value) == (
        "'${' does not begin a reference to an environment variable "
        "(write ${env:NAME} or ${env:NAME:-default}, or $${ for the characters '${')"
    )


@given(st.text(alphabet="${}env:DATA-") | st.text())
def test_escaped_text_means_itself(text: str) -> None:
    assert read_scalar(escape(text), plain=False) == text

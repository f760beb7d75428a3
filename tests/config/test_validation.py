from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from seqpipe.config.document import parse_document
from seqpipe.config.validation import errors_from_pydantic


class PartialOutput(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Adam(PartialOutput):
    lr: float = 0.1
    beta: float = 0.9


class Momentum(PartialOutput):
    rate: float


class Gru(PartialOutput):
    hidden: int = Field(ge=1)
    output: Literal["all", "pooled"] = "all"
    width: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"
    optimizer: Adam | Momentum | None = None
    sizes: Annotated[list[int], Field(min_length=1)] = [1]
    named: dict[str, Adam] = {}
    marker: str = Field("xx", min_length=2, max_length=9, pattern="^x")
    nested: list[int] | int = 1
    rate: float = Field(0.5, gt=0, lt=1, allow_inf_nan=False)
    even: int = Field(2, multiple_of=2, le=8)
    folder: Path | None = None
    lower: bool = True
    nothing: None = None

    @field_validator("marker")
    @classmethod
    def not_forbidden(cls, marker: str) -> str:
        if marker == "xsecret":
            raise ValueError(f"marker {marker!r} is taken (choose another)")
        return marker

    @model_validator(mode="after")
    def even_is_even(self) -> "Gru":
        if self.even == 4:
            raise ValueError(f"even and {self.marker} do not fit")
        return self


def messages(parameters: str) -> list[str]:
    lines = "".join(f"    {line}\n" for line in parameters.splitlines())
    document = parse_document(f"stages:\n  - core: core.gru\n{lines}", "p.yaml", Path())
    path = ("stages", 0)
    values: dict[str, Any] = document.values(path)
    del values["core"]
    with pytest.raises(ValidationError) as caught:
        Gru.model_validate(values)
    return str(errors_from_pydantic(caught.value, document, path, Gru)).splitlines()


def message(parameter: str) -> str:
    (line,) = messages(f"hidden: 1\n{parameter}")
    assert line.startswith("p.yaml:4:")
    return line.removeprefix("p.yaml:4:")


def test_all_errors_in_the_order_of_the_file() -> None:
    assert messages("hiden: 1\nsizes: [1, b]\noutput: poled\nfoo: 1") == [
        "p.yaml:2:5: key 'hidden' is missing in core.gru (add 'hidden: ...')",
        "p.yaml:3:5: unknown key 'hiden' in core.gru (did you mean 'hidden'?)",
        "p.yaml:4:16: sizes.1 must be a whole number, not text 'b' (write, for example, `1`)",
        "p.yaml:5:13: output must be one of 'all' or 'pooled', not text 'poled' (write, for example, `output: all`)",
        (
            "p.yaml:6:5: unknown key 'foo' in core.gru (known: even, folder, hidden, lower, marker, named, nested, "
            "nothing, optimizer, output, rate, sizes, width)"
        ),
    ]


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("width: '3'", "12: width must be a whole number or 'auto', not text '3'"),
        ("width: 0", "12: width must be at least 1 or 'auto', not 0"),
        ("output: ", "12: output must be one of 'all' or 'pooled', not null"),
        ("rate: 0", "11: rate must be more than 0.0, not 0"),
        ("rate: 1.5", "11: rate must be less than 1.0, not 1.5"),
        ("rate: .inf", "11: rate must be a finite number, not inf"),
        ("rate: fast", "11: rate must be a number, not text 'fast'"),
        ("even: 3", "11: even must be a multiple of 2, not 3"),
        ("even: 10", "11: even must be at most 8, not 10"),
        ("even: 2.5", "11: even must be a whole number, not 2.5"),
        ("even: true", "11: even must be a whole number, not true"),
        ("lower: 1", "12: lower must be true or false, not 1"),
        ("marker: x", "13: marker must be text of at least 2 characters, not text 'x'"),
        ("marker: xxxxxxxxxx", "13: marker must be text of at most 9 characters, not text 'xxxxxxxxxx'"),
        ("marker: yy", "13: marker must be text that matches ^x, not text 'yy'"),
        ("marker: 3", "13: marker must be text, not 3"),
        ("sizes: 3", "12: sizes must be a list, not 3"),
        ("sizes: []", "12: sizes must be a list of at least 1, not an empty list"),
        ("nothing: 1", "14: nothing must be null, not 1"),
        ("folder: 3", "13: folder must be a path, not 3"),
    ],
)
def test_what_a_value_must_be(parameter: str, expected: str) -> None:
    assert message(parameter).startswith(f"{expected} (write, for example, `")


@pytest.mark.parametrize(
    ("parameter", "written"),
    [
        ("width: 0", "width: 1"),
        ("output: ", "output: all"),
        ("rate: fast", "rate: 0.5"),
        ("lower: 1", "lower: true"),
        ("marker: 3", "marker: xx"),
        ("sizes: 3", "sizes: [...]"),
        ("sizes: []", "sizes: [...]"),
        ("sizes: [a]", "1"),
        ("named: 3", "named: {...}"),
        ("folder: 3", "folder: file.txt"),
        ("optimizer: {lr: a}", "lr: 0.1"),
    ],
)
def test_what_may_be_written_instead(parameter: str, written: str) -> None:
    assert message(parameter).endswith(f" (write, for example, `{written}`)")


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("named: {a: {z: 1}}", "17: unknown key 'z' in core.gru.named.a (known: beta, lr)"),
        ("optimizer: {lr: a}", "21: optimizer.lr must be a number, not text 'a'"),
        ("optimizer: {lrr: 1}", "17: unknown key 'lrr' in core.gru.optimizer (did you mean 'lr'?)"),
        ("optimizer: 3", "16: optimizer must be a mapping of keys to values, not 3"),
        ("nested: [a]", "14: nested.0 must be a whole number, not text 'a'"),
        ("nested: {a: 1}", "13: nested must be a list or a whole number, not a mapping"),
    ],
)
def test_the_type_of_a_union_that_is_meant(parameter: str, expected: str) -> None:
    assert message(parameter).startswith(expected)


def test_what_comes_from_the_environment_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKER", "xsecret")
    assert message("output: ${env:MARKER}").startswith(
        "13: output must be one of 'all' or 'pooled', not ${env:MARKER} (write"
    )
    assert message("marker: ${env:MARKER}") == "13: marker: marker '${env:MARKER}' is taken (choose another)"
    monkeypatch.setenv("MARKER", "xother")
    assert messages("hidden: 1\nmarker: ${env:MARKER}\neven: 4") == [
        "p.yaml:2:5: core.gru: even and ${env:MARKER} do not fit (correct it)"
    ]


def test_a_kind_of_error_that_has_no_wording() -> None:
    class Binary(PartialOutput):
        data: bytes = b""

    document = parse_document("data: 3", "p.yaml", Path())
    with pytest.raises(ValidationError) as caught:
        Binary.model_validate(document.values())
    assert (
        str(errors_from_pydantic(caught.value, document, (), Binary))
        == "p.yaml:1:7: data is not what it takes (correct it)"
    )


def test_a_default_that_is_wrong_is_placed_at_the_mapping() -> None:
    class Wrong(PartialOutput):
        model_config = ConfigDict(validate_default=True)
        size: int = Field(0, ge=1)

    document = parse_document("stages:\n  - core: x.wrong\n", "p.yaml", Path())
    with pytest.raises(ValidationError) as caught:
        Wrong.model_validate({})
    error = errors_from_pydantic(caught.value, document, ("stages", 0), Wrong)
    assert str(error) == "p.yaml:2:5: size must be at least 1 (write it down)"

"""What a search may change, and within which bounds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from seqpipe.config import dump, errors_from_pydantic, load
from seqpipe.config.collected_errors import one_or_all
from seqpipe.errors import ConfigError, SeqpipeError

Value = bool | int | float | str


class Dimension(BaseModel):
    """The values that one parameter may get.

    Attributes:
        whole, real: ``int`` and ``float`` in the file: the least and the greatest number.
        choice: all values that there are.
        log: small numbers are tried as finely as great ones.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    whole: list[int] | None = Field(None, alias="int", min_length=2, max_length=2)
    real: list[float] | None = Field(None, alias="float", min_length=2, max_length=2)
    choice: list[Value] | None = Field(None, min_length=1)
    log: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = [values for values in (self.whole, self.real, self.choice) if values is not None]
        if len(given) != 1:
            raise ValueError("one of `int`, `float` and `choice` is needed (write, for example, {int: [32, 256]})")
        if ends := self.whole or self.real:
            if ends[0] >= ends[1]:
                raise ValueError("the first number must be less than the second (exchange them)")
            if self.log and ends[0] <= 0:
                raise ValueError("`log` needs numbers above 0 (raise the first one)")
        elif self.log:
            raise ValueError("`log` is for numbers (drop it)")
        return self

    @property
    def ends(self) -> tuple[Any, Any] | None:
        """The least and the greatest number; None for choices."""
        ends = self.whole or self.real
        return (ends[0], ends[1]) if ends else None

    @property
    def first(self) -> Value:
        """The least number, or the first choice."""
        return (self.choice or self.whole or self.real or [0])[0]


Space = Mapping[str, Dimension]
"""By the paths that ``--set`` takes, such as ``core.hidden``."""


def read_space(path: Path) -> Space:
    """Read a file of ranges: a mapping of paths to dimensions.

    Raises:
        ConfigError: it is missing or wrong, or `Errors` for all that is wrong.
    """
    document = load(path)
    errors: list[SeqpipeError] = []
    space: dict[str, Dimension] = {}
    for key, _ in document.root.children():
        try:
            space[str(key)] = Dimension.model_validate(document.values((key,)))
        except ValidationError as error:
            errors.append(errors_from_pydantic(error, document, (key,), Dimension))
    if errors:
        raise one_or_all(errors)
    if not space:
        raise ConfigError("there is nothing to search", "write, for example, core.hidden: {int: [32, 256]}")
    return space


def setting(path: str, value: Value) -> str:
    """Return a value as ``--set`` takes it."""
    return f"{path}={dump({'value': value}).removeprefix('value: ').rstrip()}"


def rounded(value: Value, dimension: Dimension) -> Value:
    """Return a number with four digits, which is finer than any training can tell, within its bounds."""
    if not isinstance(value, float) or dimension.ends is None:
        return value
    least, greatest = dimension.ends
    return float(min(max(float(f"{value:.4g}"), least), greatest))

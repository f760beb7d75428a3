"""Errors that are shown to people: one line each, saying where, what is wrong and what to do.

``str(error)`` is that line, without the ``error:`` in front. Anything raised that is not a `SeqpipeError` is a bug in
seqpipe (exit code 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar, NamedTuple, Self


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file, counted from one: ``file:line:column``; line and column may be unknown (0)."""

    source: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.source, *(str(number) for number in (self.line, self.column) if number)])


class SeqpipeError(Exception):
    """Something the user can fix.

    Args:
        what: what is wrong, in lower case, without a full stop.
        todo: what to do about it, an imperative.
        where: the place that is wrong.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, what: str, todo: str, where: Location | None = None) -> None:
        super().__init__(what, todo, where)  # all of it: exceptions cross process borders by pickle
        self.what = what
        self.todo = todo
        self.where = where

    def at(self, where: Location) -> Self:
        """Return the same error at a place, unless it already names one."""
        return self if self.where else self._with(where=where)

    def _with(self, **attributes: Any) -> Self:
        """Return the same error with other attributes; errors are values, and one that was raised stays as it was."""
        changed = copy(self)
        changed.__dict__.update(attributes)
        changed.args = (changed.what, changed.todo, changed.where)
        changed.__cause__, changed.__traceback__ = self.__cause__, self.__traceback__
        return changed

    def __str__(self) -> str:
        return self._line(self.what)

    def _line(self, what: str) -> str:
        line = f"{_short(what)} ({_short(self.todo)})" if self.todo else _short(what)
        return " ".join((f"{self.where}: {line}" if self.where else line).split())


def _short(text: str) -> str:
    """Return a text without most of what is in its middle, where it is so long that nobody reads it."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 4 :]}"


_LONGEST = 800
"""Characters of what is wrong, or of what to do: names and values that come from outside may be of any length."""


class UsageError(SeqpipeError):
    """The command line or a call from Python asks for something impossible; nothing ran."""


class ConfigError(SeqpipeError):
    """The pipeline's YAML is wrong; nothing ran."""


class TrainingError(SeqpipeError):
    """A training cannot continue."""


class PluginError(SeqpipeError):
    """A plugin is missing, broken or breaks its contract."""


class ModelError(SeqpipeError):
    """A model file is missing, damaged or does not fit the pipeline."""


class InputError(SeqpipeError):
    """An input cannot be read."""

    exit_code = 4


class OutputError(SeqpipeError):
    """An output cannot be written."""

    exit_code = 4


class RecordError(SeqpipeError):
    """One record cannot be processed; its neighbours can.

    Args:
        what, todo, where: as of every error.
        raw: from a reader: the bytes that it could not make a record of, see `seqpipe.data.Record.raw`.
        stage: the name of the stage that refused the record; whoever calls the stage fills it in, see `by`.
    """

    exit_code = 4

    def __init__(
        self, what: str, todo: str, where: Location | None = None, *, raw: bytes | None = None, stage: str = ""
    ) -> None:
        super().__init__(what, todo, where)
        self.raw = raw
        self.stage = stage

    def by(self, stage: str) -> Self:
        """Return the same error with the stage that refused the record, unless it already names one."""
        return self if self.stage else self._with(stage=stage)

    def with_raw(self, raw: bytes | None) -> Self:
        """Return the same error with the bytes that no record could be made of."""
        return self._with(raw=raw)

    def __str__(self) -> str:
        return self._line(f"{self.stage}: {self.what}" if self.stage else self.what)


class Errors(SeqpipeError):
    """Several errors of one cause, shown in the order of the file, one line each."""

    def __init__(self, errors: Iterable[SeqpipeError]) -> None:
        self.errors = tuple(errors)
        first = self.errors[0]
        super().__init__(first.what, first.todo, first.where)
        self.args = (self.errors,)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class BugOrigin(NamedTuple):
    """Where an exception comes from that is no error of seqpipe's.

    Attributes:
        stage: the name of the stage that raised it; empty if that is not known.
        where: the record or file that the stage was given.
    """

    stage: str = ""
    where: Location | None = None


@contextmanager
def raised_by(stage: str, where: Location | None = None) -> Iterator[None]:
    """Note on an exception of the block that is no error of seqpipe's which stage raised it; see `origin_of`."""
    try:
        yield
    except SeqpipeError:
        raise
    except Exception as error:
        if not origin_of(error).stage:
            vars(error)[_ORIGIN] = BugOrigin(stage, where)
            error.add_note(f"raised by the stage {stage}{f', given {where}' if where else ''}")
        raise


def origin_of(error: BaseException) -> BugOrigin:
    """Return what `raised_by` has noted."""
    origin: BugOrigin = vars(error).get(_ORIGIN, BugOrigin())
    return origin


_ORIGIN = "seqpipe_origin"


def check_word(name: str, word: object, known: Iterable[str]) -> None:
    """Check an argument from Python that is one of some words.

    Raises:
        UsageError: it is not.
    """
    if word not in (words := list(known)):
        raise UsageError(f"{name} is {word!r}", did_you_mean(str(word), words))


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the advice for a name that is not known: the closest one, else ``otherwise``, else what there is."""
    known = sorted(known)
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return otherwise or (f"known: {', '.join(known)}" if known else "none is known")

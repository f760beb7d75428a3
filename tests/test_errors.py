"""Errors as values: what is added to one is added to another one."""

from __future__ import annotations

import pickle

import pytest

from seqpipe.errors import ConfigError, InputError, Location, RecordError, origin_of, raised_by

HERE, THERE = Location("a.txt", 1), Location("b.txt", 2)


def raised() -> RecordError:
    """Return an error that was raised for a reason."""
    try:
        try:
            raise KeyError("x")
        except KeyError as reason:
            raise RecordError("refused", "look") from reason
    except RecordError as error:
        return error


def test_what_is_added_leaves_the_error_as_it_was():
    error = raised()
    told = error.at(HERE).by("core.labels").with_raw(b"x")
    assert str(told) == "a.txt:1: core.labels: refused (look)"
    assert (told.raw, told.stage, told.where) == (b"x", "core.labels", HERE)
    assert (error.raw, error.stage, error.where, str(error)) == (None, "", None, "refused (look)")


def test_what_is_known_already_is_not_changed():
    told = raised().at(HERE).by("core.labels")
    assert told.at(THERE) is told
    assert told.by("core.tags") is told


def test_why_and_where_it_was_raised_is_kept():
    error = raised()
    told = error.by("core.labels")
    assert told.__cause__ is error.__cause__
    assert told.__traceback__ is error.__traceback__


def test_all_of_it_crosses_processes():
    told = pickle.loads(pickle.dumps(RecordError("refused", "leave it", HERE, raw=b"x", stage="core.labels")))
    assert (str(told), told.raw, told.stage) == ("a.txt:1: core.labels: refused (leave it)", b"x", "core.labels")
    placed = pickle.loads(pickle.dumps(ConfigError("wrong", "mend it").at(THERE)))
    assert str(placed) == "b.txt:2: wrong (mend it)"


def test_what_is_no_error_of_seqpipes_says_which_stage_raised_it_first() -> None:
    where = Location("in.txt", 7)
    with pytest.raises(KeyError) as caught, raised_by("core.outer"), raised_by("mine.inner", where):
        raise KeyError("no such thing")
    assert origin_of(caught.value) == ("mine.inner", where)
    assert caught.value.__notes__ == ["raised by the stage mine.inner, given in.txt:7"]


def test_an_error_of_seqpipes_says_it_itself() -> None:
    with pytest.raises(InputError) as caught, raised_by("mine.inner"):
        raise InputError("torn", "mend it")
    assert origin_of(caught.value) == ("", None)


def test_what_is_very_long_is_shortened():
    line = str(InputError(f"no column {'x' * 10_000!r}", "take another " * 1000, HERE))
    assert len(line) < 2000
    assert line.startswith("a.txt:1: no column 'xxx")
    assert "xxx' (take another" in line

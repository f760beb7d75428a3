"""What a law is, and what breaks one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn
from unittest import SkipTest

from seqpipe.contracts import Example


class Violation(AssertionError):
    """A stage does not do what its contract says."""


class DoesNotApply(SkipTest):
    """A law says nothing about an example; pytest and unittest count it as skipped."""


def broken(what: str) -> NoReturn:
    """Say how a law is broken.

    Raises:
        Violation: always.
    """
    raise Violation(what)


@dataclass(frozen=True, slots=True)
class Law:
    """One law of the contracts.

    Attributes:
        name: for reports and for the names of tests.
        says: the law, in a line.
        cure: what the author of a stage that breaks it does.
        check: tries it on an example; raises `Violation`, or `DoesNotApply`, or whatever the stage raises.
        kinds: of stages that it is about.
        needs: the laws without which it says nothing new: where one of them is broken, this one is not tried.
    """

    name: str
    says: str
    cure: str
    check: Callable[[Example], None]
    kinds: frozenset[str]
    needs: tuple[str, ...] = ()

"""Telling observers what happens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from seqpipe.registry import Registry

log = logging.getLogger("seqpipe")

Watch = Callable[[Any], None]
"""Takes each event (see `seqpipe.hookspecs`)."""


class Observers:
    """The observers of a run. What one raises is reported, once for each thing that it raises, and changes nothing.

    Args:
        registry: has the plugins, whose hooks are called.
        watches: are told first.
    """

    def __init__(self, registry: Registry, *watches: Watch) -> None:
        self.registry = registry
        self.watches = watches
        self._reported: set[str] = set()

    def tell(self, event: Any) -> None:
        """Tell all observers of an event."""
        raised: list[BaseException] = []
        for watch in self.watches:
            try:
                watch(event)
            except Exception as error:  # noqa: BLE001 - a broken progress bar must not break a run either
                raised.append(error)
        for failure in (*raised, *self.registry.notify(event)):
            what = f"{type(failure).__name__}: {failure}"
            if what not in self._reported:
                self._reported.add(what)
                log.warning("an observer failed: %s", what)

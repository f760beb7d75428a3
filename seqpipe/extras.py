"""Libraries that only some need: extras of the distribution, imported where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from seqpipe.errors import PluginError


def imported_extra(module: str, extra: str, what: str) -> Any:
    """Return a module of a library that an extra of seqpipe-core brings.

    Args:
        module: its name.
        extra: the name of the extra.
        what: needs it, as the subject of a sentence: "the search".

    Raises:
        PluginError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        todo = f"pip install 'seqpipe-core[{extra}]'"
        raise PluginError(f"{what} needs {module}, which is not installed", todo) from None

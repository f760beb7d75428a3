"""The section ``engine`` of a pipeline file: where a run computes."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from seqpipe.config.document import Document
from seqpipe.config.node import describe
from seqpipe.config.validation import errors_from_pydantic
from seqpipe.contracts import RemoteEngine
from seqpipe.errors import ConfigError, Location, SeqpipeError
from seqpipe.registry import Registry

THREADS = "threads"
"""The engine that is built in: threads of this process."""

_KEY = "engine"


def declared_engine(document: Document, registry: Registry, chosen: str | None = None) -> RemoteEngine | None:
    """Return the engine of a run; None: the threads of this process.

    Args:
        document: the pipeline file.
        registry: has the plugins.
        chosen: from ``--engine``: a name, or an address that begins with one, ``ray://host:port``. It goes before what
            the file says; None: the file's.

    Raises:
        ConfigError: an option is wrong, the section does not say which engine it is, or the file has an address.
        PluginError: no installed plugin has the engine.
    """
    options = {str(key): document.values((_KEY, key)) for key in document.keys((_KEY,))}
    written = options.pop("name", None)
    name, where = _name(document, written, chosen, options)
    _check_address(document, options, chosen)
    if name == THREADS:
        _refuse_options(document, options, chosen)
        return None
    try:
        engine = registry.engine(name)
    except SeqpipeError as error:
        raise error.at(where) from error.__cause__
    try:
        return engine.model_validate(options)
    except ValidationError as error:
        raise errors_from_pydantic(error, document, (_KEY,), engine) from None


def _name(document: Document, written: Any, chosen: str | None, options: dict[str, Any]) -> tuple[str, Location]:
    """Return the name of the engine and where it is written; an address goes to the options."""
    if chosen is not None:
        name, is_address, _ = chosen.partition("://")
        if is_address:
            options["address"] = chosen
        return name, Location(f"--engine {chosen}")
    if written is None and not options:
        return THREADS, document.where()
    where = document.where((_KEY, "name"))
    if not isinstance(written, str):
        what = "does not say which engine it is" if written is None else f"name must be a text, not {describe(written)}"
        raise ConfigError(f"{_KEY} {what}", "write `engine: {name: ray}`, or give --engine", where)
    return written, where


def _refuse_options(document: Document, options: dict[str, Any], chosen: str | None) -> None:
    """Check that threads are given no options; those of another engine that the file names do not count.

    Raises:
        ConfigError: they are.
    """
    if options and chosen is None:
        key = next(iter(options))
        raise ConfigError(f"the engine {THREADS} has no option {key!r}", "use --threads", document.where((_KEY, key)))
    if chosen is not None and "://" in chosen:
        raise ConfigError(f"the engine {THREADS} has no address", "leave it out", Location(f"--engine {chosen}"))


def _check_address(document: Document, options: dict[str, Any], chosen: str | None) -> None:
    """Check that an address comes from the command line: answers of a cluster are trusted, and files are not.

    Raises:
        ConfigError: it comes from the file.
    """
    where = document.where((_KEY, "address"))
    if "address" in options and options["address"] != chosen and not where.source.startswith("--set"):
        what = "a file cannot say where the engine is, because what is answered there is trusted"
        raise ConfigError(what, "give the address with --engine", where)

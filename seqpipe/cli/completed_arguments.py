"""What a shell offers for an argument that is begun: names that are known, and files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from glob import escape, glob
from typing import TYPE_CHECKING, TypeAlias

import click

from seqpipe.errors import SeqpipeError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from seqpipe.registry import Registry

Complete: TypeAlias = "Callable[[click.Context, click.Parameter, str], list[CompletionItem]]"
"""Takes the beginning of an argument, and returns what it may become."""

_ENDINGS = (".yaml", ".yml", ".safetensors")


def files(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer files."""
    return _items([], incomplete, files=True)


def shipped_names(what: str) -> Complete:
    """Return what offers the names of shipped ``pipelines`` or ``models``, and files.

    Where a name is offered, bash offers no other files; so those with the endings of pipelines and models are named.
    """

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from seqpipe.shipped import all_shipped  # noqa: PLC0415 - as everything here: when a shell asks

        shipped = [name for name, _ in all_shipped(what, _installed())]
        near = sorted(file for ending in _ENDINGS for file in glob(f"{escape(incomplete)}*{ending}"))  # noqa: PTH207
        return _items([*near, *shipped], incomplete, files=True)

    return complete


def plugin_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the names of installed plugins."""
    return _items(_installed().plugins, incomplete)


def stage_names(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the names of stages; only the plugins that may have one of these are imported."""
    registry = _installed()
    plugin, dot, _rest = incomplete.partition(".")
    possible = [name for name in registry.plugins if (name == plugin if dot else name.startswith(plugin))]
    return _items((name for known in possible for name in _names(registry, known)), incomplete)


def _installed() -> Registry:
    from seqpipe.registry import Registry  # noqa: PLC0415 - as above

    return Registry.discover()


def _names(registry: Registry, plugin: str) -> list[str]:
    try:
        return [name for _, name in registry.stages(plugin)]
    except SeqpipeError:
        return []


def _items(names: Iterable[str], incomplete: str, *, files: bool = False) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 - as above

    found = [CompletionItem(name) for name in dict.fromkeys(names) if name.startswith(incomplete)]
    return [CompletionItem(incomplete, type="file"), *found] if files else found

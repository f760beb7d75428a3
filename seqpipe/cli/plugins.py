"""``seqpipe plugins``: what is installed."""

from __future__ import annotations

from collections.abc import Iterator

import click

from seqpipe.cli.application import CommandGroup, traceback_option
from seqpipe.cli.layout import aligned
from seqpipe.errors import SeqpipeError
from seqpipe.registry import Plugin, Registry, Stages


@click.group("plugins", cls=CommandGroup, invoke_without_command=True)
@traceback_option
@click.pass_context
def command(context: click.Context) -> None:
    """Show the installed plugins and their stages."""
    if context.invoked_subcommand is None:
        context.invoke(list_plugins)


@command.command("list")
@traceback_option
def list_plugins() -> None:
    """Show each plugin, its distribution and its stages, and what is wrong with broken ones."""
    registry = Registry.discover()
    for number, plugin in enumerate(registry.plugins.values()):
        for line in _plugin(plugin, registry):
            click.echo(f"\n{line}" if number and not line.startswith(" ") else line)


def _plugin(plugin: Plugin, registry: Registry) -> Iterator[str]:
    yield f"{plugin.name} ({plugin.distribution})"
    try:
        stages = registry.stages(plugin.name)
    except SeqpipeError as error:
        yield f"  {error}"
        return
    yield from (f"  {line}" for line in _stages(stages))


def _stages(stages: Stages) -> list[str]:
    rows = [(kind, name, _first_line(stage.__doc__)) for (kind, name), stage in stages.items()]
    return aligned(rows) if rows else ["observes only: it has no stages"]


def _first_line(docstring: str | None) -> str:
    return (docstring or "").strip().partition("\n")[0].replace("`", "")

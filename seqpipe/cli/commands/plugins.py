"""``seqpipe plugins``: what is installed, a new one, and whether one keeps the laws."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from seqpipe.cli.application import CommandGroup
from seqpipe.cli.completed_arguments import plugin_names, stage_names
from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.terminal.columns import aligned
from seqpipe.cli.terminal.error_report import USAGE
from seqpipe.errors import SeqpipeError, UsageError, did_you_mean
from seqpipe.registry import Engines, Plugin, Registry, Stages


@click.group("plugins", cls=CommandGroup, invoke_without_command=True)
@traceback_option
@click.pass_context
def command(context: click.Context) -> None:
    """Show the installed plugins and their stages, make a new one, or test one."""
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


@command.command("show")
@click.argument("stage", shell_complete=stage_names)
@traceback_option
def show_stage(stage: str) -> None:
    """Show a STAGE such as core.gru: what it does, its parameters, and how a pipeline file declares it."""
    from seqpipe.cli.terminal.stage_view import stage_lines  # noqa: PLC0415 - the other commands do not need it

    registry = Registry.discover()
    plugin = stage.partition(".")[0]
    stages = registry.stages(plugin) if plugin in registry.plugins else {}
    found = [known for (_, name), known in stages.items() if name == stage]
    if not found:
        names = [name for known in registry.plugins for _, name in _working(registry, known)]
        raise UsageError(f"no stage {stage!r}", did_you_mean(stage, names, "`seqpipe plugins` lists them"))
    for number, each in enumerate(found):
        for line in ["", *stage_lines(each)] if number else stage_lines(each):
            click.echo(line)


@command.command("new")
@click.argument("name")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FOLDER", help="Make this folder; default: seqpipe-NAME."
)
@traceback_option
def new_plugin(name: str, output: Path | None) -> None:
    """Make a plugin called NAME that installs, passes its tests and runs, to be changed into your own.

    It has a tokenizer, a decoder, a pipeline with a trained model, and tests. Nothing is fetched.
    """
    from seqpipe.scaffold import create  # noqa: PLC0415 - the other commands do not need it

    folder = create(name, output, Registry.discover())
    click.echo(f"{folder} is a plugin that works; its README says what is where. Next:")
    for line in (f"pip install -e {folder}", f"seqpipe run {name}/hello", f"seqpipe plugins test {name}"):
        click.echo(f"  {line}")


@command.command("test")
@click.argument("name", shell_complete=plugin_names)
@click.option("-v", "--verbose", is_flag=True, help="Show every law that was tried.")
@traceback_option
def test_plugin(name: str, verbose: bool) -> int:  # noqa: FBT001 - click's
    """Try the laws of seqpipe's contracts on all stages of the plugin NAME.

    Each law is tried on examples: those that the plugin gives, else default ones. The exit code is 0 if all that apply
    hold, and 2 if one is broken, or a stage has no example.
    """
    from seqpipe.cli.terminal.law_report import lines  # noqa: PLC0415 - the other commands do not need it
    from seqpipe.testing import run  # noqa: PLC0415 - as above

    report = run(name)
    for line in lines(report, verbose=verbose):
        click.echo(line)
    return 0 if report.passed else USAGE


def _plugin(plugin: Plugin, registry: Registry) -> Iterator[str]:
    yield f"{plugin.name} ({plugin.distribution})"
    try:
        stages, engines = registry.stages(plugin.name), registry.engines(plugin.name)
    except SeqpipeError as error:
        yield f"  {error}"
        return
    yield from (f"  {line}" for line in _offers(stages, engines))


def _working(registry: Registry, plugin: str) -> Stages:
    """Return the stages of a plugin; none if it is broken."""
    try:
        return registry.stages(plugin)
    except SeqpipeError:
        return {}


def _offers(stages: Stages, engines: Engines) -> list[str]:
    rows = [(kind, name, _first_line(stage.__doc__)) for (kind, name), stage in stages.items()]
    rows += [("engine", name, _first_line(engine.__doc__)) for name, engine in engines.items()]
    return aligned(rows) if rows else ["observes only: it has no stages"]


def _first_line(docstring: str | None) -> str:
    return (docstring or "").strip().partition("\n")[0].replace("`", "")

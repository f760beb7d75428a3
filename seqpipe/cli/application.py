"""The group of all commands, and how a command is run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, ClassVar

import click

from seqpipe import __version__
from seqpipe.cli.global_options import GlobalOptions, traceback_option
from seqpipe.cli.interruption import interrupt_in_order
from seqpipe.cli.plugin_commands import PLUGIN_COMMANDS, plugin_command
from seqpipe.cli.standard_streams import standard_streams
from seqpipe.cli.terminal.error_report import report
from seqpipe.errors import UsageError, did_you_mean

COMMANDS = {
    "init": "Write a first pipeline for a table of your own.",
    "run": "Run records through a pipeline.",
    "verify": "Check an output of a run against its journal.",
    "check": "Check a pipeline file and show what flows through it.",
    "train": "Train a pipeline as its file says.",
    "search": "Try other values of a pipeline, and keep the best.",
    "evaluate": "Measure how good a pipeline is on labelled data.",
    "plugins": "Show the installed plugins and their stages, make a new one, or test one.",
    "models": "Show the models that plugins bring along.",
    "schema": "Write the JSON Schema of pipeline files, for editors.",
    "warmup": "Compile all kernels ahead.",
    "doctor": "Look at everything a run depends on, and say how to fix it.",
}
"""Each is the module `seqpipe.cli.commands.<name>`; what it does stands here too, so that help imports none of them."""


class CommandGroup(click.Group):
    """A group that knows what a misspelt command was meant to be."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first argument names.

        Raises:
            UsageError: there is none.
        """
        if self.get_command(ctx, args[0]) is None:
            raise UsageError(f"no command {args[0]!r}", did_you_mean(args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)


class _LazyGroup(CommandGroup):
    """The group of all commands: importing what one of them needs takes longer than showing what there is."""

    modules: ClassVar[Sequence[str]] = tuple(COMMANDS)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.modules, *PLUGIN_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = None if cmd_name in self.modules else plugin_command(cmd_name)
        if command is None and cmd_name not in self.modules:
            return None
        _check_address_space()
        if cmd_name != "doctor":  # which says it as a finding
            _check_instruction_set()
        if command is None:
            command = import_module(f"seqpipe.cli.commands.{cmd_name}").command
        interrupt_in_order()  # from here on there may be something to clear up
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.modules])
        with formatter.section("Commands of other distributions"):
            formatter.write_dl([(name, f"{summary} ({whose})") for name, (summary, whose) in PLUGIN_COMMANDS.items()])


_LEAST_ADDRESS_SPACE = 512_000_000
"""Bytes, without which the libraries cannot be loaded; some of them end the process then."""


def _check_address_space() -> None:
    """Raise UsageError if the process may have too little memory for anything."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not there

    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY and soft < _LEAST_ADDRESS_SPACE:
        what = f"this process may have {soft / 1e6:,.0f} MB of address space"
        raise UsageError(what, f"allow {_LEAST_ADDRESS_SPACE / 1e6:,.0f} MB at least, see `ulimit -v`")


def _check_instruction_set() -> None:
    """Raise UsageError if the environment asks for an instruction set that this CPU does not have."""
    if os.environ.get("SEQPIPE_ISA"):
        from seqpipe.kernels import instruction_set  # noqa: PLC0415 - heavy, and rarely asked for

        try:
            instruction_set()
        except ValueError as error:
            raise UsageError(str(error), "unset SEQPIPE_ISA") from None


@click.group(cls=_LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="seqpipe", message="%(prog)s %(version)s")
@traceback_option
@click.pass_context
def application(context: click.Context) -> None:
    """Sequences through recurrent neural networks, declared in YAML.

    A PIPELINE is the path of a YAML file, or the name of one that a plugin ships, such as text/sentiment.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def execute(arguments: Sequence[str]) -> int:
    """Run a command; say on standard error what goes wrong; return the exit code."""
    global_options = GlobalOptions()
    with standard_streams():
        try:
            code: Any = application.main(list(arguments), "seqpipe", standalone_mode=False, obj=global_options)
            sys.stdout.flush()
        except click.Abort as abort:
            error: BaseException = abort.__cause__ or abort
        except (Exception, KeyboardInterrupt) as raised:  # noqa: BLE001 - whatever it is, the user gets a line
            error = raised
        else:
            return code if isinstance(code, int) else 0
        return report(error, traceback=global_options.traceback, json_log=global_options.json_log)

"""Options of the command line as a whole: tracebacks, and the form of the log."""

from __future__ import annotations

from dataclasses import dataclass

import click


@dataclass(slots=True)
class GlobalOptions:
    """What these options say. It is the object of click's context: ``@click.pass_obj`` hands it to a command.

    Attributes:
        traceback: show where in the code an error comes from.
        json_log: write what goes to standard error as objects in JSON.
    """

    traceback: bool = False
    json_log: bool = False


def logs_in_json() -> bool:
    """Whether the command that runs writes objects in JSON to standard error."""
    context = click.get_current_context(silent=True)
    options = context.find_object(GlobalOptions) if context else None
    return options is not None and options.json_log


def _show_traceback(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's
    if value:
        context.ensure_object(GlobalOptions).traceback = True


traceback_option = click.option(
    "--traceback",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_traceback,
    help="Show where in the code an error comes from.",
)


def _choose_log_format(context: click.Context, _: click.Parameter, value: str) -> None:
    context.ensure_object(GlobalOptions).json_log = value == "json"


log_format_option = click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    is_eager=True,
    expose_value=False,
    callback=_choose_log_format,
    help="What goes to standard error: lines for people, or an object a line.",
)

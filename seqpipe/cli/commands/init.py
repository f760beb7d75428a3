"""``seqpipe init``: from a table to a first pipeline."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click

from seqpipe.atomic import atomic_write
from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.shared_options import check_free, overwrite_option
from seqpipe.proposal import Roles, TableSample, choose_roles, draft, sample_of
from seqpipe.registry import Registry


@click.command("init")
@click.argument("data", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="The pipeline; default: shown.")
@click.option("--payload", metavar="COLUMN", help="The column that is read.")
@click.option("--target", metavar="COLUMN", help="The column that is learned.")
@click.option("--ask", is_flag=True, help="Ask about the columns, with the guesses as proposals.")
@overwrite_option
@traceback_option
def command(
    data: Path,
    output: Path | None,
    payload: str | None,
    target: str | None,
    ask: bool,  # noqa: FBT001 - click's
    overwrite: bool,  # noqa: FBT001 - click's
) -> None:
    """Look at DATA and write a pipeline file that trains on it.

    DATA is a table (CSV, TSV, JSON Lines, Parquet, Arrow, plain text), or a folder of files, of text, sound or whatever
    a plugin reads, with a table that names them, a folder for each class, or labels in their names. Which column is
    read, which is learned, what it is, and how large the network should be is guessed; the file says why.
    """
    registry = Registry.discover()
    sample = sample_of(str(data), registry)
    roles = choose_roles(sample, payload, target)
    if ask:
        roles = _asked(sample, roles)
    if output is not None:
        check_free(output, overwrite=overwrite)
    name = output.stem if output else re.sub(r"\W+", "-", data.name.split(".")[0]) or "first"
    beside = os.path.relpath(sample.path, output.parent) if output else sample.path
    text = draft(sample, roles, name=name, data=beside, plugins=tuple(registry.plugins))
    if output is None:
        click.echo(text, nl=False)
        return
    with atomic_write(output) as file:
        file.write(text)
    click.echo(f"{output} reads {_shown(sample, roles)}; train it: seqpipe train {output}", err=True)


def _asked(sample: TableSample, roles: Roles) -> Roles:
    names = click.Choice([column.name for column in sample.columns])
    payload = click.prompt("The column that is read", default=roles.payload.name, type=names, err=True)
    default = roles.target.name if roles.target and roles.target.name != payload else None
    target = click.prompt("The column that is learned", default=default, type=names, err=True)
    return choose_roles(sample, payload, target)


def _shown(sample: TableSample, roles: Roles) -> str:
    what = "files" if sample.files else "rows"
    rows = f"{sample.rows:,} {what}" if sample.about == sample.rows else f"about {sample.about:,} {what}"
    bad = f" ({sample.bad:,} cannot be read)" if sample.bad else ""
    if roles.target is None:
        return f"{roles.payload.name!r} of {rows}{bad} and learns how it goes on"
    return f"{roles.payload.name!r} of {rows}{bad} and learns {roles.target.name!r}"

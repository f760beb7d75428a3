"""``seqpipe doctor``: whether all is well on this machine, and how to fix what is not."""

from __future__ import annotations

import json

import click

from seqpipe.cli.diagnosis import Diagnosis, diagnose
from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.terminal.columns import aligned
from seqpipe.cli.terminal.error_report import USAGE
from seqpipe.registry import Registry


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@traceback_option
def command(as_json: bool) -> int:  # noqa: FBT001 - click's
    """Look at versions, CPU, cache, plugins, models and write access; say what is wrong, and how to fix it.

    The exit code is 0 if all is well, else 2.
    """
    diagnoses = diagnose(Registry.discover())
    wrong = [diagnosis for diagnosis in diagnoses if diagnosis.wrong]
    if as_json:
        click.echo(
            json.dumps({"well": not wrong, "findings": [diagnosis.as_dict() for diagnosis in diagnoses]}, indent=2)
        )
    else:
        for line in _lines(diagnoses):
            click.echo(line)
        click.echo("")
        click.echo("all is well" if not wrong else f"{len(wrong)} thing{'s' * (len(wrong) != 1)} to fix")
    return USAGE if wrong else 0


def _lines(diagnoses: list[Diagnosis]) -> list[str]:
    rows = [("WRONG" if diagnosis.wrong else "ok", diagnosis.what, diagnosis.found) for diagnosis in diagnoses]
    lines = []
    for line, diagnosis in zip(aligned(rows), diagnoses, strict=True):
        lines.append(line)
        if diagnosis.wrong:
            lines.append(f"       {diagnosis.wrong} ({diagnosis.todo})")
    return lines

"""``seqpipe serve``: pipelines over HTTP."""

from __future__ import annotations

import os
from pathlib import Path

import click

import seqpipe


@click.command("serve")
@click.argument("pipelines", nargs=-1, required=True, metavar="PIPELINE...")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at; others need a token.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any that is free.")
@click.option(
    "--token-file", type=click.Path(path_type=Path), metavar="FILE", help="Has the token that requests carry."
)
@click.option("--name", "names", multiple=True, metavar="NAME", help="Clients call the server so; may be repeated.")
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    metavar="N",
    help="Batches computed at a time.  [default: all CPUs, 8 at most]",
)
@click.option(
    "--wait-ms",
    type=click.FloatRange(0, 1000),
    default=2.0,
    show_default=True,
    metavar="MS",
    help="How long a record waits for others to be computed with, while some are computed.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME:KEY=VALUE",
    help="Change a value of a pipeline's file; may be repeated.",
)
@click.option(
    "--limit", "limits", multiple=True, metavar="KEY=VALUE", help="Change a limit, such as body_mb=64; may be repeated."
)
def command(
    pipelines: tuple[str, ...],
    host: str,
    port: int,
    token_file: Path | None,
    names: tuple[str, ...],
    threads: int | None,
    wait_ms: float,
    settings: tuple[str, ...],
    limits: tuple[str, ...],
) -> None:
    """Answer requests for trained PIPELINES over HTTP: pipeline files, models, trainings' folders or shipped names.

    Only this machine can ask, unless --host says otherwise; then requests must carry a token, which --token-file or
    the variable SEQPIPE_SERVE_TOKEN has.

    The first Ctrl-C, or SIGTERM, finishes what was accepted; the second stops at once.
    """
    from seqpipe_serve.service import Options, serve  # noqa: PLC0415 - imports what takes long

    token = _token(token_file)
    serve(pipelines, settings, limits, Options(host, port, token, names, threads or _cpus(), wait_ms / 1000))


def _token(file: Path | None) -> str | None:
    if file is None:
        token = os.environ.get("SEQPIPE_SERVE_TOKEN")
        return token or None
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise seqpipe.UsageError(*seqpipe.read_failure(error), seqpipe.Location(str(file))) from None


def _cpus() -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 8)

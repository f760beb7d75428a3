"""``seqpipe models``: trained models, and what is known about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from seqpipe.atomic import atomic_write
from seqpipe.cli.application import CommandGroup
from seqpipe.cli.completed_arguments import shipped_names
from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.shared_options import check_free, overwrite_option, settings_option
from seqpipe.cli.terminal.abbreviation import abbreviated, one_line
from seqpipe.cli.terminal.columns import aligned
from seqpipe.config import dump
from seqpipe.errors import ModelError, UsageError
from seqpipe.pipeline import Model
from seqpipe.pipeline.opened_pipeline import open_pipeline
from seqpipe.pipeline.parameters import count
from seqpipe.registry import Registry
from seqpipe.shipped import all_shipped, is_shipped_name, shipped


@click.group("models", cls=CommandGroup, invoke_without_command=True)
@traceback_option
@click.pass_context
def command(context: click.Context) -> None:
    """Show the models that plugins bring along."""
    if context.invoked_subcommand is None:
        context.invoke(list_models)


@command.command("list")
@traceback_option
def list_models() -> None:
    """Show each model that a plugin ships: its size, licence and figures."""
    rows = [_row(name, path) for name, path in all_shipped("models", Registry.discover())]
    if not rows:
        click.echo("no installed plugin ships a model")
    for line in aligned(rows):
        click.echo(line)


@command.command("show")
@click.argument("model", shell_complete=shipped_names("models"))
@traceback_option
def show_model(model: str) -> None:
    """Show what is in a MODEL: the path of a file, or a shipped name such as text/sentiment."""
    path = _path_of(model)
    for line in _details(Model.load(path), path):
        click.echo(line)


@command.command("quantize")
@click.argument("model", shell_complete=shipped_names("models"))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file; default: <name>-int8.safetensors.")
@overwrite_option
@traceback_option
def quantize_model(model: str, output: Path | None, overwrite: bool) -> None:  # noqa: FBT001 - click's
    """Write a MODEL with its matrices in bytes: about a quarter of float32, and faster for one sequence at a time.

    MODEL is the path of a file, or a shipped name. How good it is then, `seqpipe evaluate` tells.
    """
    path = _path_of(model)
    quantized = Model.load(path).quantized()
    target = output or Path(f"{quantized.name}-int8.safetensors")
    _check_apart(path, target)
    check_free(target, overwrite=overwrite)
    quantized.save(target)
    click.echo(target)


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--pipeline", metavar="P", shell_complete=shipped_names("pipelines"), help="The pipeline whose weights they are."
)
@click.option(
    "--write-pipeline", type=click.Path(path_type=Path), metavar="NEW", help="Write the draft of such a pipeline file."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The model; default: <name>.safetensors.")
@overwrite_option
@settings_option
@traceback_option
def import_weights(
    file: Path,
    pipeline: str | None,
    write_pipeline: Path | None,
    output: Path | None,
    overwrite: bool,  # noqa: FBT001 - click's
    settings: tuple[str, ...],
) -> None:
    """Make a model of weights in a FILE: a state_dict of PyTorch in the safetensors format.

    Which weights are which is told by their shapes, or by the section `imports` of the pipeline file; it also says
    what the stages have learned, such as the dictionary. Otherwise that is learned from the training data. Who has no
    pipeline file yet gets one with --write-pipeline, which says what is to be filled in.
    """
    if pipeline is not None and write_pipeline is not None:
        raise UsageError("--pipeline and --write-pipeline do not go together", "keep one")
    if write_pipeline is not None:
        _write_draft(file, write_pipeline, overwrite=overwrite)
    elif pipeline is not None:
        _import(file, pipeline, output, settings, overwrite=overwrite)
    else:
        todo = "name it: --pipeline P; or have one drafted: --write-pipeline NEW.yaml"
        raise UsageError("it is not said which pipeline's weights they are", todo)


def _write_draft(file: Path, target: Path, *, overwrite: bool) -> None:
    from seqpipe.interchange import draft_pipeline  # noqa: PLC0415 - the other commands do without training

    check_free(target, overwrite=overwrite)
    text = draft_pipeline(file)
    with atomic_write(target, "w") as new:
        new.write(text)
    click.echo(target)


def _import(file: Path, pipeline: str, output: Path | None, settings: tuple[str, ...], *, overwrite: bool) -> None:
    from seqpipe.interchange import import_model  # noqa: PLC0415 - as above

    registry = Registry.discover()
    opened = open_pipeline(pipeline, registry, settings, with_model=False)
    target = output or Path(f"{opened.declared.name}.safetensors")
    _check_apart(file, target)
    check_free(target, overwrite=overwrite)
    import_model(opened, registry, file).save(target, half=False)
    click.echo(target)


def _check_apart(source: Path, target: Path) -> None:
    """Check that a file is not written over while it is read."""
    if target.exists() and source.exists() and target.samefile(source):
        raise UsageError(f"{target} is read and written at once", "name another file: -o FILE")


def _path_of(model: str) -> Path:
    return shipped("models", model, Registry.discover()) if is_shipped_name(model) else Path(model)


def _row(name: str, path: Path) -> tuple[str, str, str, str]:
    try:
        facts = Model.load(path).facts
    except ModelError as error:
        return name, _size(path), "", str(error)
    licence = one_line(str(facts.get("license") or "no licence stated"))
    return name, _size(path), licence, _figures(facts.get("figures"))


def _figures(figures: Any) -> str:
    """Say metrics as `evaluate` does: a value with its bounds, ``wer 0.02 [0.01, 0.03]``."""
    if not isinstance(figures, Mapping):
        return abbreviated(figures)
    if {"value", "low", "high"} <= figures.keys():
        return f"{abbreviated(figures['value'])} [{abbreviated(figures['low'])}, {abbreviated(figures['high'])}]"
    return ", ".join(f"{one_line(name)} {_figures(figures[name])}" for name in sorted(figures))


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"


def _details(model: Model, path: Path) -> Iterator[str]:
    yield f"{model.name} ({path}, {_size(path)}, {count(model.parameters):,} parameters{_in_int8(model)})"
    yield ""
    yield from dump({"stages": list(model.stages), **_section("facts", model.facts)}).splitlines()
    learned = [
        (f"{index}.{name}", _learned(value))
        for index, of_stage in enumerate(model.learned)
        for name, value in of_stage.items()
    ]
    if learned:
        yield "learned:"
        yield from (f"  {line}" for line in aligned(learned))
    yield "parameters:"
    shapes = [(name, " x ".join(map(str, array.shape))) for name, array in model.parameters.items()]
    yield from (f"  {line}" for line in aligned(shapes))


def _in_int8(model: Model) -> str:
    return ", in int8" if model.precision == "int8" else ""


def _section(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(values)} if values else {}


def _learned(value: Any) -> str:
    if hasattr(value, "shape"):
        return f"array of {' x '.join(map(str, value.shape))}"
    return (
        f"{len(value):,} entries: {abbreviated(value[:5])} ..."
        if isinstance(value, list) and len(value) > 5
        else abbreviated(value)
    )

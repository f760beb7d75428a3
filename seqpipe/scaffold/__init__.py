"""A new plugin from a template that is part of seqpipe: it installs, passes its tests and runs as it is."""

from __future__ import annotations

import re
import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from seqpipe import __version__
from seqpipe.errors import Location, OutputError, UsageError
from seqpipe.pipeline import Model
from seqpipe.registry import Registry
from seqpipe.scaffold.templates import render
from seqpipe.system_errors import refusal

TEMPLATE = Path(__file__).parent / "template"
TRAINED_AS = "hello"
"""The name of the plugin that the template's model was trained with."""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def create(name: str, folder: Path | None, registry: Registry) -> Path:
    """Write a plugin into a new folder and return that.

    Args:
        name: of the plugin, the prefix of its stages.
        folder: to make; None: the name of the distribution, ``seqpipe-<name>``, in the working directory.
        registry: has the plugins whose names are taken.

    Raises:
        UsageError: the name is none, or is taken.
        OutputError: the folder exists, or cannot be written.
    """
    _check_name(name, registry)
    values = names(name)
    folder = folder or Path(values["distribution"])
    where = Location(str(folder))
    if folder.exists():
        raise OutputError("it exists already", "name a folder that does not: -o FOLDER", where)
    try:
        render(TEMPLATE, folder, values)
        _rename_model(folder / "src" / values["package"] / "models" / "hello.safetensors", name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise OutputError(f"cannot be written: {refusal(error)}", "name another folder: -o FOLDER", where) from None
    return folder


def names(name: str) -> dict[str, str]:
    """Return what the template calls things of a plugin."""
    major, minor = __version__.split(".")[:2]
    return {
        "name": name,
        "package": f"seqpipe_{name}",
        "distribution": f"seqpipe-{name.replace('_', '-')}",
        "version": f"{major}.{minor}",
        "next_version": f"{major}.{int(minor) + 1}",
    }


def _check_name(name: str, registry: Registry) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name for a plugin", "take small letters, digits and single _, a letter first: heart_beats"
        )
    if name in registry.plugins:
        taken = registry.plugins[name].distribution
        raise UsageError(f"the plugin name {name!r} is taken by {taken}", "take another, or uninstall that")
    try:
        taken = distribution(names(name)["distribution"]).metadata["Name"]
    except PackageNotFoundError:
        return
    raise UsageError(f"a distribution {taken} is installed already", "take another name")


def _rename_model(path: Path, name: str) -> None:
    """Let the template's model name the stages of the new plugin."""
    model = Model.load(path)
    stages = tuple(
        {
            key: value.replace(f"{TRAINED_AS}.", f"{name}.", 1) if str(value).startswith(f"{TRAINED_AS}.") else value
            for key, value in stage.items()
        }
        for stage in model.stages
    )
    Model(model.name, stages, model.learned, model.parameters, model.facts).save(path)

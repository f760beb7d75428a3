"""Pipelines and models that plugins bring along, by their names: ``text/sentiment``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from seqpipe.errors import UsageError, did_you_mean
from seqpipe.paths import exists, is_folder
from seqpipe.registry import Plugin, Registry

_NAME = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9_-]+")
MODEL_ENDING = ".safetensors"
_ENDING = {"pipelines": ".yaml", "models": MODEL_ENDING}


def is_shipped_name(name: str) -> bool:
    """Whether a text has the form of a shipped name, and no file of that path is there."""
    return _NAME.fullmatch(name) is not None and not exists(name)


def shipped(what: str, name: str, registry: Registry) -> Path:
    """Return the path of a shipped file; the plugin is not imported.

    Args:
        what: ``pipelines`` or ``models``.
        name: ``<plugin>/<name>``.
        registry: knows the plugins.

    Raises:
        UsageError: there is no such plugin, or it has no such file.
    """
    plugin, _, short = name.partition("/")
    if plugin not in registry.plugins:
        todo = did_you_mean(plugin, registry.plugins, f"install the distribution that has it, such as seqpipe-{plugin}")
        raise UsageError(f"no file {name!r}, and no plugin {plugin!r} is installed", todo)
    known = dict(_files(registry.plugins[plugin], what))
    if short not in known:
        names = [f"{plugin}/{name}" for name in known]
        raise UsageError(f"plugin {plugin!r} has no {what[:-1]} {short!r}", did_you_mean(name, names))
    return known[short]


def all_shipped(what: str, registry: Registry) -> Iterator[tuple[str, Path]]:
    """Yield the name and the path of everything that installed plugins bring along."""
    for plugin in registry.plugins.values():
        for short, path in _files(plugin, what):
            yield f"{plugin.name}/{short}", path


def pipeline_path(name: str, registry: Registry) -> Path:
    """Return the path of a pipeline file, or of a model, by its path, its shipped name, or a training's folder.

    Raises:
        UsageError: there is none, or the training has not ended.
    """
    if is_shipped_name(name):
        return shipped("pipelines", name, registry)
    path = Path(name)
    if name == "-":
        what = "only `seqpipe run` and `seqpipe check` take a pipeline from standard input"
        raise UsageError(what, "write it to a file, and name that")
    if is_folder(path):
        return _of_training(path)
    if not exists(path):
        siblings = [str(sibling) for sibling in path.parent.glob("*.y*ml")] if is_folder(path.parent) else []
        names = [*siblings, *(name for name, _ in all_shipped("pipelines", registry))]
        raise UsageError(f"no pipeline {name!r}", did_you_mean(name, names, "name its file, or a shipped one"))
    return path


def _of_training(folder: Path) -> Path:
    """Return the pipeline that a training left in its folder."""
    path = folder / "pipeline.yaml"
    if not exists(folder / "checkpoints"):
        raise UsageError(f"{folder} is a folder, and no training's", "name the pipeline's file in it")
    if not exists(path):
        todo = f"resume it: `seqpipe train PIPELINE --resume {folder}`, or take checkpoints/best{MODEL_ENDING} in it"
        raise UsageError(f"the training in {folder} has not ended", todo)
    return path


def _files(plugin: Plugin, what: str) -> Iterator[tuple[str, Path]]:
    try:
        folder = plugin.folder
    except (ImportError, ValueError):  # a package whose parts are gone
        folder = None
    if folder is not None:
        for path in sorted((folder / what).glob(f"*{_ENDING[what]}"), key=lambda path: path.stem):
            yield path.stem, path

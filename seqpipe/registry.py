"""Finding plugins and their stages. A plugin is imported when a stage of it is named, and not before."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from seqpipe import hookspecs
from seqpipe.contracts import (
    Augmentation,
    Core,
    Decoder,
    Encoder,
    Example,
    Reader,
    RemoteEngine,
    Stage,
    Tokenizer,
    Writer,
)
from seqpipe.errors import PluginError, SeqpipeError, did_you_mean, place_in

GROUP = "seqpipe"
KINDS: Mapping[str, type[Stage]] = {
    kind.kind: kind for kind in (Reader, Tokenizer, Encoder, Core, Decoder, Writer, Augmentation)
}


Stages = Mapping[tuple[str, str], type[Stage]]
"""Stages by kind and full name: a reader and a writer may both be called core.jsonl."""

Engines = Mapping[str, type[RemoteEngine]]
"""Engines by name."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """An installed plugin, imported or not.

    Attributes:
        name: the prefix of its stages.
        entries: the entry points that claim the name; more than one is an error as soon as the name is used.
    """

    name: str
    entries: tuple[EntryPoint, ...]

    @property
    def distribution(self) -> str:
        """Name and version of the distribution (of all that claim the name), such as ``seqpipe-text 0.1.0``."""
        return " and ".join(map(_distribution, self.entries))

    @property
    def folder(self) -> Path | None:
        """Where its package lies, with its ``pipelines`` and ``models``; found without importing it."""
        spec = find_spec(self.entries[0].module.partition(".")[0])
        return Path(spec.origin).parent if spec and spec.origin else None


class Registry:
    """The installed plugins by name. Make one with `discover`; there is no global one."""

    def __init__(self, plugins: Iterable[Plugin]) -> None:
        self.plugins = {plugin.name: plugin for plugin in plugins}
        self.manager = pluggy.PluginManager("seqpipe")
        self.manager.add_hookspecs(hookspecs)
        self._stages: dict[str, Stages] = {}
        self._engines: dict[str, Engines] = {}
        self._broken: dict[str, PluginError] = {}

    @classmethod
    def discover(cls) -> Registry:
        """Look at what is installed; nothing is imported."""
        entries: dict[str, list[EntryPoint]] = {}
        for entry in entry_points(group=GROUP):
            entries.setdefault(entry.name, []).append(entry)
        return cls(Plugin(name, tuple(sorted(entries[name], key=_distribution))) for name in sorted(entries))

    def stages(self, plugin: str) -> Stages:
        """Import a plugin and return its stages.

        Raises:
            PluginError: there is none of that name, or it is broken; says whose fault it is.
        """
        if plugin not in self.plugins:
            raise PluginError(
                f"no plugin {plugin!r} is installed",
                did_you_mean(plugin, self.plugins, f"install the distribution that has it, such as seqpipe-{plugin}"),
            )
        if plugin in self._broken:
            raise self._broken[plugin]
        if plugin not in self._stages:
            try:
                self._stages[plugin] = self._load(self.plugins[plugin])
            except PluginError as error:
                self._broken[plugin] = error  # it is not imported again
                raise
        return self._stages[plugin]

    def stage(self, kind: str, name: str) -> type[Stage]:
        """Return the class of a stage, such as ``("tokenizer", "text.words")``.

        Raises:
            PluginError: no installed plugin has such a stage, or it is of another kind.
        """
        plugin, dot, short = name.partition(".")
        if not dot or not short:
            raise PluginError(f"{name!r} is no name of a stage", "write <plugin>.<stage>, such as core.one_hot")
        stages = self.stages(plugin)
        if (kind, name) in stages:
            return stages[kind, name]
        others = [known_kind for known_kind, known in stages if known == name]
        if others:
            raise PluginError(f"{name} is a {others[0]}, not a {kind}", f"write `{others[0]}: {name}`")
        alike = [known for known_kind, known in stages if known_kind == kind] or [known for _, known in stages]
        raise PluginError(f"plugin {plugin!r} has no {kind} {name!r}", did_you_mean(name, alike))

    def engines(self, plugin: str) -> Engines:
        """Import a plugin and return its engines; raises what `stages` raises."""
        self.stages(plugin)
        return self._engines[plugin]

    def engine(self, name: str) -> type[RemoteEngine]:
        """Return the class of an engine.

        Raises:
            PluginError: no installed plugin has it, or the plugin is broken.
        """
        plugin = name.partition(".")[0]
        if plugin not in self.plugins:
            todo = f"install the distribution that has it, such as seqpipe-{plugin}; `threads` is built in"
            raise PluginError(f"no engine {name!r} is installed", todo)
        engines = self.engines(plugin)
        if name not in engines:
            raise PluginError(f"plugin {plugin!r} has no engine {name!r}", did_you_mean(name, engines))
        return engines[name]

    def examples(self, plugin: str) -> list[Example]:
        """Import a plugin and return the examples that it gives of its stages.

        Raises:
            PluginError: it is missing or broken, or gives something else.
        """
        self.stages(plugin)
        examples: list[Example] = []
        for implementation in self.manager.hook.seqpipe_register_examples.get_hookimpls():
            if implementation.plugin is not self.manager.get_plugin(plugin):
                continue
            given = implementation.function()
            for example in given if isinstance(given, list | tuple) else [given]:
                if not isinstance(example, Example):
                    raise PluginError(
                        f"plugin {plugin!r} gives {type(example).__name__} as an example of its stages",
                        "return a list of seqpipe.Example from seqpipe_register_examples",
                    )
                examples.append(example)
        return examples

    def notify(self, event: Any) -> list[BaseException]:
        """Tell the observers among the plugins loaded so far; return what they raised."""
        hook = getattr(self.manager.hook, _HOOK_OF[type(event)])
        raised: list[BaseException] = []
        for implementation in reversed(hook.get_hookimpls()):
            try:
                implementation.function(*(event for _ in implementation.argnames))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - nothing that an observer does must break a run
                raised.append(error)
        return raised

    def _load(self, plugin: Plugin) -> Stages:
        if len(plugin.entries) > 1:
            raise PluginError(
                f"the plugin name {plugin.name!r} is claimed by {plugin.distribution}", "uninstall all but one of them"
            )
        whose = f"plugin {plugin.name!r} ({plugin.distribution})"
        package = plugin.entries[0].module.partition(".")[0]
        try:
            with redirect_stdout(sys.stderr):  # what a plugin prints is nobody's result
                module = plugin.entries[0].load()
                _check_version(module, whose)
                _check_hooks(module, whose)
                self.manager.register(module, name=plugin.name)
                self._engines[plugin.name] = self._registered_engines(plugin.name, module, whose)
                return self._registered(plugin.name, module, whose)
        except Exception as error:
            if self.manager.has_plugin(plugin.name):
                self.manager.unregister(name=plugin.name)
            if isinstance(error, SeqpipeError):
                raise
            raise PluginError(
                f"{whose} is broken: {_first_line(error)}{place_in(package, error)}",
                "update or uninstall it, or tell its author",
            ) from error

    def _registered(self, plugin: str, module: ModuleType, whose: str) -> Stages:
        stages: dict[tuple[str, str], type[Stage]] = {}
        for stage in self._given("stages", module, whose):
            if problem := _problem(stage, plugin) or _taken(stage, stages):
                raise PluginError(f"{whose} registers {problem}", "tell its author")
            stages[stage.kind, stage.name] = stage
        return stages

    def _registered_engines(self, plugin: str, module: ModuleType, whose: str) -> Engines:
        engines: dict[str, type[RemoteEngine]] = {}
        for engine in self._given("engines", module, whose):
            if problem := _engine_problem(engine, plugin, engines):
                raise PluginError(f"{whose} registers {problem}", "tell its author")
            engines[engine.name] = engine
        return engines

    def _given(self, what: str, module: ModuleType, whose: str) -> Iterator[Any]:
        """Yield what the hook of a plugin that registers stages, or engines, returns."""
        for implementation in getattr(self.manager.hook, f"seqpipe_register_{what}").get_hookimpls():
            if implementation.plugin is module:
                registered = implementation.function()
                if not isinstance(registered, list | tuple):
                    raise PluginError(
                        f"{whose} registers {type(registered).__name__}, not a list of {what}", "tell its author"
                    )
                yield from registered


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown distribution"


def _check_version(module: ModuleType, whose: str) -> None:
    version = getattr(module, "SEQPIPE_API_VERSION", hookspecs.API_VERSION)
    if version != hookspecs.API_VERSION:
        raise PluginError(
            f"{whose} is written for version {version} of seqpipe's hooks, and this seqpipe has "
            f"{hookspecs.API_VERSION}",
            "install versions of the two that fit",
        )


def _check_hooks(module: ModuleType, whose: str) -> None:
    hooks = {name for name in vars(hookspecs) if name.startswith("seqpipe_")}
    functions = {name: value for name, value in vars(module).items() if name.startswith("seqpipe_") and callable(value)}
    for name, function in functions.items():
        if name not in hooks:
            raise PluginError(f"{whose} has an unknown hook {name!r}", did_you_mean(name, hooks))
        if not hasattr(function, "seqpipe_impl"):
            raise PluginError(f"{whose} has an unmarked hook {name!r}", "mark it with @seqpipe.hookimpl")
    if not functions:
        raise PluginError(f"{whose} has no hook", "add seqpipe_register_stages, marked with @seqpipe.hookimpl")


def _problem(stage: Any, plugin: str) -> str:
    """Say what is wrong with what a plugin registers as a stage; empty if nothing is."""
    if not (isinstance(stage, type) and issubclass(stage, Stage)):
        return f"{stage!r}, which is not a class of stages"
    if getattr(stage, "kind", None) not in KINDS:
        return f"{stage.__qualname__}, which is of no kind: let it derive from {', '.join(_BASES)}"
    if inspect.isabstract(stage):
        return f"{stage.__qualname__}, which lacks {', '.join(sorted(stage.__abstractmethods__))}"
    if not isinstance(getattr(stage, "name", None), str):
        return f"{stage.__qualname__}, which has no name"
    if stage.name.partition(".")[0] != plugin or not stage.name.partition(".")[2]:
        return f"{stage.name!r}, but its names must begin with '{plugin}.'"
    return ""


def _engine_problem(engine: Any, plugin: str, engines: Engines) -> str:
    """Say what is wrong with what a plugin registers as an engine; empty if nothing is."""
    if not (isinstance(engine, type) and issubclass(engine, RemoteEngine)):
        return f"{engine!r}, which is not a class of engines"
    if inspect.isabstract(engine):
        return f"{engine.__qualname__}, which lacks {', '.join(sorted(engine.__abstractmethods__))}"
    name = getattr(engine, "name", None)
    if not isinstance(name, str) or name.partition(".")[0] != plugin:
        return f"the engine {name!r}, but its name must be {plugin!r} or begin with '{plugin}.'"
    return f"two engines named {name}" if name in engines else ""


def _taken(stage: type[Stage], stages: Stages) -> str:
    """Say which other class has the name; empty if none has."""
    other = stages.get((stage.kind, stage.name))
    return f"two {stage.kind}s named {stage.name}: {other.__qualname__} and {stage.__qualname__}" if other else ""


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


_BASES = [kind.__name__ for kind in KINDS.values()]
_HOOK_OF = {
    hookspecs.RunStarted: "seqpipe_run_started",
    hookspecs.BatchFinished: "seqpipe_batch_finished",
    hookspecs.RecordFailed: "seqpipe_record_failed",
    hookspecs.RunFinished: "seqpipe_run_finished",
    hookspecs.EpochFinished: "seqpipe_epoch_finished",
}

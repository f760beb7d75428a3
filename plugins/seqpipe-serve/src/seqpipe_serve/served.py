"""The pipelines that a server offers, each under its name in URLs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

import seqpipe
from seqpipe_serve.batcher import Batcher, Workers

_SHIPPED = re.compile(r"[\w-]+/[\w-]+", re.ASCII)


@dataclass(frozen=True, eq=False, slots=True)
class Served:
    """A pipeline that is offered.

    Attributes:
        name: in URLs.
        loaded: itself.
        batcher: computes its records, of all requests and sessions.
        explained: the same in the form that explains most; None if that is no other.
    """

    name: str
    loaded: seqpipe.Loaded
    batcher: Batcher
    explained: Served | None = None


def load_all(names: Sequence[str], settings: Iterable[str]) -> dict[str, seqpipe.Loaded]:
    """Return pipelines under their names in URLs: the shipped name, else the one that the file declares.

    Args:
        names: shipped names or paths.
        settings: each ``NAME:KEY=VALUE``, where NAME is one of the names as they are given or in URLs.

    Raises:
        UsageError: two have the same name, or a setting is for none of them.
        SeqpipeError: one cannot be loaded.
    """
    changes = [_parts(setting) for setting in settings]
    loaded: dict[str, seqpipe.Loaded] = {}
    used: set[str] = set()
    for name in names:
        aliases = {name, PurePath(name).stem}
        own = [change for of, change in changes if of in aliases]
        used |= aliases
        pipeline = seqpipe.load(name, settings=own)
        url = name if _SHIPPED.fullmatch(name) and not Path(name).exists() else pipeline.name
        if url in loaded:
            raise seqpipe.UsageError(f"two pipelines are called {url!r}", "give one of them another `name`")
        loaded[url] = pipeline
    if unknown := [of for of, _ in changes if of not in used]:
        raise seqpipe.UsageError(f"--set is for {unknown[0]!r}, which is not served", f"served: {', '.join(names)}")
    return loaded


def _parts(setting: str) -> tuple[str, str]:
    name, colon, change = setting.partition(":")
    if not colon or "=" in name:
        raise seqpipe.UsageError(f"--set {setting!r} names no pipeline", "write NAME:KEY=VALUE")
    return name, change


@contextmanager
def offered(loaded: Mapping[str, seqpipe.Loaded], workers: Workers) -> Iterator[dict[str, Served]]:
    """Give pipelines ready to be asked: child processes of stages that are isolated live as long as the block."""
    with ExitStack() as stack:

        def served(name: str, each: seqpipe.Loaded, explained: Served | None = None) -> Served:
            pipeline = stack.enter_context(seqpipe.isolating(each.pipeline, each.limits))
            return Served(name, each, workers.batcher(pipeline), explained)

        explained = {name: each.explained() for name, each in loaded.items()}
        yield {
            name: served(name, each, None if explained[name] is each else served(name, explained[name]))
            for name, each in loaded.items()
        }

"""What makes a run the same run: only then may it resume another one."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from seqpipe.contracts import Reader, Stage, Writer
from seqpipe.data.source import Source
from seqpipe.errors import InputError, Location
from seqpipe.pipeline.opened_pipeline import OpenedPipeline
from seqpipe.registry import Registry
from seqpipe.remote import is_remote, remote_version
from seqpipe.system_errors import read_failure

STANDARD_INPUT = "-"

_ENDS = 1 << 16
"""Bytes at the beginning and at the end of an input that are looked at."""

_MANY = 1000
"""Inputs, beyond which only their names, sizes and times are looked at: opening a million files takes too long."""

Facts: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a run reads, with what, and how.

    Attributes:
        facts: plain values for the journal; what may be secret or long is a digest there.
        names: of the inputs, for messages.
    """

    facts: Facts
    names: Sequence[str]

    def differs_from(self, earlier: Facts, *, failed: int) -> str:
        """Say why this is not the same run as an earlier one; nothing if it is.

        Args:
            earlier: the facts of that run.
            failed: records that failed in it: if none did, what becomes of such may change.
        """
        return self._inputs(earlier["inputs"]) or difference(self.facts, earlier, failed=failed)

    def _inputs(self, earlier: Sequence[str]) -> str:
        now = self.facts["inputs"]
        for name, digest, earlier_digest in zip(self.names, now, earlier, strict=False):
            if digest != earlier_digest:
                return f"the input {name} is another one or has changed"
        if len(now) != len(earlier):
            return f"the inputs are {len(now)}, and were {len(earlier)}"
        return "standard input, or a pipe, cannot be read again" if STANDARD_INPUT in now else ""


def difference(now: Facts, earlier: Facts, *, failed: int) -> str:
    """Say what differs between two runs but for their inputs; nothing if nothing does.

    Args:
        now, earlier: what they are.
        failed: records that failed: if none did, what becomes of such may differ.
    """
    return (
        ("" if now["model"] == earlier["model"] else "the model has changed")
        or _plugins(now["plugins"], earlier["plugins"])
        or _stages(now["stages"], earlier["stages"])
        or _settings(now["settings"], earlier["settings"], failed)
    )


def identify(
    opened: OpenedPipeline,
    registry: Registry,
    reader: Reader,
    writer: Writer,
    inputs: Sequence[Source],
    settings: Mapping[str, str],
) -> Identity:
    """Return what a run is.

    Args:
        opened: the pipeline.
        registry: knows the versions of the plugins.
        reader, writer: of the run.
        inputs: what it reads.
        settings: options that matter, by their names, as they are written on the command line.

    Raises:
        InputError: an input is not there any more.
    """
    stages = [reader, *opened.declared.stages, writer]
    digests = [_input(source, ends=len(inputs) <= _MANY) for source in inputs]
    facts = {
        "inputs": [digest for digest, _ in digests],
        "contents": _digest("".join(content for _, content in digests).encode()),
        "model": _digest(opened.model_path.read_bytes()) if opened.model_path else "",
        "plugins": distributions([stage.name for stage in stages], registry),
        "stages": [[f"{stage.kind} {stage.name}", _declared(stage)] for stage in stages],
        "settings": dict(settings) | ({"precision": opened.precision} if opened.precision != "float32" else {}),
    }
    return Identity(facts, [source.name for source in inputs])


def distributions(names: Iterable[str], registry: Registry) -> dict[str, str]:
    """Return the distribution, with its version, of each plugin that is used.

    Args:
        names: of stages and engines; the core is always among the plugins.
        registry: has the plugins.
    """
    plugins = sorted({"core", *(name.partition(".")[0] for name in names)})
    return {name: registry.plugins[name].distribution for name in plugins if name in registry.plugins}


def _plugins(now: Facts, earlier: Facts) -> str:
    changed = [name for name, version in now.items() if earlier.get(name) != version]
    return f"the plugin {changed[0]} is {now[changed[0]]}, and was {earlier.get(changed[0])}" if changed else ""


def _stages(now: Sequence[Sequence[str]], earlier: Sequence[Sequence[str]]) -> str:
    if [name for name, _ in now] != [name for name, _ in earlier]:
        return "the pipeline has other stages"
    changed = [name for (name, digest), (_, was) in zip(now, earlier, strict=True) if digest != was]
    return f"the {changed[0]} has other parameters" if changed else ""


def _settings(now: Facts, earlier: Facts, failed: int) -> str:
    for name in now.keys() | earlier.keys():
        if now.get(name) != earlier.get(name) and (failed or name != "--on-error"):
            return f"{name} is {now.get(name, 'not given')}, and was {earlier.get(name, 'not given')}"
    return ""


def _input(source: Source, *, ends: bool) -> tuple[str, str]:
    """Return two digests of an input: of its name, time of change and content, and of its content alone.

    The content is its size, beginning and end.
    """
    if source.standard_input:
        return STANDARD_INPUT, STANDARD_INPUT
    if source.excerpt is not None:
        return _digest(source.excerpt), _digest(source.excerpt)
    if is_remote(source.name):
        version = remote_version(source.name).encode()
        return _digest(source.name.encode() + b"\0" + version), _digest(version)
    try:
        status = Path(source.name).stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe
            return STANDARD_INPUT, STANDARD_INPUT
        content = f"{status.st_size}\0".encode() + (_ends(source.name) if ends else b"")
    except OSError as error:
        raise InputError(*read_failure(error), Location(source.name)) from None
    file = f"{source.name}\0{status.st_mtime_ns}\0".encode(errors="surrogateescape")
    return _digest(file + content), _digest(content)


def _ends(name: str) -> bytes:
    with Path(name).open("rb") as file:
        begin = file.read(_ENDS)
        file.seek(max(file.seek(0, os.SEEK_END) - _ENDS, 0))
        return begin + file.read(_ENDS)


def _declared(stage: Stage) -> str:
    values = {key: value for key, value in stage.declaration().items() if key != "path"}
    return _digest(json.dumps(values, sort_keys=True, default=str).encode())


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()

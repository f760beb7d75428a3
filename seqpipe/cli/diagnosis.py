"""What ``seqpipe doctor`` looks at."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from seqpipe import __version__
from seqpipe.cli.shared_options import default_threads
from seqpipe.errors import SeqpipeError
from seqpipe.kernels import instruction_set
from seqpipe.kernels.cache import distrusted
from seqpipe.kernels.cache import folder as cache_folder
from seqpipe.kernels.isa import forced_name, host_cpu, target
from seqpipe.kernels.machine import product_speed
from seqpipe.pipeline import Model
from seqpipe.registry import Registry
from seqpipe.shipped import all_shipped
from seqpipe.system_errors import refusal

LIBRARIES = ("numpy", "numba", "llvmlite", "pydantic", "pluggy", "safetensors")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at.

    Attributes:
        what: it is.
        found: what there is.
        wrong: what is wrong with it; empty if nothing is.
        todo: how to fix that.
    """

    what: str
    found: str
    wrong: str = ""
    todo: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return it as plain values; what is well has nothing to fix."""
        return {name: value for name, value in asdict(self).items() if self.wrong or name in ("what", "found")}


def diagnose(registry: Registry) -> list[Diagnosis]:
    """Look at everything that a run depends on.

    Nothing is changed but a file that is made and removed again, and the cache, if the product is not compiled yet.
    """
    cpu = _cpu()
    diagnoses = [
        *_versions(),
        cpu,
        Diagnosis("threads", f"{default_threads()} by default, of {os.cpu_count()} CPUs"),
        _cache(),
        _writable("working directory", Path.cwd()),
        _writable("temporary folder", Path(tempfile.gettempdir())),
    ]
    if not cpu.wrong:  # else nothing that has kernels can be imported
        diagnoses += [_speed(), *_plugins(registry), *_models(registry)]
    return diagnoses


def _versions() -> Iterator[Diagnosis]:
    system = f"{platform.system()} {platform.machine()}"
    yield Diagnosis("seqpipe", f"{__version__}, Python {platform.python_version()}, {system}")
    installed, missing = [], []
    for name in LIBRARIES:
        try:
            installed.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    wrong = f"not installed: {', '.join(missing)}" if missing else ""
    yield Diagnosis("libraries", ", ".join(installed), wrong, "install seqpipe-core again")


def _cpu() -> Diagnosis:
    try:
        chosen = instruction_set()
    except ValueError as error:
        return Diagnosis("CPU", platform.processor() or "unknown", str(error), "unset SEQPIPE_ISA")
    cpu, _ = target()
    known = forced_name() or host_cpu()
    why = "" if known else ", as LLVM does not know this one"
    model = f"CPU model {cpu}" if cpu else "any CPU of this architecture"
    return Diagnosis("CPU", f"kernels are compiled for {chosen.name}, {chosen.bits} bits, and {model}{why}")


def _speed() -> Diagnosis:
    rate, peak = product_speed()
    return Diagnosis("matrix product", f"{rate:.0f} GFLOP/s on one core, whose peak is {peak:.0f} ({rate / peak:.0%})")


def _cache() -> Diagnosis:
    path = cache_folder()
    if not path.exists():
        return _empty_cache(path)
    reason = _not_writable(path)
    wrong = distrusted(path) or (reason and f"it {reason}")
    files = [file for file in path.glob("*.unit") if file.is_file()]
    size = sum(file.stat().st_size for file in files)
    content = f"{path}: {len(files)} compiled units, {size / 1e6:.1f} MB"
    wrong = wrong and f"{wrong}, so every run compiles"
    return Diagnosis("kernel cache", content, wrong, "remove it, or set SEQPIPE_CACHE_DIR to a folder of yours")


def _empty_cache(path: Path) -> Diagnosis:
    parent = next(folder for folder in path.parents if folder.exists())
    reason = _not_writable(parent)
    wrong = f"it cannot be made in {parent}: {reason}, so every run compiles" if reason else ""
    return Diagnosis(
        "kernel cache", f"{path}: empty, the first run compiles", wrong, "set SEQPIPE_CACHE_DIR to a folder of yours"
    )


def _plugins(registry: Registry) -> Iterator[Diagnosis]:
    for plugin in registry.plugins.values():
        what = f"plugin {plugin.name}"
        try:
            stages = registry.stages(plugin.name)
        except SeqpipeError as error:
            yield Diagnosis(what, plugin.distribution, error.what, error.todo)
            continue
        yield Diagnosis(what, f"{plugin.distribution}, {len(stages)} stage{'s' * (len(stages) != 1)}")


def _models(registry: Registry) -> Iterator[Diagnosis]:
    for name, path in all_shipped("models", registry):
        try:
            Model.load(path)
        except SeqpipeError as error:
            yield Diagnosis(f"model {name}", str(path), error.what, error.todo)
            continue
        yield Diagnosis(f"model {name}", f"{path.stat().st_size / 1e6:.1f} MB")


def _writable(what: str, path: Path) -> Diagnosis:
    return Diagnosis(what, str(path), _not_writable(path), "free some space, or write elsewhere")


def _not_writable(path: Path) -> str:
    """Say why nothing can be written to a folder; empty if something can."""
    try:
        with tempfile.TemporaryFile(dir=path):
            return ""
    except OSError as error:
        return f"cannot be written to: {refusal(error)}"

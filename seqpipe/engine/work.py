"""What workers of an engine load, on whatever machine they are; only where the same software is installed there."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping

from seqpipe.errors import PluginError
from seqpipe.registry import Registry

Work = Callable[[bytes], bytes]
"""Makes an answer of a request. Whoever packs the work knows the form of both."""


def pack_work(work: Work, plugins: Mapping[str, str]) -> bytes:
    """Return work as it travels to workers.

    Args:
        work: can be pickled.
        plugins: that it needs: of each its distribution, with the version.
    """
    return pickle.dumps((dict(plugins), pickle.dumps(work)))


def load_work(packed: bytes) -> Work:
    """Return the work that a run sends to its workers: in each of them, what answers requests.

    Args:
        packed: by the run, which is trusted as the code of this process is.

    Raises:
        PluginError: a plugin that it needs is missing here, or has another version than in the run's process.
    """
    plugins, inner = pickle.loads(packed)  # noqa: S301 - plain values, from the run that started this process
    here = Registry.discover().plugins
    for name, distribution in plugins.items():
        if name not in here:
            raise PluginError(f"a worker lacks the plugin {name!r}", f"install {distribution} on all machines")
        if here[name].distribution != distribution:
            what = f"a worker has {here[name].distribution}, and this process {distribution}"
            raise PluginError(what, "install the same version on all machines")
    work: Work = pickle.loads(inner)  # noqa: S301 - as above
    return work

"""The engine as a pipeline file declares it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from pydantic import Field

import seqpipe
from seqpipe_ray.cluster import LOCAL, connected


class Ray(seqpipe.RemoteEngine):
    """Workers on the machines of a Ray cluster, each a process that has one CPU.

    Without an address the cluster is the one that ``RAY_ADDRESS`` names, else one of this machine alone, that ends with
    the run. ``ray://host:port`` is the port for clients of a cluster, where Ray says 10001.
    """

    name: ClassVar[str] = "ray"

    workers: int | None = Field(
        None, ge=1, le=100_000, description="how many; default: one for each CPU of the cluster"
    )
    start_seconds: float = Field(
        60, gt=0, le=1e6, description="until the cluster must have answered, and until a first worker must be ready"
    )

    @contextmanager
    def start(self, work: bytes) -> Iterator[seqpipe.Workers]:
        """Give workers, which end with the block.

        Raises:
            UsageError: the cluster does not answer, or does not take us.
        """
        address = self.address or os.environ.get("RAY_ADDRESS") or LOCAL
        with connected(address, self.workers, self.start_seconds) as cpus:
            from seqpipe_ray.actors import Actors  # noqa: PLC0415 - imports Ray, whose environment is set by now
            from seqpipe_ray.workers import RayWorkers  # noqa: PLC0415 - as above

            workers = RayWorkers(Actors(work), self.workers or cpus, self.start_seconds, cpus)
            try:
                yield workers
            finally:
                workers.close()

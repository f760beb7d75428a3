"""Several networks of one kind, whose mean is more often right than any of them (L. Hansen, P. Salamon, 1990)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from seqpipe.builtin.cores.layers import under
from seqpipe.contracts import Back, Core, Incoming, Network, Parameter, State, Training
from seqpipe.contracts.fields import Many
from seqpipe.data import Batch, Ragged
from seqpipe.data.ragged import Array, Offsets
from seqpipe.errors import ConfigError
from seqpipe.seeds import mixed_seed


class EnsembleCore(Core):
    """Members of the same cores that begin with other values, learn side by side, and give the mean of their logits."""

    name: ClassVar[str] = "core.ensemble"

    members: int = Field(ge=2, description="how many there are; each costs as much as a network that is alone")
    cores: Many[Core] = Field(min_length=1, description="the cores of a member, in order, as they would stand alone")

    def parameters(self, incoming: Incoming) -> dict[str, Parameter]:
        """Those of the cores, each under ``<member>.<index of the core>.``."""
        if incoming.objective is None:
            raise ConfigError(f"{self.name} gives logits, not features", "put the core after it among its `cores`")
        wanted: dict[str, Parameter] = {}
        for index, core, of_core in self._incoming(incoming, {}):
            wanted |= {f"{index}.{name}": parameter for name, parameter in core.parameters(of_core).items()}
        return {f"{member}.{name}": each for member in range(self.members) for name, each in wanted.items()}

    def build(self, incoming: Incoming) -> Network:
        """Take what the first core takes, give logits."""
        members = []
        for member in range(self.members):
            own = under(f"{member}.", incoming.parameters)
            members.append([core.build(of_core) for _, core, of_core in self._incoming(incoming, own)])
        if members[0][-1].spec.kind != "logits":
            raise ConfigError(f"{self.name} cannot average what predicts step by step", "choose another `output`")
        return _EnsembleNetwork(members)

    def _incoming(self, incoming: Incoming, parameters: Mapping[str, Array]) -> Iterator[tuple[int, Core, Incoming]]:
        """Yield the cores of a member, each with its number and what it is built on."""
        spec = incoming.spec
        for index, core in enumerate(self.cores):
            last = index == len(self.cores) - 1
            of_core = incoming.replace(
                spec=spec,
                objective=incoming.objective if last else None,
                parameters=under(f"{index}.", parameters),
            )
            yield index, core, of_core
            if not last:
                spec = core.build(of_core).spec


class _EnsembleNetwork(Network):
    """In training, `forward` gives the logits of all members, a row each, and each learns from its own.

    State: that of each core of each member.
    """

    def __init__(self, members: Sequence[Sequence[Network]]) -> None:
        self.spec = members[0][-1].spec
        self.members = members

    @property
    def remembers(self) -> Any:
        """The states of the members, in each those of its cores."""
        return _all([_all([network.remembers for network in member]) for member in self.members])

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        outs, states = [], []
        for member, before in zip(self.members, state or [None] * len(self.members), strict=True):
            out, after = batch, []
            for network, of_network in zip(member, before or [None] * len(member), strict=True):
                out, left = network(out, of_network)
                after.append(left)
            outs.append(out)
            states.append(tuple(after))
        logits = outs[0].ragged
        mean = sum((out.ragged.array for out in outs[1:]), start=logits.array) / np.float32(len(outs))
        return outs[0].replace(sequence=logits.with_values(mean)), None if batch.final else tuple(states)

    def forward(self, batch: Batch, state: State, training: Training) -> tuple[Batch, State, Back]:
        outs, ways = [], []
        for number, member in enumerate(self.members):
            out, backs = batch, []
            for index, network in enumerate(member):
                key = mixed_seed(training.key, number, index)
                out, _, network_back = network.forward(out, None, replace(training, key=key))
                backs.append(network_back)
            outs.append(out)
            ways.append(backs)
        rows = len(outs[0].rows)
        order = np.arange(rows * len(outs)).reshape(len(outs), rows).T.ravel()  # the members of a row together
        logits = Ragged.concatenate([out.ragged for out in outs]).select(order)

        def back(gradient: Array) -> tuple[Array | None, dict[str, Array]]:
            of_members = logits.with_values(gradient).select(np.argsort(order))
            total: Array | None = None
            gradients: dict[str, Array] = {}
            for number, backs in enumerate(ways):
                of_member = of_members.slice(number * rows, (number + 1) * rows).array
                incoming, of_cores = _through(backs, of_member)
                gradients |= {f"{number}.{name}": array for name, array in of_cores.items()}
                total = incoming if total is None or incoming is None else total + incoming
            return total, gradients

        return _repeated(outs[0], np.repeat(np.arange(rows), len(outs))).replace(sequence=logits), None, back


def _all(kinds: Sequence[Any]) -> Any:
    """Return the type of a tuple of states."""
    return tuple.__class_getitem__(tuple(kinds))


def _through(backs: Sequence[Back], gradient: Array) -> tuple[Array | None, dict[str, Array]]:
    """Return the gradients of what a member took, and of its parameters, from that of its logits."""
    incoming: Array | None = np.ascontiguousarray(gradient)
    gradients: dict[str, Array] = {}
    for index, core_back in reversed(list(enumerate(backs))):
        assert incoming is not None
        incoming, of_core = core_back(incoming)
        gradients |= {f"{index}.{name}": array for name, array in of_core.items()}
    return incoming, gradients


def _repeated(batch: Batch, rows: Offsets) -> Batch:
    """Return a batch without its sequence, with the given rows of its columns."""
    columns = {name: column.select(rows) for name, column in batch.columns.items()}
    return batch.replace(columns=columns, rows=batch.rows[rows])

"""Long records in windows: truncated back-propagation through time (R. Williams, J. Peng, 1990).

The state of the network is carried from a window to the next, its gradient is not.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from seqpipe.contracts import State
from seqpipe.data import Batch
from seqpipe.errors import ConfigError
from seqpipe.pipeline import Pipeline

CarriedStates = Mapping[int, State]
"""What each network carries on, by the index of its stage."""


def check_windows(pipeline: Pipeline) -> None:
    """Check that a pipeline can be trained in windows.

    Raises:
        ConfigError: it cannot.
    """
    for index, network in pipeline.networks.items():
        if not network.carries:
            raise ConfigError(
                f"{pipeline.stages[index].name} needs a record whole, so `train.window` does not go with it",
                "drop `window`, or use a recurrent core that reads forward only",
            )
    if not pipeline.objective.separable:
        decoder = pipeline.stages[pipeline.first_decoder]
        raise ConfigError(
            f"the objective of {decoder.name} is over whole records, so `train.window` does not go with it",
            "drop `window`",
        )


def window_of(batch: Batch, number: int, length: int) -> Batch:
    """Return a window of each row: from position ``number * length`` on; rows that are over are empty."""
    sequence = batch.main
    begins = np.minimum(number * length, sequence.lengths)
    ends = np.minimum(begins + length, sequence.lengths)
    columns = {
        name: column.cut(begins, ends)
        for name, column in batch.columns.items()
        if np.array_equal(column.offsets, sequence.offsets)
    }
    return batch.replace(sequence=sequence.cut(begins, ends), columns=columns)

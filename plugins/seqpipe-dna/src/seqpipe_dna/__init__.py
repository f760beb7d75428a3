"""DNA for seqpipe: the plugin ``dna``."""

from __future__ import annotations

from collections.abc import Sequence

import seqpipe
from seqpipe_dna.calls import CALLS
from seqpipe_dna.sequences import SEQUENCES
from seqpipe_dna.signal import SIGNAL
from seqpipe_dna.sites import SITES


@seqpipe.hookimpl
def seqpipe_register_stages() -> Sequence[type[seqpipe.Stage]]:
    """Return this plugin's stages."""
    return [*SIGNAL, *CALLS, *SEQUENCES, *SITES]


@seqpipe.hookimpl
def seqpipe_register_examples() -> Sequence[seqpipe.Example]:
    """Return examples for the conformance kit."""
    from seqpipe_dna.calls.call_examples import call_examples  # noqa: PLC0415 - for tests only
    from seqpipe_dna.dna_examples import dna_examples  # noqa: PLC0415 - for tests only
    from seqpipe_dna.signal.signal_examples import signal_examples  # noqa: PLC0415 - for tests only

    return [*signal_examples(), *call_examples(), *dna_examples()]

"""From declared stages to something that runs: what they learn, what they are built into, and the file that keeps it."""

from seqpipe.pipeline.assemble import Pipeline, assemble
from seqpipe.pipeline.fit import fit
from seqpipe.pipeline.model import Model
from seqpipe.pipeline.parameters import Fresh, Given, Zeros

__all__ = ["Fresh", "Model", "Pipeline", "Given", "Zeros", "assemble", "fit"]

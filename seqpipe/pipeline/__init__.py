"""From declared stages to something that runs: what they learn, what they become, and the file that keeps it."""

from seqpipe.pipeline.assembly import assemble
from seqpipe.pipeline.fit import fit
from seqpipe.pipeline.model import Model
from seqpipe.pipeline.parameters import Existing, Fresh, Zeros
from seqpipe.pipeline.pipeline import Pipeline

__all__ = ["Existing", "Fresh", "Model", "Pipeline", "Zeros", "assemble", "fit"]

"""Training: from the same file that runs the pipeline to its model; and how good that is."""

from seqpipe.training.folder import RunFolder
from seqpipe.training.progress import Epoch
from seqpipe.training.session import Options, Trained, run_training, train
from seqpipe.training.trainer import Interrupted, TrainingError
from seqpipe.training.watching import Step, Watcher

__all__ = [
    "Epoch",
    "Interrupted",
    "Options",
    "RunFolder",
    "Step",
    "Trained",
    "TrainingError",
    "Watcher",
    "run_training",
    "train",
]

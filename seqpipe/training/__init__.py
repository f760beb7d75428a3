"""Training: from the same file that runs the pipeline to its model; and how good that is."""

from seqpipe.training.loop.progress import Epoch
from seqpipe.training.loop.trainer import Interrupted, TrainingError
from seqpipe.training.loop.watcher import Step, Watcher
from seqpipe.training.session.folder import RunFolder
from seqpipe.training.session.train import Options, Trained, run_training, train

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

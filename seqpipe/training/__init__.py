"""Training: from the same file that runs the pipeline to its model; and how good that is."""

from seqpipe.training.experiment.curve.learning_curve import run_learning_curve
from seqpipe.training.experiment.folds.cross_validation import run_cross_validation
from seqpipe.training.loop.progress import Epoch
from seqpipe.training.loop.trainer import Interrupted
from seqpipe.training.loop.watcher import StepFinished, Watcher
from seqpipe.training.session.folder import RunFolder
from seqpipe.training.session.train import Trained, TrainingOptions, run_training, train

__all__ = [
    "Epoch",
    "Interrupted",
    "RunFolder",
    "StepFinished",
    "Trained",
    "TrainingOptions",
    "Watcher",
    "run_cross_validation",
    "run_learning_curve",
    "run_training",
    "train",
]

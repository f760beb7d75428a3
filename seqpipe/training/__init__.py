"""Training: from the same file that runs the pipeline to its model."""

from seqpipe.training.folder import RunFolder
from seqpipe.training.session import run_training, task_of, train
from seqpipe.training.trainer import Epoch, Task, TrainingError, train_task

__all__ = ["Epoch", "RunFolder", "Task", "TrainingError", "run_training", "task_of", "train", "train_task"]

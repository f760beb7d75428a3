"""Training: from the same file that runs the pipeline to its model."""

from seqpipe.train.settings import TrainSettings, train_settings
from seqpipe.train.trainer import Trained, train

__all__ = ["TrainSettings", "Trained", "train", "train_settings"]

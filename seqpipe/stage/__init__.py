"""The contracts: the kinds of stages that a pipeline is made of, and the steps that they build."""

from seqpipe.stage.augmentation import Augmentation
from seqpipe.stage.base import Learned, Learner, Stage, State, Step
from seqpipe.stage.core import Core, Network, Stepper, Training
from seqpipe.stage.decoder import Decoder
from seqpipe.stage.example import Example
from seqpipe.stage.head import Head, Metric, Outcome
from seqpipe.stage.parameter import Parameter, Parameters
from seqpipe.stage.reader import Reader
from seqpipe.stage.transform import Encoder, Tokenizer
from seqpipe.stage.writer import Layout, Writer

__all__ = [
    "Augmentation",
    "Core",
    "Decoder",
    "Encoder",
    "Example",
    "Head",
    "Layout",
    "Learned",
    "Learner",
    "Metric",
    "Network",
    "Outcome",
    "Parameter",
    "Parameters",
    "Reader",
    "Stage",
    "State",
    "Step",
    "Stepper",
    "Tokenizer",
    "Training",
    "Writer",
]

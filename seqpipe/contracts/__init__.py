"""The contracts: the kinds of stages that a pipeline is made of, and the steps that they build."""

from seqpipe.contracts.augmentation import Augmentation
from seqpipe.contracts.core import Core, Network, Stepper, Training
from seqpipe.contracts.decoder import Decoder
from seqpipe.contracts.example import Example
from seqpipe.contracts.objective import Head, Metric, Outcome
from seqpipe.contracts.parameter import Parameter, Parameters
from seqpipe.contracts.reader import Reader
from seqpipe.contracts.stage import Learned, Learner, Stage, State, Step
from seqpipe.contracts.transform import Encoder, Tokenizer
from seqpipe.contracts.writer import Layout, Writer

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

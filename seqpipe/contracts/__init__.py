"""The contracts: the kinds of stages that a pipeline is made of, and the steps that they build."""

from seqpipe.contracts.augmentation import Augmentation
from seqpipe.contracts.core import Core
from seqpipe.contracts.decoder import Decoder
from seqpipe.contracts.example import Example
from seqpipe.contracts.incoming import Incoming, Precision
from seqpipe.contracts.learned import Learned
from seqpipe.contracts.network import Back, Network, Stepper, Training
from seqpipe.contracts.objective import Comparison, Metric, Objective, Outcome
from seqpipe.contracts.parameter import Parameter, Parameters
from seqpipe.contracts.pipeline_stage import PipelineStage
from seqpipe.contracts.reader import Read, Reader
from seqpipe.contracts.remote_engine import RemoteEngine, WorkerDied, Workers
from seqpipe.contracts.stage import Learner, Stage, Step
from seqpipe.contracts.state import State, concatenate_rows, select_rows
from seqpipe.contracts.transform import Encoder, Tokenizer
from seqpipe.contracts.writer import Layout, Writer

__all__ = [
    "Augmentation",
    "Back",
    "Comparison",
    "Core",
    "Decoder",
    "Encoder",
    "Example",
    "Incoming",
    "Layout",
    "Learned",
    "Learner",
    "Metric",
    "Network",
    "Objective",
    "Outcome",
    "Parameter",
    "Parameters",
    "PipelineStage",
    "Precision",
    "Read",
    "Reader",
    "RemoteEngine",
    "Stage",
    "State",
    "Step",
    "Stepper",
    "Tokenizer",
    "Training",
    "WorkerDied",
    "Workers",
    "Writer",
    "concatenate_rows",
    "select_rows",
]

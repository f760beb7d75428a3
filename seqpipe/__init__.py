"""Sequences through recurrent neural networks, declared in YAML.

    >>> import seqpipe
    >>> sentiment = seqpipe.load("text/sentiment")  # doctest: +SKIP
    >>> sentiment(["A fine film."])  # doctest: +SKIP

Everything that a plugin needs is here; nothing below is public but `seqpipe.testing` and, for the equations of
recurrent cells, `seqpipe.cell_equations`. Names are imported on first use, so that ``import seqpipe`` is fast.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # checkers know it by its name; `typing` would take half of the time of this import
if TYPE_CHECKING:
    from typing import Any

    from seqpipe.api import Loaded as Loaded
    from seqpipe.api import load as load
    from seqpipe.builtin.cores.recurrent import RecurrentCore as RecurrentCore
    from seqpipe.builtin.decoders.beam import Beam as Beam
    from seqpipe.builtin.decoders.beam import KnownTarget as KnownTarget
    from seqpipe.builtin.decoders.beam_search import BeamSettings as BeamSettings
    from seqpipe.builtin.decoders.label_decoder import LabelDecoder as LabelDecoder
    from seqpipe.builtin.marked_text import Mark as Mark
    from seqpipe.builtin.marked_text import MarkedText as MarkedText
    from seqpipe.builtin.marked_text import marked_text as marked_text
    from seqpipe.builtin.objectives import BernoulliObjective as BernoulliObjective
    from seqpipe.builtin.objectives import ClassificationObjective as ClassificationObjective
    from seqpipe.builtin.objectives import CrfObjective as CrfObjective
    from seqpipe.builtin.objectives import CtcObjective as CtcObjective
    from seqpipe.builtin.objectives import LabelLearner as LabelLearner
    from seqpipe.builtin.objectives import NextTokenObjective as NextTokenObjective
    from seqpipe.builtin.objectives import TranslationObjective as TranslationObjective
    from seqpipe.builtin.readers.lines import LineReader as LineReader
    from seqpipe.builtin.readers.lines import TextReader as TextReader
    from seqpipe.builtin.readers.lines import text_lines as text_lines
    from seqpipe.builtin.readers.lines import text_record as text_record
    from seqpipe.builtin.readers.manifest import manifest_lines as manifest_lines
    from seqpipe.builtin.result_fields import output_fields as output_fields
    from seqpipe.contracts import Augmentation as Augmentation
    from seqpipe.contracts import Back as Back
    from seqpipe.contracts import Core as Core
    from seqpipe.contracts import Decoder as Decoder
    from seqpipe.contracts import Encoder as Encoder
    from seqpipe.contracts import Example as Example
    from seqpipe.contracts import Incoming as Incoming
    from seqpipe.contracts import Layout as Layout
    from seqpipe.contracts import Learned as Learned
    from seqpipe.contracts import Learner as Learner
    from seqpipe.contracts import Metric as Metric
    from seqpipe.contracts import Network as Network
    from seqpipe.contracts import Objective as Objective
    from seqpipe.contracts import Outcome as Outcome
    from seqpipe.contracts import Parameter as Parameter
    from seqpipe.contracts import Parameters as Parameters
    from seqpipe.contracts import Reader as Reader
    from seqpipe.contracts import Stage as Stage
    from seqpipe.contracts import State as State
    from seqpipe.contracts import Step as Step
    from seqpipe.contracts import Stepper as Stepper
    from seqpipe.contracts import Tokenizer as Tokenizer
    from seqpipe.contracts import Training as Training
    from seqpipe.contracts import Writer as Writer
    from seqpipe.contracts import concatenate_rows as concatenate_rows
    from seqpipe.contracts import select_rows as select_rows
    from seqpipe.contracts.fields import Many as Many
    from seqpipe.contracts.fields import Names as Names
    from seqpipe.contracts.fields import Paths as Paths
    from seqpipe.contracts.fields import Range as Range
    from seqpipe.contracts.fields import Share as Share
    from seqpipe.contracts.learned import LearnedArray as LearnedArray
    from seqpipe.contracts.learned import LearnedCounts as LearnedCounts
    from seqpipe.contracts.learned import LearnedLabels as LearnedLabels
    from seqpipe.contracts.learned import LearnedNumbers as LearnedNumbers
    from seqpipe.contracts.learned import LearnedTexts as LearnedTexts
    from seqpipe.contracts.learned import LearnedVocabulary as LearnedVocabulary
    from seqpipe.data import Batch as Batch
    from seqpipe.data import Column as Column
    from seqpipe.data import OneHot as OneHot
    from seqpipe.data import Ragged as Ragged
    from seqpipe.data import Record as Record
    from seqpipe.data import Spec as Spec
    from seqpipe.data import Stretch as Stretch
    from seqpipe.data import indices_of_ranges as indices_of_ranges
    from seqpipe.data import offsets_of as offsets_of
    from seqpipe.data import row_extents as row_extents
    from seqpipe.data import seen_after as seen_after
    from seqpipe.data import unit_spans as unit_spans
    from seqpipe.data.archive import read_archive as read_archive
    from seqpipe.data.json_text import JSONError as JSONError
    from seqpipe.data.json_text import parse_json as parse_json
    from seqpipe.data.source import Source as Source
    from seqpipe.engine.attempt import Attempt as Attempt
    from seqpipe.engine.attempt import StateRow as StateRow
    from seqpipe.engine.attempt import Unforeseen as Unforeseen
    from seqpipe.engine.attempt import attempt as attempt
    from seqpipe.engine.engine import results_of as results_of
    from seqpipe.engine.isolated_stages import isolating as isolating
    from seqpipe.engine.isolated_stages import reading as reading
    from seqpipe.errors import ConfigError as ConfigError
    from seqpipe.errors import InputError as InputError
    from seqpipe.errors import Location as Location
    from seqpipe.errors import ModelError as ModelError
    from seqpipe.errors import OutputError as OutputError
    from seqpipe.errors import PluginError as PluginError
    from seqpipe.errors import RecordError as RecordError
    from seqpipe.errors import SeqpipeError as SeqpipeError
    from seqpipe.errors import UsageError as UsageError
    from seqpipe.hookspecs import API_VERSION as API_VERSION
    from seqpipe.hookspecs import BatchFinished as BatchFinished
    from seqpipe.hookspecs import EpochFinished as EpochFinished
    from seqpipe.hookspecs import RecordFailed as RecordFailed
    from seqpipe.hookspecs import RunFinished as RunFinished
    from seqpipe.hookspecs import RunStarted as RunStarted
    from seqpipe.hookspecs import hookimpl as hookimpl
    from seqpipe.metrics import accuracy as accuracy
    from seqpipe.metrics import edit_distance as edit_distance
    from seqpipe.metrics import entity_f1 as entity_f1
    from seqpipe.metrics import entity_f1_per_type as entity_f1_per_type
    from seqpipe.metrics import error_rate as error_rate
    from seqpipe.metrics import exact_match as exact_match
    from seqpipe.metrics import macro_f1 as macro_f1
    from seqpipe.metrics import mcc as mcc
    from seqpipe.metrics import nll_per_step as nll_per_step
    from seqpipe.metrics import ratio as ratio
    from seqpipe.metrics import sensitivity as sensitivity
    from seqpipe.metrics import specificity as specificity
    from seqpipe.network.cell import Cell as Cell
    from seqpipe.network.crf import crf_viterbi as crf_viterbi
    from seqpipe.network.ctc import Grammar as Grammar
    from seqpipe.network.ctc import ctc_beam_search as ctc_beam_search
    from seqpipe.network.sampling import log_softmax as log_softmax
    from seqpipe.network.sampling import sample as sample
    from seqpipe.network.sampling import softmax as softmax
    from seqpipe.network.sampling import uniforms as uniforms
    from seqpipe.notice import NOTICE as NOTICE
    from seqpipe.pipeline import Pipeline as Pipeline
    from seqpipe.pipeline.profile import Profile as Profile
    from seqpipe.system_errors import read_failure as read_failure
    from seqpipe.training.evaluation.measurement import evaluate as evaluate
    from seqpipe.training.experiment.curve.curve import CurvePoint as CurvePoint
    from seqpipe.training.experiment.curve.curve import LearningCurve as LearningCurve
    from seqpipe.training.experiment.curve.learning_curve import learning_curve as learning_curve
    from seqpipe.training.experiment.folds.cross_validation import cross_validate as cross_validate
    from seqpipe.training.experiment.folds.result import CrossValidation as CrossValidation
    from seqpipe.training.session.train import TrainingArguments as TrainingArguments
    from seqpipe.training.session.train import train as train

__version__ = "0.1.0"

_MODULES = {
    "seqpipe.api": ("Loaded", "load"),
    "seqpipe.builtin.cores.recurrent": ("RecurrentCore",),
    "seqpipe.builtin.decoders.beam": ("Beam", "KnownTarget"),
    "seqpipe.builtin.decoders.beam_search": ("BeamSettings",),
    "seqpipe.builtin.marked_text": ("Mark", "MarkedText", "marked_text"),
    "seqpipe.builtin.objectives": (
        "BernoulliObjective",
        "ClassificationObjective",
        "CrfObjective",
        "CtcObjective",
        "LabelLearner",
        "NextTokenObjective",
        "TranslationObjective",
    ),
    "seqpipe.builtin.decoders.label_decoder": ("LabelDecoder",),
    "seqpipe.builtin.readers.manifest": ("manifest_lines",),
    "seqpipe.builtin.readers.lines": ("LineReader", "TextReader", "text_lines", "text_record"),
    "seqpipe.builtin.result_fields": ("output_fields",),
    "seqpipe.contracts": (
        "Augmentation",
        "Back",
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
        "Reader",
        "Stage",
        "State",
        "Step",
        "Stepper",
        "Tokenizer",
        "Training",
        "Writer",
        "concatenate_rows",
        "select_rows",
    ),
    "seqpipe.contracts.fields": ("Many", "Names", "Paths", "Range", "Share"),
    "seqpipe.contracts.learned": (
        "LearnedArray",
        "LearnedCounts",
        "LearnedLabels",
        "LearnedNumbers",
        "LearnedTexts",
        "LearnedVocabulary",
    ),
    "seqpipe.data": (
        "Batch",
        "Column",
        "OneHot",
        "Ragged",
        "Record",
        "Spec",
        "Stretch",
        "indices_of_ranges",
        "offsets_of",
        "row_extents",
        "seen_after",
        "unit_spans",
    ),
    "seqpipe.data.archive": ("read_archive",),
    "seqpipe.data.json_text": ("JSONError", "parse_json"),
    "seqpipe.data.source": ("Source",),
    "seqpipe.engine.attempt": ("Attempt", "StateRow", "Unforeseen", "attempt"),
    "seqpipe.engine.engine": ("results_of",),
    "seqpipe.engine.isolated_stages": ("isolating", "reading"),
    "seqpipe.errors": (
        "ConfigError",
        "InputError",
        "Location",
        "ModelError",
        "OutputError",
        "PluginError",
        "RecordError",
        "SeqpipeError",
        "UsageError",
    ),
    "seqpipe.hookspecs": (
        "API_VERSION",
        "BatchFinished",
        "EpochFinished",
        "RecordFailed",
        "RunFinished",
        "RunStarted",
        "hookimpl",
    ),
    "seqpipe.metrics": (
        "accuracy",
        "edit_distance",
        "entity_f1",
        "entity_f1_per_type",
        "error_rate",
        "exact_match",
        "macro_f1",
        "mcc",
        "nll_per_step",
        "ratio",
        "sensitivity",
        "specificity",
    ),
    "seqpipe.network.cell": ("Cell",),
    "seqpipe.network.crf": ("crf_viterbi",),
    "seqpipe.network.ctc": ("Grammar", "ctc_beam_search"),
    "seqpipe.network.sampling": ("log_softmax", "sample", "softmax", "uniforms"),
    "seqpipe.notice": ("NOTICE",),
    "seqpipe.pipeline": ("Pipeline",),
    "seqpipe.pipeline.profile": ("Profile",),
    "seqpipe.system_errors": ("read_failure",),
    "seqpipe.training.evaluation.measurement": ("evaluate",),
    "seqpipe.training.experiment.curve.curve": ("CurvePoint", "LearningCurve"),
    "seqpipe.training.experiment.curve.learning_curve": ("learning_curve",),
    "seqpipe.training.experiment.folds.cross_validation": ("cross_validate",),
    "seqpipe.training.experiment.folds.result": ("CrossValidation",),
    "seqpipe.training.session.train": ("TrainingArguments", "train"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'seqpipe' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULE_OF[name]), name)  # the next time it is found at once
    return value

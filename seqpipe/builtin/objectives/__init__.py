"""Heads: what the usual decoders ask of a network, and the objectives that train it."""

from seqpipe.builtin.objectives.bernoulli import BernoulliObjective
from seqpipe.builtin.objectives.classification import ClassificationObjective
from seqpipe.builtin.objectives.crf import CrfObjective
from seqpipe.builtin.objectives.ctc import CtcObjective
from seqpipe.builtin.objectives.ctc_crf import CtcCrfObjective
from seqpipe.builtin.objectives.labels import LabelLearner, label_ids
from seqpipe.builtin.objectives.tokens import NextTokenObjective, TranslationObjective

__all__ = [
    "BernoulliObjective",
    "ClassificationObjective",
    "CrfObjective",
    "CtcCrfObjective",
    "CtcObjective",
    "LabelLearner",
    "NextTokenObjective",
    "TranslationObjective",
    "label_ids",
]

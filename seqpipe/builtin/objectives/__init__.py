"""Heads: what the usual decoders ask of a network, and the objectives that train it."""

from seqpipe.builtin.objectives.bernoulli import BernoulliHead
from seqpipe.builtin.objectives.classification import ClassificationHead
from seqpipe.builtin.objectives.crf import CrfHead
from seqpipe.builtin.objectives.ctc import CtcHead
from seqpipe.builtin.objectives.labels import LabelLearner, label_ids
from seqpipe.builtin.objectives.tokens import NextTokenHead, TranslationHead

__all__ = [
    "BernoulliHead",
    "ClassificationHead",
    "CrfHead",
    "CtcHead",
    "LabelLearner",
    "NextTokenHead",
    "TranslationHead",
    "label_ids",
]

"""Heads: what the usual decoders ask of a network, and the objectives that train it."""

from seqpipe.heads.bernoulli import BernoulliHead
from seqpipe.heads.classification import ClassificationHead
from seqpipe.heads.crf import CrfHead
from seqpipe.heads.ctc import CtcHead
from seqpipe.heads.labels import LabelLearner, label_ids
from seqpipe.heads.tokens import NextTokenHead, TranslationHead

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

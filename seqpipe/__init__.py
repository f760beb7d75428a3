"""Sequences through recurrent neural networks, declared in YAML.

    >>> import seqpipe
    >>> sentiment = seqpipe.load("text/sentiment")  # doctest: +SKIP
    >>> sentiment(["A fine film."])  # doctest: +SKIP

Everything that a plugin needs is here; nothing below is public but `seqpipe.testing`. Names are imported on first use,
so that ``import seqpipe`` is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seqpipe.data import Batch, Column, OneHot, Ragged, Record, Spec
    from seqpipe.data.source import Source
    from seqpipe.errors import (
        ConfigError,
        InputError,
        Location,
        ModelError,
        OutputError,
        PluginError,
        RecordError,
        SeqpipeError,
        UsageError,
    )
    from seqpipe.heads import (
        BernoulliHead,
        ClassificationHead,
        CrfHead,
        CtcHead,
        LabelLearner,
        NextTokenHead,
        TranslationHead,
    )
    from seqpipe.hookspecs import (
        API_VERSION,
        BatchFinished,
        EpochFinished,
        RecordFailed,
        RunFinished,
        RunStarted,
        hookimpl,
    )
    from seqpipe.metrics import (
        accuracy,
        edit_distance,
        entity_f1,
        error_rate,
        exact_match,
        macro_f1,
        nll_per_step,
        ratio,
    )
    from seqpipe.network.sampling import log_softmax, softmax
    from seqpipe.runner.loaded import Loaded, load
    from seqpipe.stage import (
        Augmentation,
        Core,
        Decoder,
        Encoder,
        Head,
        Learned,
        Learner,
        Metric,
        Network,
        Outcome,
        Parameter,
        Parameters,
        Reader,
        Stage,
        State,
        Step,
        Stepper,
        Tokenizer,
        Training,
        Writer,
    )

__version__ = "0.1.0"

_MODULES = {
    "seqpipe.runner.loaded": ("Loaded", "load"),
    "seqpipe.data": ("Batch", "Column", "OneHot", "Ragged", "Record", "Spec"),
    "seqpipe.data.source": ("Source",),
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
    "seqpipe.heads": (
        "BernoulliHead",
        "ClassificationHead",
        "CrfHead",
        "CtcHead",
        "LabelLearner",
        "NextTokenHead",
        "TranslationHead",
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
        "error_rate",
        "exact_match",
        "macro_f1",
        "nll_per_step",
        "ratio",
    ),
    "seqpipe.network.sampling": ("log_softmax", "softmax"),
    "seqpipe.stage": (
        "Augmentation",
        "Core",
        "Decoder",
        "Encoder",
        "Head",
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
    ),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605 - the names above


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'seqpipe' has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)

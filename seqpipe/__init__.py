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
    from seqpipe.data import (
        Batch as Batch,
        Column as Column,
        OneHot as OneHot,
        Ragged as Ragged,
        Record as Record,
        Spec as Spec,
    )
    from seqpipe.data.source import Source as Source
    from seqpipe.errors import (
        ConfigError as ConfigError,
        InputError as InputError,
        Location as Location,
        ModelError as ModelError,
        OutputError as OutputError,
        PluginError as PluginError,
        RecordError as RecordError,
        SeqpipeError as SeqpipeError,
        UsageError as UsageError,
    )
    from seqpipe.heads import (
        BernoulliHead as BernoulliHead,
        ClassificationHead as ClassificationHead,
        CrfHead as CrfHead,
        CtcHead as CtcHead,
        LabelLearner as LabelLearner,
        NextTokenHead as NextTokenHead,
        TranslationHead as TranslationHead,
    )
    from seqpipe.hookspecs import (
        API_VERSION as API_VERSION,
        BatchFinished as BatchFinished,
        EpochFinished as EpochFinished,
        RecordFailed as RecordFailed,
        RunFinished as RunFinished,
        RunStarted as RunStarted,
        hookimpl as hookimpl,
    )
    from seqpipe.metrics import (
        accuracy as accuracy,
        edit_distance as edit_distance,
        entity_f1 as entity_f1,
        error_rate as error_rate,
        exact_match as exact_match,
        macro_f1 as macro_f1,
        nll_per_step as nll_per_step,
        ratio as ratio,
    )
    from seqpipe.network.sampling import (
        log_softmax as log_softmax,
        softmax as softmax,
    )
    from seqpipe.runner.loaded import (
        Loaded as Loaded,
        load as load,
    )
    from seqpipe.stage import (
        Augmentation as Augmentation,
        Core as Core,
        Decoder as Decoder,
        Encoder as Encoder,
        Head as Head,
        Learned as Learned,
        Learner as Learner,
        Metric as Metric,
        Network as Network,
        Outcome as Outcome,
        Parameter as Parameter,
        Parameters as Parameters,
        Reader as Reader,
        Stage as Stage,
        State as State,
        Step as Step,
        Stepper as Stepper,
        Tokenizer as Tokenizer,
        Training as Training,
        Writer as Writer,
    )
    from seqpipe.training.session import train as train

__version__ = "0.1.0"

_MODULES = {
    "seqpipe.training.session": ("train",),
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


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'seqpipe' has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)

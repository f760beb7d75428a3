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
    )
    from seqpipe.data import (
        Column as Column,
    )
    from seqpipe.data import (
        OneHot as OneHot,
    )
    from seqpipe.data import (
        Ragged as Ragged,
    )
    from seqpipe.data import (
        Record as Record,
    )
    from seqpipe.data import (
        Spec as Spec,
    )
    from seqpipe.data.source import Source as Source
    from seqpipe.errors import (
        ConfigError as ConfigError,
    )
    from seqpipe.errors import (
        InputError as InputError,
    )
    from seqpipe.errors import (
        Location as Location,
    )
    from seqpipe.errors import (
        ModelError as ModelError,
    )
    from seqpipe.errors import (
        OutputError as OutputError,
    )
    from seqpipe.errors import (
        PluginError as PluginError,
    )
    from seqpipe.errors import (
        RecordError as RecordError,
    )
    from seqpipe.errors import (
        SeqpipeError as SeqpipeError,
    )
    from seqpipe.errors import (
        UsageError as UsageError,
    )
    from seqpipe.heads import (
        BernoulliHead as BernoulliHead,
    )
    from seqpipe.heads import (
        ClassificationHead as ClassificationHead,
    )
    from seqpipe.heads import (
        CrfHead as CrfHead,
    )
    from seqpipe.heads import (
        CtcHead as CtcHead,
    )
    from seqpipe.heads import (
        LabelLearner as LabelLearner,
    )
    from seqpipe.heads import (
        NextTokenHead as NextTokenHead,
    )
    from seqpipe.heads import (
        TranslationHead as TranslationHead,
    )
    from seqpipe.hookspecs import (
        API_VERSION as API_VERSION,
    )
    from seqpipe.hookspecs import (
        BatchFinished as BatchFinished,
    )
    from seqpipe.hookspecs import (
        EpochFinished as EpochFinished,
    )
    from seqpipe.hookspecs import (
        RecordFailed as RecordFailed,
    )
    from seqpipe.hookspecs import (
        RunFinished as RunFinished,
    )
    from seqpipe.hookspecs import (
        RunStarted as RunStarted,
    )
    from seqpipe.hookspecs import (
        hookimpl as hookimpl,
    )
    from seqpipe.metrics import (
        accuracy as accuracy,
    )
    from seqpipe.metrics import (
        edit_distance as edit_distance,
    )
    from seqpipe.metrics import (
        entity_f1 as entity_f1,
    )
    from seqpipe.metrics import (
        entity_f1_per_type as entity_f1_per_type,
    )
    from seqpipe.metrics import (
        error_rate as error_rate,
    )
    from seqpipe.metrics import (
        exact_match as exact_match,
    )
    from seqpipe.metrics import (
        identity as identity,
    )
    from seqpipe.metrics import (
        macro_f1 as macro_f1,
    )
    from seqpipe.metrics import (
        mcc as mcc,
    )
    from seqpipe.metrics import (
        nll_per_step as nll_per_step,
    )
    from seqpipe.metrics import (
        ratio as ratio,
    )
    from seqpipe.metrics import (
        sensitivity as sensitivity,
    )
    from seqpipe.metrics import (
        specificity as specificity,
    )
    from seqpipe.network.ctc import (
        Grammar as Grammar,
    )
    from seqpipe.network.ctc import (
        ctc_beam_search as ctc_beam_search,
    )
    from seqpipe.network.sampling import (
        log_softmax as log_softmax,
    )
    from seqpipe.network.sampling import (
        sample as sample,
    )
    from seqpipe.network.sampling import (
        softmax as softmax,
    )
    from seqpipe.network.sampling import (
        uniforms as uniforms,
    )
    from seqpipe.runner.loaded import (
        Loaded as Loaded,
    )
    from seqpipe.runner.loaded import (
        load as load,
    )
    from seqpipe.stage import (
        Augmentation as Augmentation,
    )
    from seqpipe.stage import (
        Core as Core,
    )
    from seqpipe.stage import (
        Decoder as Decoder,
    )
    from seqpipe.stage import (
        Encoder as Encoder,
    )
    from seqpipe.stage import (
        Example as Example,
    )
    from seqpipe.stage import (
        Head as Head,
    )
    from seqpipe.stage import (
        Layout as Layout,
    )
    from seqpipe.stage import (
        Learned as Learned,
    )
    from seqpipe.stage import (
        Learner as Learner,
    )
    from seqpipe.stage import (
        Metric as Metric,
    )
    from seqpipe.stage import (
        Network as Network,
    )
    from seqpipe.stage import (
        Outcome as Outcome,
    )
    from seqpipe.stage import (
        Parameter as Parameter,
    )
    from seqpipe.stage import (
        Parameters as Parameters,
    )
    from seqpipe.stage import (
        Reader as Reader,
    )
    from seqpipe.stage import (
        Stage as Stage,
    )
    from seqpipe.stage import (
        State as State,
    )
    from seqpipe.stage import (
        Step as Step,
    )
    from seqpipe.stage import (
        Stepper as Stepper,
    )
    from seqpipe.stage import (
        Tokenizer as Tokenizer,
    )
    from seqpipe.stage import (
        Training as Training,
    )
    from seqpipe.stage import (
        Writer as Writer,
    )
    from seqpipe.stages.decoders.beam import Beam as Beam
    from seqpipe.training.measuring import evaluate as evaluate
    from seqpipe.training.session import train as train

__version__ = "0.1.0"

_MODULES = {
    "seqpipe.training.measuring": ("evaluate",),
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
        "entity_f1_per_type",
        "error_rate",
        "exact_match",
        "identity",
        "macro_f1",
        "mcc",
        "nll_per_step",
        "ratio",
        "sensitivity",
        "specificity",
    ),
    "seqpipe.network.ctc": ("Grammar", "ctc_beam_search"),
    "seqpipe.network.sampling": ("log_softmax", "sample", "softmax", "uniforms"),
    "seqpipe.stages.decoders.beam": ("Beam",),
    "seqpipe.stage": (
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
    ),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULE_OF})


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'seqpipe' has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)

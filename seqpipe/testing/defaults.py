"""Examples for stages whose author gives none: the kinds of input known to the core, tried one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from seqpipe.builtin.cores.recurrent import GRU
from seqpipe.builtin.decoders.ctc import Ctc
from seqpipe.builtin.decoders.labels import Labels
from seqpipe.builtin.encoders.one_hot import OneHotEncoder
from seqpipe.builtin.objectives import ClassificationObjective, NextTokenObjective
from seqpipe.builtin.tokenizers.numbers import Numbers
from seqpipe.builtin.tokenizers.symbols import Symbols
from seqpipe.contracts import Augmentation, Core, Decoder, Example, Incoming, Reader, Stage, Writer
from seqpipe.data import Spec
from seqpipe.errors import SeqpipeError
from seqpipe.testing.law import Violation
from seqpipe.testing.laws.augmentations import augments
from seqpipe.testing.laws.readers import reads
from seqpipe.testing.laws.writers import writes
from seqpipe.testing.subject import subject_of, targets_of

TEXTS = ("A fine film, not long.", "no", "", "Twice, twice.", "é 3!")
SERIES: tuple[list[float], ...] = ([0.5, -1.0, 2.0, 2.0, 0.25, 1.5, -0.5], [1.0], [], [3.0, 0.0, -2.0])
VECTORS = tuple([[value, -value, 1.0] for value in series] for series in SERIES)
SAMPLES = tuple(np.sin(np.arange(size) / 3).astype(np.float32) for size in (800, 400, 1))
FILES = (b"A fine film.\nno\n",)
RESULTS = ({"label": "good", "score": 0.5}, {"label": "bad", "score": 0.25})
LABELS = ("1", "2", "3")

Payloads = tuple[Spec, Sequence[Any]]

PAYLOADS: tuple[Payloads, ...] = (
    (Spec("text"), TEXTS),
    (Spec("numbers"), SERIES),
    (Spec("numbers"), VECTORS),
    (Spec("samples", "float32", 1, rate=16_000), SAMPLES),
)


def examples_of(stage: type[Stage]) -> list[Example]:
    """Return examples of a stage, each of another kind of input, and one for each value of its choices.

    The list is empty where none of the kinds that the core knows fits; then the plugin has to give examples
    (``seqpipe_register_examples``).
    """
    first = _made(stage, {})
    if first is None:
        return []
    running: dict[str, Example] = {}
    failing: list[Example] = []
    for example in _candidates(first):
        incoming = _incoming(example)
        if isinstance(incoming, str):
            running.setdefault(incoming, example)
        elif incoming is not None:
            failing.append(example)
    examples = list(running.values()) or failing[:1]
    for other in _choices(stage):
        examples += [example for example in _candidates(other) if isinstance(_incoming(example), str)][:1]
    return examples


def _made(stage: type[Stage], chosen: dict[str, Any]) -> Stage | None:
    """Return the stage with its defaults, small if it is a core; required numbers are small ones."""
    values = dict(chosen)
    for name, field in stage.model_fields.items():
        small = field.is_required() or (issubclass(stage, Core) and type(field.default) is int and field.default > 3)
        if small and name not in values:
            values[name] = _small(field)
    try:
        return stage.model_validate(values)
    except ValidationError:
        return None


def _small(field: FieldInfo) -> Any:
    kinds = _kinds(field.annotation)
    if int in kinds:
        return 3
    if float in kinds:
        return 0.5
    if bool in kinds:
        return False
    return "a" if str in kinds else None


def _choices(stage: type[Stage]) -> Iterator[Stage]:
    """Yield the stage with each other value of its parameters that are one of several."""
    for name, field in stage.model_fields.items():
        kinds = _kinds(field.annotation)
        values: list[Any] = [value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)]
        if bool in kinds:
            values += [True, False]
        for value in values:
            if value != field.default and (variant := _made(stage, {name: value})) is not None:
                yield variant


def _kinds(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _candidates(stage: Stage) -> Iterator[Example]:
    match stage.kind:
        case "reader":
            yield Example(stage, FILES)
        case "writer":
            yield Example(stage, RESULTS)
        case "augmentation":
            yield from (
                Example(stage, given, spec, targets=targets) for spec, given in PAYLOADS for targets in _targets(given)
            )
        case "tokenizer":
            yield from (Example(stage, given, spec) for spec, given in PAYLOADS)
            yield from (Example(stage, given, spec, before) for (spec, given), before in _TOKENIZED)
        case "encoder":
            yield from (Example(stage, given, spec, before) for (spec, given), before in _TOKENIZED)
        case "core":
            yield from _of_core(stage)
        case _ if isinstance(stage, Decoder):
            yield from _of_decoder(stage)


def _of_core(stage: Stage) -> Iterator[Example]:
    aligned, pooled = (ClassificationObjective(LABELS, pooled=pooled) for pooled in (False, True))
    for (spec, given), before in _ENCODED:
        for objective in (NextTokenObjective(_SYMBOLS) if spec.kind == "text" else aligned, pooled, None):
            yield Example(stage, given, spec, before, objective=objective)


def _of_decoder(stage: Decoder) -> Iterator[Example]:
    labels = _labels(stage)
    for (spec, given), before in _ENCODED:
        for output in ("sequence", "pooled", "last", "next"):
            core = GRU.model_validate({"hidden": 3, "output": output})
            for following in ((), (Ctc(),), (Labels(),)):
                for targets in _targets(given, labels):
                    yield Example(stage, given, spec, (*before, core, *following), targets)


def _labels(stage: Decoder) -> Sequence[str]:
    """Return the labels that a decoder asks the network for before it has learned any; else some."""
    for kind in ("one_hot", "frames"):
        with suppress(Exception):  # the example that is made with these labels will say what is wrong
            labels = getattr(stage.objective(Incoming(Spec(kind, "float32", len(LABELS)))), "labels", ())
            if labels:
                return tuple(labels)
    return LABELS


def _targets(given: Sequence[Any], labels: Sequence[str] = LABELS) -> Iterator[Sequence[Any]]:
    """Yield a label for each record, then a label for each position, then none."""
    yield [labels[index % len(labels)] for index in range(len(given))]
    yield [[labels[position % len(labels)] for position in range(len(payload))] for payload in given]
    yield ()


def _incoming(example: Example) -> str | Exception | None:
    """Return what comes in to an example's stage, in a word; None if it refuses that; what it raises if it fails."""
    try:
        if isinstance(example.stage, Reader | Writer):
            (reads if isinstance(example.stage, Reader) else writes)(example)
            return example.stage.kind
        if isinstance(example.stage, Augmentation):
            augments(example)
            return example.spec.kind
        subject = subject_of(example)
        if isinstance(example.stage, Decoder) and subject.objective is not None and example.targets:
            targets_of(subject)
        subject.step(subject.batch())
    except SeqpipeError:
        return None
    except Violation as error:
        return None if isinstance(example.stage, Reader) else error
    except Exception as error:  # noqa: BLE001 - the law `runs` will say what is wrong
        return error
    return f"{subject.incoming.spec.kind} of {subject.incoming.spec.width}"


_SYMBOLS = 1 + len(set("".join(TEXTS)))
_CHARACTERS = (PAYLOADS[0], (Symbols(),))
_NUMBERS = (PAYLOADS[1], (Numbers(),))
_FRAMES = (PAYLOADS[2], (Numbers(width=3),))
_TOKENIZED = (_CHARACTERS, _NUMBERS, _FRAMES)
_ENCODED = ((PAYLOADS[0], (Symbols(), OneHotEncoder())), _NUMBERS, _FRAMES)

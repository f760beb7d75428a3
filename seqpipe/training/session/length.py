"""How long a training lasts, which may grow where it is resumed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from seqpipe.config import dump, parse_document
from seqpipe.training.section.settings import DEFAULT_EPOCHS

LENGTHS = ("epochs", "steps", "minutes")
"""The keys under ``train`` that say it."""


def is_longer(began: str, now: str, source: str) -> bool:
    """Say whether a configuration differs from an earlier one in nothing but a greater length of its training.

    Args:
        began: the resolved configuration that the training began with, as YAML.
        now: the one that it is to be resumed with.
        source: where the first one was read, for messages.

    Raises:
        ConfigError: the first one is no YAML.
    """
    before, length_before = _without_length(began, source)
    after, length = _without_length(now, source)
    name = next(iter(length))
    if before != after or length.keys() != length_before.keys():
        return False
    values = length[name], length_before[name]
    return all(isinstance(value, int | float) for value in values) and values[0] > values[1]


def _without_length(configuration: str, source: str) -> tuple[str, Mapping[str, Any]]:
    """Return a configuration without the length of the training, and that length."""
    values = dict(parse_document(configuration, source, Path()).written())
    train = dict(values.pop("train", {}))
    length = {name: train.pop(name) for name in LENGTHS if name in train}
    return dump({**values, "train": train}), length or {"epochs": DEFAULT_EPOCHS}

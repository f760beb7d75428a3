"""The augmentation that makes long recordings of short ones: strings of digits of single digits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field, PrivateAttr

from seqpipe import Augmentation, Range, Record
from seqpipe_audio.sound_files import Samples


class Strings(Augmentation):
    """The recording among others, with pauses between them, most often of the same speaker."""

    name: ClassVar[str] = "audio.strings"

    rate: int = Field(8000, ge=1, description="samples a second (Hz), as the reader gives them")
    most: int = Field(7, ge=1, description="recordings in a string; how many is drawn from one on")
    alone: float = Field(0.2, ge=0, le=1, description="share of recordings that are not among others")
    speaker: str = Field("", description="regular expression whose group is the speaker's name in a record's id")
    mixed: float = Field(0.1, ge=0, le=1, description="share of strings that are of any speakers")
    pause: Range = Field((0.0, 0.3), description="least and greatest pause between recordings, in seconds")
    tight: float = Field(0.4, ge=0, le=1, description="share of strings without any pause")
    edge: Range = Field(
        (0.0, 0.3), description="least and greatest pause before the first and after the last, in seconds"
    )
    gain: float = Field(2.0, ge=0, description="standard deviation of the level of each, in decibels")

    _all: Sequence[Record] = PrivateAttr(default=())
    _by_speaker: Mapping[str, Sequence[Record]] = PrivateAttr(default_factory=dict)

    def among(self, records: Sequence[Record]) -> Augmentation:
        """Return the form that knows the other recordings."""
        by_speaker: dict[str, list[Record]] = {}
        for record in records:
            by_speaker.setdefault(self._name(record), []).append(record)
        form = self.model_copy()
        form._all, form._by_speaker = tuple(records), by_speaker  # noqa: SLF001 - a copy of itself
        return form

    def apply(self, record: Record, random: np.random.Generator) -> Record:
        """Return the record at a place that is drawn in a string of others; the targets are joined by spaces."""
        others = self._all if random.random() < self.mixed else self._by_speaker.get(self._name(record), ())
        count = int(random.integers(1, self.most + 1)) if others and random.random() >= self.alone else 1
        string = [others[int(random.integers(len(others)))] for _ in range(count - 1)]
        string.insert(int(random.integers(count)), record)
        none = (0.0, 0.0)
        pause, edge = (none, none) if random.random() < self.tight else (self.pause, self.edge)
        parts = [self._silence(edge, random)]
        for index, member in enumerate(string):
            if index:
                parts.append(self._silence(pause, random))
            parts.append(member.payload * np.float32(10 ** (self.gain * random.standard_normal() / 20)))
        parts.append(self._silence(edge, random))
        targets = (str(member.target) for member in string)  # none where nobody speaks
        return replace(record, payload=np.concatenate(parts), target=" ".join(target for target in targets if target))

    def _silence(self, seconds: tuple[float, float], random: np.random.Generator) -> Samples:
        return np.zeros(round(random.uniform(*seconds) * self.rate), np.float32)

    def _name(self, record: Record) -> str:
        """Return who speaks: the first group of the expression, or nobody in particular."""
        match = re.search(self.speaker, record.id)
        return match.group(1) if match and match.re.groups else ""

"""Which channel of a recording is taken, or their mean."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from seqpipe import NOTICE, RecordError
from seqpipe_audio.sound_files import Samples, SoundFile

log = logging.getLogger("seqpipe")

Channel = Literal["mean", "left", "right"] | Annotated[int, Field(ge=1)]
"""The mean of all, or one: by its side, or counted from one."""

_LEFT_OF_SOUND = 0.01
"""Share of the channels' power below which their mean is no sum of sounds any more: 20 dB less."""

_AUDIBLE = 1e-6
"""Mean square of samples from which a block holds sound: -60 dB of full scale."""


def channel_blocks(sound: SoundFile, channel: Channel) -> Iterator[Samples]:
    """Yield the samples of a channel, or the mean of all: one dimension.

    Where the channels cancel each other out in their mean, as microphones of opposite phase do, it is told.

    Raises:
        RecordError: there is no such channel; or as of `SoundFile.blocks`.
    """
    if channel == "mean":
        yield from _means(sound)
        return
    index = {"left": 1, "right": 2}.get(channel, channel) if isinstance(channel, str) else channel
    assert isinstance(index, int)
    if index > sound.channels:
        what = f"no channel {channel!r} in a recording of {_counted(sound.channels)}"
        raise RecordError(what, "set the reader's `channel` to one that there is, or to mean", sound.where)
    for block in sound.blocks():
        yield block[:, index - 1]


def _means(sound: SoundFile) -> Iterator[Samples]:
    told = sound.channels == 1
    seen = 0
    for block in sound.blocks():
        mean: Samples = block[:, 0] if sound.channels == 1 else block.mean(axis=1)
        if not told and _cancel(block, mean):
            told = True
            log.log(
                NOTICE,
                "%s: its %d channels cancel each other out in their mean, from %.2f s on (set the reader's `channel` "
                "to left, right or a number)",
                sound.where,
                sound.channels,
                seen / sound.rate,
            )
        seen += len(block)
        yield mean


def _cancel(block: Samples, mean: Samples) -> bool:
    power = float(np.mean(np.square(block)))
    return power > _AUDIBLE and float(np.mean(np.square(mean))) < _LEFT_OF_SOUND * power


def _counted(channels: int) -> str:
    return "1 channel" if channels == 1 else f"{channels} channels"

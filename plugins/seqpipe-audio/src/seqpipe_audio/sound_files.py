"""Sound files into mono samples at one rate, block after block, in memory that does not grow with their length."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from seqpipe import Location, RecordError

Samples = npt.NDArray[np.float32]

_VALUES_IN_A_BLOCK = 1 << 17  # of all channels
_RATES = range(1_000, 768_001)  # Hz; what is outside is a damaged header
_LENGTH_UNKNOWN = (0, 0x7FFF_F000, 0x8000_0000)  # least sizes of the data that writers to a pipe put into a WAV header


def mono_blocks(file: BinaryIO, rate: int, where: Location) -> Iterator[Samples]:
    """Yield the samples of a sound file: float32 between -1 and 1, the mean of its channels, resampled to ``rate``.

    WAV, FLAC, Ogg, MP3 and what else libsndfile reads. The samples do not depend on how they are cut into blocks.

    Args:
        file: can be sought in.
        rate: samples a second (Hz) of what is yielded.
        where: names the file in errors.

    Raises:
        RecordError: it is no audio, ends before it says it does, or holds a sample that is not a finite number.
    """
    _check_wav_length(file, where)
    try:
        with soundfile.SoundFile(file) as sound:
            if sound.samplerate not in _RATES:
                what = f"{sound.samplerate} samples a second, by its header"
                raise RecordError(what, "the file is damaged, get it again", where)
            yield from _resampled(_mono(sound, where), sound.samplerate, rate)
    except soundfile.LibsndfileError as error:
        reason = error.error_string.strip().rstrip(".").lower().removeprefix("error : ")
        raise RecordError(f"not audio that can be read: {reason}", "give WAV, FLAC, Ogg or MP3", where) from None


def _mono(sound: soundfile.SoundFile, where: Location) -> Iterator[Samples]:
    """Yield the mean of the channels."""
    frames = max(_VALUES_IN_A_BLOCK // sound.channels, 1)
    seen = 0
    while len(block := sound.read(frames, dtype="float32", always_2d=True)):
        mono = block[:, 0] if sound.channels == 1 else block.mean(axis=1)
        if not np.isfinite(mono).all():
            second = (seen + int(np.argmin(np.isfinite(mono)))) / sound.samplerate
            raise RecordError(f"a sample is not a finite number, at {second:.2f} s", "fix the file", where)
        seen += len(mono)
        yield mono
    if seen < sound.frames < np.iinfo(np.int64).max:
        raise _truncated(sound.frames / sound.samplerate, seen / sound.samplerate, where)


def _resampled(blocks: Iterator[Samples], before: int, after: int) -> Iterator[Samples]:
    if before == after:
        yield from blocks
        return
    stream = soxr.ResampleStream(before, after, 1, dtype="float32")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.empty(0, np.float32), last=True)


def _check_wav_length(file: BinaryIO, where: Location) -> None:
    """Compare the length that the header of a RIFF WAVE file gives with the file's own.

    libsndfile reads what is there, and says nothing of what is missing. A length that a program which writes to a pipe
    gives, because it cannot know better, is passed over.

    Raises:
        RecordError: samples are missing.
    """
    size = file.seek(0, 2)
    file.seek(0)
    if file.read(4) == b"RIFF" and file.seek(8) and file.read(4) == b"WAVE":
        bytes_a_second = 0
        while len(head := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", head)
            begin = file.tell()
            if name == b"fmt " and len(fields := file.read(12)) == 12:
                bytes_a_second = struct.unpack("<I", fields[8:])[0]
            elif name == b"data":
                unknown = length == _LENGTH_UNKNOWN[0] or length >= _LENGTH_UNKNOWN[1]
                if begin + length > size and bytes_a_second and not unknown:
                    raise _truncated(length / bytes_a_second, (size - begin) / bytes_a_second, where)
                break
            file.seek(begin + length + length % 2)
    file.seek(0)


def _truncated(declared: float, decoded: float, where: Location) -> RecordError:
    what = f"{decoded:.2f} s of sound, where its header says {declared:.2f} s"
    return RecordError(what, "the file is truncated, get it again", where)

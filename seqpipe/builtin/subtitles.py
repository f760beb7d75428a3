"""Writers of subtitles: SubRip and WebVTT."""

from __future__ import annotations

import html
import math
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from seqpipe.contracts import Layout, Writer
from seqpipe.data import Record
from seqpipe.errors import RecordError

Timed = Mapping[str, Any]
"""A word or a segment: what it is, its ``start`` and its ``end`` in seconds."""


class _Subtitles(Writer):
    separate: ClassVar[bool] = True

    width: int = Field(42, ge=1, description="characters in a subtitle, unless a word alone is longer")
    seconds: float = Field(6.0, gt=0, description="that a subtitle may last")
    pause: float = Field(0.8, ge=0, description="seconds without a word, after which a new one begins")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the file.

        Raises:
            RecordError: the record has neither words nor segments with times.
        """
        cues = (self._cue(number, part) for number, part in enumerate(self._parts(record), 1))
        return "".join([self._head(), *cues]).encode(errors="backslashreplace")

    @abstractmethod
    def _head(self) -> str:
        """Return what stands before the first subtitle."""

    @abstractmethod
    def _cue(self, number: int, parts: Sequence[Timed]) -> str:
        """Return a subtitle, with the empty line after it."""

    def _parts(self, record: Record) -> Iterator[Sequence[Timed]]:
        """Yield what each subtitle is made of: some words, or one segment."""
        for name, key in _KEYS.items():
            parts: Any = record.payload.get(name)
            if isinstance(parts, Sequence) and all(_is_timed(part, key) for part in parts):
                return self._lines(parts) if name == "words" else ([part] for part in parts)
        what = "neither words nor segments with times to make subtitles of"
        raise RecordError(what, "end with a decoder that gives them, such as audio.transcript", record.location)

    def _lines(self, words: Iterable[Timed]) -> Iterator[Sequence[Timed]]:
        waiting = list[Timed]()
        for word in words:
            if waiting and self._is_full(waiting, word):
                yield waiting
                waiting = []
            waiting.append(word)
        if waiting:
            yield waiting

    def _is_full(self, waiting: Sequence[Timed], word: Timed) -> bool:
        """Whether a word must begin a new subtitle."""
        paused = word["start"] - waiting[-1]["end"] > self.pause
        long = word["end"] - waiting[0]["start"] > self.seconds
        return paused or long or len(_text([*waiting, word])) > self.width


class WriteSRT(_Subtitles):
    """Subtitles in the SubRip form (SRT), a file for each record: of its words, or of its segments."""

    name: ClassVar[str] = "core.srt"
    suffix: ClassVar[str] = ".srt"
    media_type: ClassVar[str] = "application/x-subrip"

    def _head(self) -> str:
        return ""

    def _cue(self, number: int, parts: Sequence[Timed]) -> str:
        return f"{number}\n{_time(parts[0]['start'], ',')} --> {_time(parts[-1]['end'], ',')}\n{_text(parts)}\n\n"


class WriteVTT(_Subtitles):
    """Subtitles in the form of the web (WebVTT), a file for each record: of its words, or of its segments."""

    name: ClassVar[str] = "core.vtt"
    suffix: ClassVar[str] = ".vtt"
    media_type: ClassVar[str] = "text/vtt"

    def _head(self) -> str:
        return "WEBVTT\n\n"

    def _cue(self, number: int, parts: Sequence[Timed]) -> str:
        text = html.escape(_text(parts), quote=False)
        return f"{_time(parts[0]['start'], '.')} --> {_time(parts[-1]['end'], '.')}\n{text}\n\n"


_KEYS = {"words": "word", "segments": "label"}
"""The fields that may hold what has times, and what its text is called."""


def _is_timed(part: Any, key: str) -> bool:
    return (
        isinstance(part, Mapping)
        and isinstance(part.get(key), str)
        and all(isinstance(part.get(time), float | int) and math.isfinite(part[time]) for time in ("start", "end"))
    )


def _text(parts: Iterable[Timed]) -> str:
    return " ".join(part.get("word") or part["label"] for part in parts)


def _time(seconds: float, point: str) -> str:
    """Return a time as both forms have it, such as ``00:01:02,345``."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"

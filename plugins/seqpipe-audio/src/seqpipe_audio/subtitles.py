"""Writers of subtitles: SubRip and WebVTT."""

from __future__ import annotations

import html
import math
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from seqpipe import Layout, Record, RecordError, Writer

Word = Mapping[str, Any]


class _Subtitles(Writer):
    separate: ClassVar[bool] = True

    width: int = Field(42, ge=1, description="characters in a subtitle, unless a word alone is longer")
    seconds: float = Field(6.0, gt=0, description="that a subtitle may last")
    pause: float = Field(0.8, ge=0, description="seconds without a word, after which a new one begins")

    def encode(self, record: Record, layout: Layout = None) -> bytes:
        """Return the file.

        Raises:
            RecordError: the record has no words with times.
        """
        return "".join([self._head(), *self._cues(self._words(record))]).encode(errors="backslashreplace")

    @abstractmethod
    def _head(self) -> str:
        """Return what stands before the first subtitle."""

    @abstractmethod
    def _cue(self, number: int, words: Sequence[Word]) -> str:
        """Return a subtitle, with the empty line after it."""

    def _words(self, record: Record) -> Sequence[Word]:
        words: Any = record.payload.get("words")
        if not isinstance(words, Sequence) or not all(_is_word(word) for word in words):
            raise RecordError(
                "no words with times to make subtitles of", "end with `decoder: audio.transcript`", record.location
            )
        return words

    def _cues(self, words: Iterable[Word]) -> Iterator[str]:
        number, waiting = 1, list[Word]()
        for word in words:
            if waiting and self._is_full(waiting, word):
                yield self._cue(number, waiting)
                number, waiting = number + 1, []
            waiting.append(word)
        if waiting:
            yield self._cue(number, waiting)

    def _is_full(self, waiting: Sequence[Word], word: Word) -> bool:
        """Whether a word must begin a new subtitle."""
        paused = word["start"] - waiting[-1]["end"] > self.pause
        long = word["end"] - waiting[0]["start"] > self.seconds
        return paused or long or len(_text([*waiting, word])) > self.width


class WriteSRT(_Subtitles):
    """Subtitles in the SubRip form (SRT), a file for each recording."""

    name: ClassVar[str] = "audio.srt"
    suffix: ClassVar[str] = ".srt"

    def _head(self) -> str:
        return ""

    def _cue(self, number: int, words: Sequence[Word]) -> str:
        return f"{number}\n{_time(words[0]['start'], ',')} --> {_time(words[-1]['end'], ',')}\n{_text(words)}\n\n"


class WriteVTT(_Subtitles):
    """Subtitles in the form of the web (WebVTT), a file for each recording."""

    name: ClassVar[str] = "audio.vtt"
    suffix: ClassVar[str] = ".vtt"

    def _head(self) -> str:
        return "WEBVTT\n\n"

    def _cue(self, number: int, words: Sequence[Word]) -> str:
        text = html.escape(_text(words), quote=False)
        return f"{_time(words[0]['start'], '.')} --> {_time(words[-1]['end'], '.')}\n{text}\n\n"


def _is_word(word: Any) -> bool:
    return (
        isinstance(word, Mapping)
        and isinstance(word.get("word"), str)
        and all(isinstance(word.get(key), float | int) and math.isfinite(word[key]) for key in ("start", "end"))
    )


def _text(words: Iterable[Word]) -> str:
    return " ".join(word["word"] for word in words)


def _time(seconds: float, point: str) -> str:
    """Return a time as both forms have it, such as ``00:01:02,345``."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{point}{rest % 1000:03}"

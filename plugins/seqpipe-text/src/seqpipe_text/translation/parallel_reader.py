"""Texts and their translations, from two files whose lines correspond or from one with a tab between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from seqpipe import InputError, LineReader, Location, Record, RecordError, Source


class ReadParallel(LineReader):
    """Texts with their translations: ``corpus.de`` beside ``corpus.en``, line by line, or ``text<TAB>translation``.

    Which it is, is told by the file's name: what ends in the source's language, or in that and ``.gz`` or ``.zst``, has
    a file beside it whose name ends in the target's, and is read with it: the latter alone, as in a folder, has no
    records. Tabs may follow the translation; what stands behind them is left out.
    """

    name: ClassVar[str] = "text.parallel"

    source: str = Field("", description="ending of the files with texts, such as de; none: all have a tab")
    target: str = Field("", description="ending of the files with their translations, such as en")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield a record a line, whose target is the translation, and an error in place of each that cannot be read.

        Raises:
            InputError: a file cannot be read, there is none beside it, or the two have not equally many lines.
        """
        stem, language = self._parts(source)
        if not language or source.excerpt is not None:
            yield from super().read(source)
            return
        texts, translations = (f"{stem}{ending}{source.compression}" for ending in (self.source, self.target))
        needed, what = (translations, "translations") if language == self.source else (texts, "texts")
        if not Path(needed).exists():
            todo = "put it there, or give `source` and `target`"
            raise InputError(f"there is no file {needed} with the {what} beside it", todo, Location(source.name))
        if language == self.target:
            return
        beside = Source(translations, source.position, longest=source.longest)
        both = zip_longest(*(_Lines(encoding=self.encoding).read(file) for file in (source, beside)))
        for lines, (text, translation) in enumerate(both):
            if text is None or translation is None:
                shorter, longer = (source, beside) if text is None else (beside, source)
                what = f"it has {lines} lines and {longer.name} has more, so their lines do not correspond"
                raise InputError(what, "fetch both again", Location(shorter.name))
            yield _pair(text, translation)

    def parse(self, line: str, source: str, position: int, raw: bytes) -> Record | None:
        """Return the record of a text and its translation with a tab between them.

        Raises:
            RecordError: there is no tab.
        """
        text, *rest = line.split("\t")
        if not rest:
            todo = "put a tab and the translation behind the text"
            raise RecordError("no tab, so there is no translation", todo, Location(source, position))
        return Record(f"{source}:{position}", text, source, position, {"text": text}, rest[0], raw=raw)

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of a text from Python or from ``--text``."""
        if not isinstance(payload, str):
            where = Location(f"record {position}")
            raise InputError(f"a text must be a str, not {type(payload).__name__}", "pass a str", where)
        return Record(str(position), payload, position=position, columns={"text": payload})

    def _parts(self, source: Source) -> tuple[str, str]:
        """Return the name of a file without its language, and that; no language if it is none of the two."""
        name = source.name.removesuffix(source.compression)
        for language in (self.source, self.target) if self.source and self.target else ():
            if name.endswith(f".{language}"):
                return name.removesuffix(language), language
        return name, ""


class _Lines(LineReader):
    """The lines of one of the two files."""

    name: ClassVar[str] = "text.parallel"

    def parse(self, line: str, source: str, position: int, raw: bytes) -> Record | None:
        """Return the record of a line."""
        return Record(f"{source}:{position}", line, source, position, {"text": line})


def _pair(text: Record | RecordError, translation: Record | RecordError) -> Record | RecordError:
    for side in (text, translation):
        if isinstance(side, RecordError):
            return side.with_raw(None)
    assert isinstance(text, Record)
    assert isinstance(translation, Record)
    return replace(text, target=translation.payload)

"""Files of text, each a record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from seqpipe.builtin.readers.lines import TextReader, raw_lines, text_record
from seqpipe.data import Record, Spec
from seqpipe.data.source import Source
from seqpipe.errors import RecordError


class ReadTexts(TextReader):
    """Text in UTF-8, a record a file, with its line ends; the column ``text`` passes it through to the output."""

    name: ClassVar[str] = "core.texts"
    suffixes: ClassVar[tuple[str, ...]] = (".txt",)
    single: ClassVar[bool] = True

    @property
    def spec(self) -> Spec:
        """Text."""
        return Spec(kind="text")

    def read(self, source: Source) -> Iterator[Record | RecordError]:
        """Yield the record of a file; in its place an error if it is none."""
        where = source.location
        content = bytearray()
        for line in raw_lines(source, self.encoding):
            content += line
            if not line or (source.longest is not None and len(content) > source.longest):
                yield RecordError(f"longer than {source.longest:,} bytes", "split it, or raise limits.record_mb", where)
                return
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            what = f"not valid UTF-8: 0x{content[error.start]:02x} is byte {error.start + 1:,} of the file"
            yield RecordError(what, "save it as UTF-8, or set `encoding`", where)
            return
        yield Record(where.source, text, source.name, source.position, {"text": text})

    def record(self, payload: Any, position: int) -> Record:
        """Return the record of a text from Python or from ``--text``."""
        return text_record(payload, position, "text")

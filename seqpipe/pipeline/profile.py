"""What a pipeline takes and gives, in the words of people: for programs that offer it to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import Literal

from seqpipe.config.declaration import Declaration
from seqpipe.contracts import Decoder, Reader, Tokenizer, Writer
from seqpipe.pipeline.pipeline import Pipeline
from seqpipe.registry import Registry

Topology = Literal["many-to-one", "many-to-many", "one-to-many", "encoder-decoder"]

_NATURAL = {"samples": "sound", "pictures": "video"}
"""What people call the payloads of some specs; others have the name of their kind."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a pipeline takes and gives.

    Attributes:
        description: what the comment at the beginning of its file says; may be empty.
        topology: how many positions come in and go out.
        takes: what people call what comes in: ``text``, ``sound``, ``music``, ``signal``, ``dna``, ``video``, ...
        gives: what people call the results: ``label``, ``stars``, ``entities``, ``text``, ``words``, ...; empty: nobody
            said it.
        rate: positions of a payload a second, where time is what passes; None otherwise.
        streams: a record may come in pieces.
        inputs: the paths of the inputs that its file names, as examples.
        writer: what its file names.
        writers: the forms that results may take, by their media types.
    """

    description: str
    topology: Topology
    takes: str
    gives: str
    rate: float | None
    streams: bool
    inputs: tuple[str, ...]
    writer: Writer | None
    writers: Mapping[str, type[Writer]]

    def writer_of(self, media_type: str) -> Writer | None:
        """Return what writes results in a form; None if nothing does."""
        if self.writer is not None and self.writer.media_type == media_type:
            return self.writer
        return self.writers[media_type]() if media_type in self.writers else None


def profile_of(declared: Declaration, pipeline: Pipeline, reader: Reader, registry: Registry) -> Profile:
    """Return what a pipeline takes and gives.

    Args:
        declared: its file.
        pipeline: built of it.
        reader: of its inputs.
        registry: has the writers.
    """
    tokenizers = [stage for stage in declared.stages if isinstance(stage, Tokenizer)]
    decoders = [stage for stage in declared.stages if isinstance(stage, Decoder)]
    natural = _NATURAL.get(reader.spec.kind, reader.spec.kind)
    writers = reversed(declared.writers(registry))  # of one media type, the first
    return Profile(
        description=_beginning(declared),
        topology=_topology(pipeline, reader),
        takes=next((stage.takes for stage in tokenizers if stage.takes), reader.takes or natural),
        gives=next((stage.gives for stage in reversed(decoders) if stage.gives), ""),
        rate=reader.spec.rate,
        streams=pipeline.not_streamable() is None and not reader.whole,
        inputs=tuple(declared.path_of(("read", "path"), path) for path in (declared.reader or reader).path),
        writer=declared.writer,
        writers={writer.media_type: writer for writer in writers if writer.media_type},
    )


def _topology(pipeline: Pipeline, reader: Reader) -> Topology:
    last = pipeline.steps[max(pipeline.networks)].spec
    if last.kind == "stepper":
        return "one-to-many" if reader.out_of_nothing else "encoder-decoder"
    return "many-to-one" if last.pooled else "many-to-many"


def _beginning(declared: Declaration) -> str:
    """Return the paragraph of the comment with which a pipeline file begins."""
    path = Path(declared.document.source)
    try:
        with path.open(encoding="utf-8") as file:
            lines = [line.rstrip() for line in islice(file, _MOST_LINES)]
    except (OSError, UnicodeDecodeError):  # a model, or gone
        return ""
    paragraph = takewhile(lambda line: line.startswith("#") and line.strip("# "), lines)
    return " ".join(line.strip("# ") for line in paragraph)


_MOST_LINES = 10

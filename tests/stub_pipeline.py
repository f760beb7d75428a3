"""A pipeline without a network: what it makes of a text can be told by looking at the text."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from seqpipe.api import Loaded
from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.builtin.writers import WriteJSONLines
from seqpipe.contracts import Incoming, Reader, State, Step, Tokenizer, Writer
from seqpipe.data import Batch, Record, Spec
from seqpipe.data.source import Source
from seqpipe.engine.feed import Feed
from seqpipe.engine.identity import Identity
from seqpipe.engine.journaled_output import Earlier, FileOutput, open_journaled
from seqpipe.engine.observers import Observers
from seqpipe.engine.run import OnError, Summary, run
from seqpipe.engine.shards import WHOLE, Shard
from seqpipe.engine.stop import Stop
from seqpipe.engine.threads import Threads
from seqpipe.errors import RecordError
from seqpipe.journal import OutputPaths, RunProgress
from seqpipe.limits import Limits
from seqpipe.pipeline import Pipeline
from seqpipe.pipeline.profile import Profile
from seqpipe.registry import Registry


class Shout(Tokenizer):
    """Turns text into capitals, and refuses some texts."""

    name: ClassVar[str] = "stub.shout"

    def build(self, incoming: Incoming) -> Step:
        return Shouting()


class Shouting(Step):
    """``bad``: a `RecordError`; ``nameless``: one that does not say where; ``bug``: something else; ``slow``: waits.

    ``lonely``: something else, unless it is alone; ``many``: as many results as the text has words; ``none``: no
    result. Of a record in pieces, each piece gives one.
    """

    spec = Spec("outputs")
    remembers = list[int]

    def __call__(self, batch: Batch, state: State = None) -> tuple[Batch, State]:
        seen = [0] * len(batch.records) if state is None else state
        if len(batch.records) > 1 and any("lonely" in record.payload for record in batch.records):
            raise ValueError("one at a time")
        return batch.replace(outputs=tuple(map(self._of, batch.records, seen))), [pieces + 1 for pieces in seen]

    def _of(self, record: Record, seen: int) -> tuple[dict[str, Any], ...]:
        text = record.payload
        if "bad" in text:
            raise RecordError("refused", "mend it", record.location)
        if "nameless" in text:
            raise RecordError("refused", "mend it")
        if "bug" in text:
            raise ZeroDivisionError(f"in {text}")
        if "slow" in text:
            time.sleep(0.3)
        if "none" in text:
            return ()
        if "many" in text:
            return tuple({"shout": word.upper()} for word in text.split())
        piece = {"piece": seen} if seen or not record.last else {}
        return ({"shout": text.upper(), **piece},)


def stub_pipeline() -> Pipeline:
    """Return the pipeline."""
    return Pipeline((Shout(),), ({},), Spec("text"), (Shouting(),), None, {})  # type: ignore[arg-type]  # no objective


def sources(*paths: Path | str) -> list[Source]:
    """Return the sources of files."""
    return [Source(str(path), position) for position, path in enumerate(paths, 1)]


def feed_of(*paths: Path | str, shard: Shard = WHOLE, limit: int | None = None) -> Feed:
    """Return what reads lines of files."""
    return Feed(ReadLines().read, sources(*paths), "core.lines", shard=shard, limit=limit)


def feed_records(records: Callable[[], Iterator[Record | RecordError]], name: str = "made") -> Feed:
    """Return a feed of one source whose records are made."""
    return Feed(lambda _: records(), [Source(name)], "stub.reader")


def stub_loaded(
    pipeline: Pipeline | None = None, reader: Reader | None = None, *, limits: Limits | None = None, threads: int = 1
) -> Loaded:
    """Return a pipeline, the stub's own if none is given, as `seqpipe.load` does."""
    profile = Profile("", "many-to-one", "text", "", None, False, (), None, {})
    return Loaded("stub", pipeline or stub_pipeline(), reader or ReadLines(), limits or Limits(), profile, threads)


def journaled(
    out: Path,
    *,
    earlier: Earlier = "refuse",
    quarantine: bool = False,
    facts: dict[str, Any] | None = None,
    writer: Writer | None = None,
    shard: Shard = WHOLE,
) -> FileOutput | RunProgress:
    """Open an output with a journal."""
    settings = {"--shard": str(shard)} if shard != WHOLE else {}
    same = {"inputs": [], "contents": "", "model": "", "plugins": {}, "stages": [], "settings": settings}
    paths = OutputPaths.of(out)
    identity = Identity({**same, **(facts or {})}, [])
    return open_journaled(
        writer or WriteJSONLines(), paths, identity, earlier=earlier, quarantine=quarantine, indexed=shard != WHOLE
    )


def run_into(
    out: Path,
    feed: Feed,
    *,
    on_error: OnError = "fail",
    earlier: Earlier = "refuse",
    threads: int = 2,
    stop: Stop | None = None,
    watches: Sequence[Callable[[Any], None]] = (),
    facts: dict[str, Any] | None = None,
    writer: Writer | None = None,
) -> Summary:
    """Run the pipeline into a file."""
    quarantine = on_error == "quarantine"
    output = journaled(out, earlier=earlier, quarantine=quarantine, facts=facts, writer=writer, shard=feed.shard)
    assert isinstance(output, FileOutput)
    with output:
        observers = Observers(Registry(()), *watches)
        return run(stub_pipeline(), feed, output, observers, on_error=on_error, engine=Threads(threads), stop=stop)

"""The shards of a run, merged into what it would have written without them."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqpipe.builtin.separated_values import WriteTSV
from seqpipe.builtin.writers import WriteJSONLines
from seqpipe.contracts import Writer
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.engine.feed import Feed
from seqpipe.engine.merged_output import merge_shards
from seqpipe.engine.run import OnError
from seqpipe.engine.shard_outputs import open_shards
from seqpipe.engine.shards import WHOLE, Shard
from seqpipe.engine.stop import Stop
from seqpipe.errors import InputError, OutputError, RecordError, SeqpipeError, UsageError
from seqpipe.hookspecs import BatchFinished
from seqpipe.journal import OutputPaths, PartialOutput, RunProgress, block_writer, read_journal, verify
from tests.stub_pipeline import feed_of, run_into, sources


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(block_writer, "SHORTEST", 0.0)
    monkeypatch.setattr(block_writer, "SHARE", 0.0)
    monkeypatch.setattr(sys.modules["seqpipe.engine.portions"], "RECORDS", 3)  # in a block


class Separate(Writer):
    """A file for each result."""

    name: ClassVar[str] = "stub.separate"
    suffix: ClassVar[str] = ".json"
    separate: ClassVar[bool] = True

    def encode(self, record: Record, layout: Any = None) -> bytes:
        return json.dumps(record.payload).encode()


Run = Callable[[Shard], Feed]


def write_shards(run: Run, count: int, **options: Any) -> list[str]:
    """Run all shards, the last one first."""
    names = [f"out{number}" for number in range(count, 0, -1)]
    for name, number in zip(names, range(count, 0, -1), strict=True):
        run_into(Path(name), run(Shard(number, count)), **options)
    return names


def remove_all() -> None:
    for path in Path().glob("*out*"):
        path.unlink()


LINES = st.sampled_from(["line", "two words many", "three of many words", "none", "bad", ""])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    files=st.lists(st.lists(LINES, max_size=12), min_size=1, max_size=3),
    count=st.integers(2, 5),
    on_error=st.sampled_from(["skip", "quarantine"]),
    table=st.booleans(),
    limit=st.none() | st.integers(0, 12),
)
def test_merged_shards_are_the_whole(
    files: list[list[str]], count: int, on_error: OnError, limit: int | None, *, table: bool
) -> None:
    remove_all()
    paths = [Path(f"in{number}.txt") for number in range(len(files))]
    for path, lines in zip(paths, files, strict=True):
        path.write_text("".join(f"{line}\n" for line in lines))
    writer = WriteTSV(fields=("id", "shout")) if table else WriteJSONLines()

    def run(shard: Shard) -> Feed:
        return feed_of(*paths, shard=shard, limit=limit)

    names = write_shards(run, count, on_error=on_error, writer=writer)
    merged = merge_shards(names, "out")
    run_into(Path("whole.out"), run(WHOLE), on_error=on_error, writer=writer)
    check_equal("out", "whole.out")
    assert merged.progress == read_journal(Path("whole.out.journal")).last.progress
    assert merged.changed == []


def check_equal(merged: str, whole: str) -> None:
    assert verify(merged).damages == ()
    for suffix in ("", ".quarantine.jsonl"):
        one, other = Path(f"{merged}{suffix}"), Path(f"{whole}{suffix}")
        assert one.exists() == other.exists()
        assert not one.exists() or one.read_bytes() == other.read_bytes()


def test_shards_that_were_resumed() -> None:
    Path("in.txt").write_text("".join(f"line {n}{' bad' * (n % 7 == 3)}\n" for n in range(60)))
    stop = Stop()

    def watch(event: Any) -> None:
        if isinstance(event, BatchFinished):
            stop.ask(15)

    first = feed_of("in.txt", shard=Shard(1, 2))
    assert run_into(Path("out1"), first, on_error="quarantine", stop=stop, watches=[watch]).records < 30
    run_into(Path("out1"), first, on_error="quarantine", earlier="resume")
    run_into(Path("out2"), feed_of("in.txt", shard=Shard(2, 2)), on_error="quarantine")
    merge_shards(["out1", "out2"], "out")
    run_into(Path("whole.out"), feed_of("in.txt"), on_error="quarantine")
    check_equal("out", "whole.out")
    assert len(verify("out").journal.blocks) > 4


def test_a_merged_output_is_complete_for_the_run_without_shards() -> None:
    Path("in.txt").write_text("first\nsecond\n")
    merge_shards(write_shards(lambda shard: feed_of("in.txt", shard=shard), 2), "out")
    facts = read_journal(Path("out.journal")).run
    assert facts is not None
    assert facts["settings"] == {"--shard": "1/1"}


@pytest.mark.parametrize("single", [False, True])
def test_a_source_that_breaks_off_is_one_failure(*, single: bool) -> None:
    def reading(source: Source) -> Iterator[Record | RecordError]:
        for number in range(1, 2 if single else 12):
            if source.name == "b" and (number == 5 or single):
                raise InputError("torn off", "mend it")
            yield Record(f"{source.name}:{number}", f"{source.name}{number}", source.name, number)

    def run(shard: Shard) -> Feed:
        return Feed(reading, sources("a", "b", "c"), "made", single=single, shard=shard)

    merge_shards(write_shards(run, 3, on_error="quarantine"), "out")
    run_into(Path("whole.out"), run(WHOLE), on_error="quarantine")
    check_equal("out", "whole.out")
    assert len(Path("out.quarantine.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize("bad", [1, 4])
def test_records_in_pieces(bad: int) -> None:
    def reading(source: Source) -> Iterator[Record | RecordError]:
        for number in range(1, 9):
            for piece in range(3):
                text = "bad" if number == bad and piece == 1 else f"{source.name}{number}{piece}"
                yield Record(f"{source.name}:{number}", text, source.name, number, last=piece == 2)

    def run(shard: Shard) -> Feed:
        return Feed(reading, sources("a", "b"), "made", shard=shard)

    merge_shards(write_shards(run, 3, on_error="quarantine", writer=WriteTSV(fields=("id", "shout"))), "out")
    run_into(Path("whole.out"), run(WHOLE), on_error="quarantine", writer=WriteTSV(fields=("id", "shout")))
    check_equal("out", "whole.out")


def test_folders_with_a_file_for_each_record() -> None:
    Path("in.txt").write_text("first\nsecond\nbad\nthird\n")
    for name in ("out1", "out2", "whole.out"):
        Path(name).mkdir()
    names = write_shards(lambda shard: feed_of("in.txt", shard=shard), 2, on_error="quarantine", writer=Separate())
    with pytest.raises(OutputError, match=r"^nowhere/out: folder 'nowhere' does not exist \(create it\)$"):
        merge_shards(names, "nowhere/out")
    merge_shards(names, "out")
    run_into(Path("whole.out"), feed_of("in.txt"), on_error="quarantine", writer=Separate())
    assert verify("out").damages == ()
    written = {path.name: path.read_bytes() for path in Path("out").iterdir() if path.suffix != ".journal"}
    assert written == {
        path.name: path.read_bytes() for path in Path("whole.out").iterdir() if path.suffix != ".journal"
    }
    assert len(written) == 4  # with the list
    with pytest.raises(UsageError, match="out: holds the results of an earlier run"):
        merge_shards(names, "out")
    merge_shards(names, "out", overwrite=True)
    assert verify("out").damages == ()
    Path("out/.manifest.jsonl").unlink()
    with pytest.raises(OutputError) as caught:
        merge_shards(names, "out")
    assert str(caught.value) == (
        "out/in.txt_1.json: is there already (add --overwrite to replace it, or name another folder)"
    ).replace("/", str(Path("/")))


@pytest.mark.parametrize("writer", [WriteJSONLines(), WriteTSV(fields=("id", "shout"))], ids=lambda one: one.name)
def test_compressed_shards(writer: Writer) -> None:
    Path("in.txt").write_text("".join(f"line {n}{' bad' * (n % 7 == 3)}\n" for n in range(30)))
    names = [f"part-{number}.t.gz" for number in (1, 2)]
    for number, name in enumerate(names, 1):
        run_into(Path(name), feed_of("in.txt", shard=Shard(number, 2)), on_error="quarantine", writer=writer)
    run_into(Path("whole.t"), feed_of("in.txt"), on_error="quarantine", writer=writer)
    merge_shards(names, "out.t")
    check_equal("out.t", "whole.t")
    merge_shards(names, "out.t.gz")
    assert verify("out.t.gz").damages == ()
    assert gzip.decompress(Path("out.t.gz").read_bytes()) == Path("whole.t").read_bytes()


def test_compressed_shards_without_results() -> None:
    Path("in.txt").write_text("none\nnone\n")
    names = [f"part-{number}.t.gz" for number in (1, 2)]
    for number, name in enumerate(names, 1):
        run_into(Path(name), feed_of("in.txt", shard=Shard(number, 2)), writer=WriteTSV(fields=("id",)))
    merge_shards(names, "out.t")
    assert Path("out.t").read_text() == "id\n"


def test_what_is_made_of_all_results_at_once_is_not_merged() -> None:
    class Assembled(WriteJSONLines):
        """Upside down."""

        assembled: ClassVar[bool] = True

        def assemble(self, encoded: BinaryIO, file: BinaryIO) -> None:
            file.write(b"".join(reversed(encoded.readlines())))

    Path("in.txt").write_text("first\nsecond\n")
    feed = feed_of("in.txt", shard=Shard(1, 2))
    run_into(Path("part.upside"), feed, writer=Assembled())
    assert refusal(["part.upside"]) == (
        UsageError,
        "part.upside: a file that ends in '.upside' is made of all its results at once, and is not merged "
        "(run the shards into files of lines, such as .jsonl or .csv.gz)",
    )


@pytest.fixture
def shards() -> list[str]:
    """The outputs of three shards, the last one first."""
    Path("in.txt").write_text("".join(f"line {n}{' bad' * (n % 7 == 3)}\n" for n in range(30)))
    return write_shards(lambda shard: feed_of("in.txt", shard=shard), 3, on_error="quarantine")


def refusal(outputs: list[str], out: str = "out") -> tuple[type[SeqpipeError], str]:
    with pytest.raises(SeqpipeError) as caught:
        merge_shards(outputs, out)
    assert not Path("out").exists()
    assert not Path("out.part").exists()
    return type(caught.value), str(caught.value)


def test_shards_that_are_missing_or_doubled_are_named(shards: list[str]) -> None:
    assert refusal(shards[:2]) == (
        UsageError,
        "shard 1/3 of the run is not among them (add what was run with --shard 1/3)",
    )
    assert refusal(shards[:1]) == (
        UsageError,
        "shards 1/3, 2/3 of the run are not among them (add what was run with --shard 1/3)",
    )
    assert refusal([*shards, "out2"]) == (UsageError, "out2: is shard 2/3, as out2 is (name each shard once)")
    for suffix in ("", ".journal"):
        Path(f"again{suffix}").write_bytes(Path(f"out2{suffix}").read_bytes())
    assert refusal([*shards, "again"])[1] == "again: is shard 2/3, as out2 is (name each shard once)"


def test_each_damage_is_named_before_anything_is_written(shards: list[str]) -> None:
    content = bytearray(Path("out2").read_bytes())
    content[5] ^= 1
    Path("out2").write_bytes(content)
    Path("out1").write_bytes(Path("out1").read_bytes()[:-1])
    kind, lines = refusal([*shards, "out4"])
    assert issubclass(kind, SeqpipeError)
    assert [line.partition(" (records")[0] for line in lines.splitlines()] == [
        "out2: block 1 of 3",
        "out1: block 3 of 3",
        "out4: no such output (check the path)",
    ]
    assert lines.splitlines()[0].endswith("is damaged (restore it, or run this shard again)")


def test_a_glob_may_match_journals_and_quarantines_too(shards: list[str]) -> None:
    names = sorted(path.name for path in Path().glob("out*"))
    assert {"out1.journal", "out1.quarantine.jsonl"} < {*names}
    assert merge_shards(names, "out").shards == len(shards)


def test_what_is_not_complete_or_no_shard(shards: list[str]) -> None:
    run_into(Path("whole.out"), feed_of("in.txt"), on_error="quarantine")
    assert refusal([*shards, "whole.out"])[1] == (
        "whole.out: has all records of its run (merge what was run with --shard)"
    )
    run_into(Path("other.out"), feed_of("in.txt", shard=Shard(1, 2)), on_error="quarantine")
    assert refusal([*shards, "other.out"])[1] == (
        "other.out: is shard 1/2, and out3 is 3/3 (merge the shards of one run)"
    )
    stop = Stop()
    stop.ask(15)
    Path("open.out.part").mkdir()
    assert refusal([*shards, "open.out"]) == (
        InputError,
        "open.out: its run is not complete (resume it: run it again with --resume)",
    )


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"model": "other"}, "the model has changed"),
        ({"contents": "other"}, "its inputs are others"),
        ({"settings": {"--shard": "2/3", "--on-error": "skip"}}, "--on-error is skip, and was not given"),
    ],
)
def test_shards_of_other_runs(shards: list[str], facts: dict[str, Any], reason: str) -> None:
    feed = feed_of("in.txt", shard=Shard(2, 3))
    run_into(Path("out2"), feed, on_error="quarantine", earlier="overwrite", facts=facts)
    assert refusal(shards) == (
        UsageError,
        f"out2: of another run than out3: {reason} (run this shard again, as the others were)",
    )


def test_records_that_no_shard_has(shards: list[str]) -> None:
    feed = feed_of("in.txt", shard=Shard(2, 3), limit=20)
    run_into(Path("out2"), feed, on_error="quarantine", earlier="overwrite")
    what = "27 of the 30 records of the input are in the shards"
    assert refusal(shards) == (InputError, f"out1: {what} (run the shards again, all on the same input)")


def test_tables_whose_columns_follow_from_other_records() -> None:
    Path("in.txt").write_text("first\nmany words\n")

    def run(shard: Shard) -> Feed:
        return feed_of("in.txt", shard=shard)

    class Columns(WriteTSV):
        """The columns of the record."""

        def begin(self, first: Record | None) -> tuple[bytes, Any]:
            return b"", [first.id] if first else []

        def encode(self, record: Record, layout: Any = None) -> bytes:
            return b"x\n"

    assert refusal(write_shards(run, 2, writer=Columns()))[1] == (
        "out1: its first record has other fields than that of out2 "
        "(name the fields in the writer, such as `fields: [id, label]`, and run all shards again)"
    )


def test_a_quarantine_that_was_changed_is_named_and_none_is_merged(shards: list[str]) -> None:
    path = Path("out2.quarantine.jsonl")
    path.write_text(path.read_text().replace("bad", "good"))
    merged = merge_shards(shards, "out")
    assert merged.changed == ["out2.quarantine.jsonl"]
    assert merged.progress.failed == 4
    assert not Path("out.quarantine.jsonl").exists()
    path.unlink()
    assert merge_shards(shards, "out", overwrite=True).changed == ["out2.quarantine.jsonl"]
    assert verify("out").damages == ()


def test_what_is_there_is_not_replaced_unasked(shards: list[str]) -> None:
    Path("out").write_text("mine")
    with pytest.raises(UsageError, match=r"^out: is there already \(add --overwrite"):
        merge_shards(shards, "out")
    assert Path("out").read_text() == "mine"
    with pytest.raises(UsageError, match=r"^out3: is one of the shards \(write to another place\)$"):
        merge_shards(shards, "out3", overwrite=True)
    merge_shards(shards, "out", overwrite=True)
    assert verify("out").damages == ()
    with pytest.raises(UsageError) as caught:
        merge_shards(shards, "out.tsv.gz")
    assert str(caught.value) == (
        "out.tsv.gz: ends in '.tsv', and the shards in 'nothing' (merge into a file of the same form)"
    )


def test_a_merge_that_was_killed_is_begun_again(shards: list[str]) -> None:
    part = PartialOutput(OutputPaths.of("out"))
    with closing(part.begin(open_shards(shards)[0].whole_run, quarantine=True)) as blocks:
        blocks.output.append(b"something")
        blocks.reached(RunProgress(1, 1, 1, 1, 0, 1))
        blocks.end_block()
    part.close()
    assert Path("out.part/output").read_bytes() == b"something"
    merge_shards(shards, "out")
    run_into(Path("whole.out"), feed_of("in.txt"), on_error="quarantine")
    check_equal("out", "whole.out")


def test_a_part_of_another_run_is_not_replaced_unasked(shards: list[str]) -> None:
    stop = Stop()

    def watch(event: Any) -> None:
        if isinstance(event, BatchFinished):
            stop.ask(15)

    Path("other.txt").write_text("line\n" * 30)
    run_into(Path("out"), feed_of("other.txt"), facts={"model": "other"}, stop=stop, watches=[watch])
    with pytest.raises(
        UsageError, match=r"^out: an earlier run ended after \d+ records \(add --overwrite to replace it"
    ):
        merge_shards(shards, "out")
    assert Path("out.part/journal").exists()
    merge_shards(shards, "out", overwrite=True)
    assert verify("out").damages == ()

"""Outputs that a later run can resume."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seqpipe.builtin.separated_values import WriteTSV
from seqpipe.builtin.writers import WriteJSONLines
from seqpipe.compression import COMPRESSIONS, Compression
from seqpipe.contracts import Writer
from seqpipe.data import Record
from seqpipe.data.source import Source
from seqpipe.engine.journaled_output import Earlier, FolderOutput
from seqpipe.engine.stop import Stop
from seqpipe.errors import OutputError, RecordError, UsageError, origin_of
from seqpipe.hookspecs import BatchFinished
from seqpipe.journal import OutputPaths, RunProgress, block_writer, partial_output, verify
from tests.stub_pipeline import feed_of, feed_records, journaled, run_into
from tests.stub_systems import keep_open_files

OUT = Path("out")
PART = Path("out.part")
JOURNAL = Path("out.journal")
BAD = Path("out.quarantine.jsonl")
LINES = [f"line {n}" + (" bad" if n % 7 == 3 else " many words" if n % 5 == 0 else "") for n in range(60)]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(block_writer, "SHORTEST", 0.0)
    monkeypatch.setattr(block_writer, "SHORTEST_COMPRESSED", 0.0)
    monkeypatch.setattr(block_writer, "SHARE", 0.0)
    monkeypatch.setattr(sys.modules["seqpipe.engine.portions"], "RECORDS", 4)  # in a block
    Path("in.txt").write_text("".join(f"{line}\n" for line in LINES))


def stop_after(records: int) -> dict[str, Any]:
    stop, done = Stop(), 0

    def watch(event: Any) -> None:
        nonlocal done
        if isinstance(event, BatchFinished):
            done += event.records
            if done >= records:
                stop.ask(15)

    return {"stop": stop, "watches": [watch]}


def remove_all() -> None:
    shutil.rmtree(PART, ignore_errors=True)
    for path in (OUT, JOURNAL, BAD):
        path.unlink(missing_ok=True)


def write_whole(writer: Writer) -> tuple[bytes, bytes]:
    run_into(OUT, feed_of("in.txt"), on_error="quarantine", writer=writer)
    content = OUT.read_bytes(), BAD.read_bytes()
    remove_all()
    return content


@pytest.mark.parametrize("writer", [WriteJSONLines(), WriteTSV()])
@pytest.mark.parametrize("done", [1, 20, 59])
def test_a_run_that_was_stopped_goes_on(writer: Writer, done: int) -> None:
    whole = write_whole(writer)
    first = run_into(OUT, feed_of("in.txt"), on_error="quarantine", writer=writer, **stop_after(done))
    assert not OUT.exists()
    second = run_into(OUT, feed_of("in.txt"), on_error="quarantine", writer=writer, earlier="resume")
    assert (OUT.read_bytes(), BAD.read_bytes()) == whole
    assert first.records + second.records == len(LINES)
    assert second.resumed.records == first.records
    assert not PART.exists()
    assert verify(OUT).damages == ()


@pytest.mark.parametrize("form", COMPRESSIONS, ids=lambda form: form.suffix)
@pytest.mark.parametrize("done", [1, 20, 59])
def test_a_compressed_run_that_was_stopped_goes_on(form: Compression, done: int) -> None:
    whole, bad = write_whole(WriteTSV())
    out = Path(f"out.tsv{form.suffix}")
    run_into(out, feed_of("in.txt"), on_error="quarantine", writer=WriteTSV(), **stop_after(done))
    run_into(out, feed_of("in.txt"), on_error="quarantine", writer=WriteTSV(), earlier="resume")
    with Source(str(out)).open() as file:
        assert file.read() == whole
    assert out.with_name(f"{out.name}.quarantine.jsonl").read_bytes() == bad
    assert verify(out).damages == ()
    content = bytearray(out.read_bytes())
    content[len(content) // 2] ^= 1
    out.write_bytes(content)
    assert len(verify(out).damages) == 1


@pytest.mark.parametrize("form", COMPRESSIONS, ids=lambda form: form.suffix)
def test_the_part_of_a_compressed_run_can_be_read(form: Compression) -> None:
    run_into(f"out{form.suffix}", feed_of("in.txt"), on_error="skip", **stop_after(20))
    part = Path(f"out{form.suffix}.part/output").rename(f"part{form.suffix}")
    with Source(str(part)).open() as file:
        assert json.loads(file.readline()) == {"id": "in.txt:1", "text": LINES[0], "shout": "LINE"}
        assert len(file.readlines()) >= 16


@pytest.mark.parametrize("form", COMPRESSIONS, ids=lambda form: form.suffix)
@pytest.mark.parametrize("lines", ["", "none\n", "none\nbad\n"])
def test_a_compressed_run_without_results_is_a_compressed_file(form: Compression, lines: str) -> None:
    Path("none.txt").write_text(lines)
    out = Path(f"out{form.suffix}")
    run_into(out, feed_of("none.txt"), on_error="skip", writer=WriteTSV(fields=("id",)))
    assert out.read_bytes()
    with Source(str(out)).open() as file:
        assert file.read() == b"id\n"
    run_into(out, feed_of("none.txt"), on_error="skip", earlier="overwrite")
    assert out.read_bytes()
    with Source(str(out)).open() as file:
        assert file.read() == b""


def test_a_record_that_fails_in_pieces_leaves_nothing_in_a_compressed_file() -> None:
    pieces = [
        Record("r", text, "in.txt", position=1, last=last)
        for text, last in (("good", False), ("bad", False), ("rest", True))
    ]
    feed = feed_records(lambda: iter([*pieces, Record("s", "good", "in.txt", 2)]))
    run_into("out.gz", feed, on_error="skip")
    assert gzip.decompress(Path("out.gz").read_bytes()) == b'{"id": "s", "shout": "GOOD"}\n'


class Backwards(WriteJSONLines):
    """Writes the last result first, so its file is made when all are there."""

    name: ClassVar[str] = "stub.backwards"
    assembled: ClassVar[bool] = True

    def assemble(self, encoded: BinaryIO, file: BinaryIO) -> None:
        file.writelines(reversed(encoded.readlines()))


class Broken(Backwards):
    """Fails when its file is made."""

    def assemble(self, encoded: BinaryIO, file: BinaryIO) -> None:
        file.write(b"half of it")
        raise ZeroDivisionError


@pytest.mark.parametrize("done", [1, 20, 59])
def test_a_file_that_is_made_at_the_end_is_that_of_a_whole_run(done: int) -> None:
    lines, bad = write_whole(WriteJSONLines())
    first = run_into(OUT, feed_of("in.txt"), on_error="quarantine", writer=Backwards(), **stop_after(done))
    assert {path.name for path in PART.iterdir()} == {"output", "quarantine", "journal", "lock"}
    second = run_into(OUT, feed_of("in.txt"), on_error="quarantine", writer=Backwards(), earlier="resume")
    assert OUT.read_bytes() == b"".join(reversed(lines.splitlines(keepends=True)))
    assert BAD.read_bytes() == bad
    assert first.records + second.records == len(LINES)
    assert not PART.exists()
    assert verify(OUT).damages == ()
    assert verify(OUT).journal.size == OUT.stat().st_size
    assert isinstance(journaled(OUT, earlier="resume", writer=Backwards(), quarantine=True), RunProgress)


@pytest.mark.parametrize(
    ("content", "damage"),
    [
        (lambda whole: whole[:-1] + b"x", "the file is damaged"),
        (lambda whole: whole + b"x", "the file has 5,052 bytes, and had 5,051"),
    ],
)
def test_damage_of_a_file_that_is_made_at_the_end_is_seen(content: Callable[[bytes], bytes], damage: str) -> None:
    run_into(OUT, feed_of("in.txt"), on_error="skip", writer=Backwards())
    OUT.write_bytes(content(OUT.read_bytes()))
    (found,) = verify(OUT).damages
    assert found.startswith(damage)


def test_a_file_that_could_not_be_made_is_made_later() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run_into(OUT, feed_of("in.txt"), on_error="skip", writer=Broken())
    assert origin_of(caught.value).stage == "stub.backwards"
    assert not OUT.exists()
    again = run_into(OUT, feed_of("in.txt"), on_error="skip", writer=Backwards(), earlier="resume")
    assert (again.records, again.resumed.records) == (0, len(LINES))
    assert OUT.read_bytes().startswith(b'{"id": "in.txt:59"')
    assert not PART.exists()


def test_a_file_that_was_made_but_not_named_is_named() -> None:
    run_into(OUT, feed_of("in.txt"), on_error="skip", writer=Backwards())
    whole, journal = OUT.read_bytes(), JOURNAL.read_bytes()
    for left in (("assembled", "output", "journal"), ("output", "journal"), ("journal",)):
        PART.mkdir()
        contents = {"assembled": whole, "output": b"lines", "journal": journal}
        for name in left:
            (PART / name).write_bytes(contents[name])
        OUT.unlink() if "assembled" in left else None
        JOURNAL.unlink()
        assert isinstance(journaled(OUT, earlier="resume", writer=Backwards()), RunProgress)
        assert (OUT.read_bytes(), JOURNAL.read_bytes()) == (whole, journal)
        assert not PART.exists()


def test_what_is_left_of_another_form_is_dropped() -> None:
    with pytest.raises(ZeroDivisionError):
        run_into(OUT, feed_of("in.txt"), on_error="skip", writer=Broken())
    run_into(OUT, feed_of("in.txt"), on_error="skip", earlier="overwrite")
    assert not PART.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_after_any_truncation_it_goes_on(data: st.DataObject) -> None:
    saved = Path("saved")
    if not saved.exists():
        whole = write_whole(WriteTSV())
        run_into(OUT, feed_of("in.txt"), on_error="quarantine", writer=WriteTSV(), **stop_after(40))
        shutil.move(PART, saved)
        Path("whole").write_bytes(whole[0])
        Path("whole.bad").write_bytes(whole[1])
        block_writer.SHORTEST = 60.0  # fewer blocks from here on, which is faster
    remove_all()
    shutil.copytree(saved, PART)
    for path in sorted(PART.iterdir()):
        cut = data.draw(st.integers(0, path.stat().st_size), label=path.name)
        tail = data.draw(st.sampled_from([b"", b"garbage", b'{"block"\n']), label="tail")
        path.write_bytes(path.read_bytes()[:cut] + tail)
    run_into(OUT, feed_of("in.txt"), on_error="quarantine", writer=WriteTSV(), earlier="resume")
    assert OUT.read_bytes() == Path("whole").read_bytes()
    assert BAD.read_bytes() == Path("whole.bad").read_bytes()
    assert verify(OUT).damages == ()
    assert not PART.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_after_any_damage_it_goes_on_with_what_is_whole(data: st.DataObject) -> None:
    if not Path("whole").exists():
        Path("whole").write_bytes(write_whole(WriteJSONLines())[0])
        run_into(OUT, feed_of("in.txt"), on_error="quarantine", **stop_after(40))
        shutil.move(PART, "saved")
        block_writer.SHORTEST = 60.0
    remove_all()
    shutil.copytree("saved", PART)
    path = PART / data.draw(st.sampled_from(["output", "journal", "quarantine"]))
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    run_into(OUT, feed_of("in.txt"), on_error="quarantine", earlier="resume")
    assert OUT.read_bytes() == Path("whole").read_bytes()


def test_a_new_run_does_not_throw_an_unfinished_one_away() -> None:
    done = run_into(OUT, feed_of("in.txt"), on_error="skip", **stop_after(20)).records
    with pytest.raises(UsageError) as caught:
        run_into(OUT, feed_of("in.txt"), on_error="skip")
    assert str(caught.value) == (
        f"out: an earlier run ended after {done} records (add --resume to continue, or --overwrite to begin again)"
    )
    assert (PART / "output").exists()


def test_a_new_run_replaces_what_is_there_only_if_it_is_asked_to() -> None:
    first = run_into(OUT, feed_of("in.txt"), on_error="skip")
    before = OUT.read_bytes()
    Path("other.txt").write_text("other\n")
    for leftover in (False, True):  # a run that was killed before its first block leaves a folder
        if leftover:
            PART.mkdir()
            (PART / "journal").touch()
        with pytest.raises(UsageError, match=r"^out: is there already \(add --overwrite to replace it, or write else"):
            journaled(OUT)
        assert OUT.read_bytes() == before
    assert run_into(OUT, feed_of("other.txt"), earlier="overwrite").records == 1 != first.records
    assert OUT.read_text().count("\n") == 1
    assert verify(OUT).damages == ()


def test_an_unfinished_run_is_begun_again_if_that_is_asked_for() -> None:
    run_into(OUT, feed_of("in.txt"), on_error="skip", **stop_after(20))
    summary = run_into(OUT, feed_of("in.txt"), on_error="skip", earlier="overwrite")
    assert (summary.resumed.records, summary.records) == (0, len(LINES))


def test_a_folder_keeps_the_files_that_are_in_it() -> None:
    Path("in.txt").write_text("one\ntwo\n")
    OUT.mkdir()
    (OUT / "in.txt_2.json").write_text("mine")
    with pytest.raises(OutputError, match=r"^out/in.txt_2.json: is there already \(add --overwrite to replace it, or"):
        run_into(OUT, feed_of("in.txt"), writer=Separate())
    assert (OUT / "in.txt_2.json").read_text() == "mine"
    run_into(OUT, feed_of("in.txt"), writer=Separate(), earlier="overwrite")
    assert (OUT / "in.txt_2.json").read_text() != "mine"
    with pytest.raises(UsageError, match=r"^out: holds the results of an earlier run \(add --overwrite to replace"):
        journaled(OUT, writer=Separate())


def test_resuming_begins_where_there_is_nothing_to_resume() -> None:
    run_into(OUT, feed_of("in.txt"), on_error="skip", earlier="resume")
    assert OUT.read_text().count("\n") == sum(1 if "many" not in line else 4 for line in LINES if "bad" not in line)


def test_what_is_complete_is_not_run_again() -> None:
    run_into(OUT, feed_of("in.txt"), on_error="skip")
    before = OUT.stat().st_mtime_ns
    found = journaled(OUT, earlier="resume")
    assert isinstance(found, RunProgress)
    assert found.records == len(LINES)
    assert OUT.stat().st_mtime_ns == before
    assert not PART.exists()
    with pytest.raises(UsageError, match=r"^out: complete, but of another run: the model has changed \(write it ag"):
        journaled(OUT, earlier="resume", facts={"model": "other"})
    OUT.write_bytes(OUT.read_bytes()[:-1])
    with pytest.raises(UsageError, match=r"^out: complete, but changed since \(write it again with --overwrite in"):
        journaled(OUT, earlier="resume")


def test_a_run_that_was_sealed_but_not_named_is_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    run_into(OUT, feed_of("in.txt"), on_error="quarantine")
    whole = {path: path.read_bytes() for path in (OUT, JOURNAL, BAD)}
    for steps in range(3):  # what a death between the renamings leaves
        PART.mkdir()
        for number, (path, name) in enumerate(((BAD, "quarantine"), (OUT, "output"), (JOURNAL, "journal"))):
            path.unlink(missing_ok=True)
            (path if number < steps else PART / name).write_bytes(whole[path])
        found = journaled(OUT, earlier="resume", quarantine=True)
        assert isinstance(found, RunProgress)
        assert {path: path.read_bytes() for path in whole} == whole
        assert not PART.exists()


def test_a_run_is_not_gone_on_with_if_it_is_another_one() -> None:
    done = run_into(OUT, feed_of("in.txt"), on_error="skip", **stop_after(20)).records
    for facts, reason in (
        ({"model": "other"}, "the model has changed"),
        ({"plugins": {"text": "seqpipe-text 0.2.0"}}, "the plugin text is seqpipe-text 0.2.0, and was None"),
        ({"settings": {"--shard": "1/2"}}, "--shard is 1/2, and was not given"),
    ):
        with pytest.raises(UsageError) as caught:
            journaled(OUT, earlier="resume", facts=facts)
        assert str(caught.value) == (
            f"out: an earlier run ended after {done} records, and cannot be resumed: {reason} "
            "(undo that, or begin again with --overwrite in place of --resume)"
        )


def test_two_runs_cannot_write_one_file() -> None:
    with journaled(OUT) as output:  # type: ignore[union-attr]  # nothing is complete
        for earlier in get_args(Earlier):
            with pytest.raises(OutputError) as caught:
                journaled(OUT, earlier=earlier)
            assert str(caught.value) == "out: another run is writing it (wait for its end, or write to another file)"
        output.finish()
    run_into(OUT, feed_of("in.txt"), on_error="skip", earlier="overwrite")


def test_a_run_that_fails_at_once_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(block_writer, "SHORTEST", 60.0)
    with pytest.raises(RecordError):
        run_into(OUT, feed_of("in.txt"))
    assert sorted(path.name for path in Path().iterdir()) == ["in.txt"]


def test_a_run_that_fails_later_keeps_what_it_has_done() -> None:
    Path("in.txt").write_text("fine\n" * 30 + "bad\n" + "fine\n" * 30)
    with pytest.raises(RecordError):
        run_into(OUT, feed_of("in.txt"))
    summary = run_into(OUT, feed_of("in.txt"), on_error="quarantine", earlier="resume")
    assert (summary.resumed.records, summary.records, summary.failed) == (30, 31, 1)
    assert OUT.read_text().count("\n") == 60
    assert BAD.read_text().count("\n") == 1


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir])
def test_what_cannot_be_written_to(make: Callable[[Path], None]) -> None:
    make(Path("x"))
    out = Path("x/out") if Path("x").is_file() else Path("missing/out")
    with pytest.raises(OutputError, match=r"^(x|missing)/out: "):
        journaled(out)


def test_a_replaced_file_hands_on_its_permissions_and_a_link_stays_one() -> None:
    real = Path("real")
    real.write_text("old")
    real.chmod(0o640)
    OUT.symlink_to(real)
    run_into(OUT, feed_of("in.txt"), on_error="skip", earlier="overwrite")
    assert OUT.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert real.read_text() != "old"
    assert verify(OUT).damages == ()
    assert OutputPaths.of_file(OUT).journal.name == "real.journal"


class Separate(WriteJSONLines):
    separate = True
    suffix = ".json"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("[!.]*")}


def test_a_folder_of_files_is_resumed_and_verified() -> None:
    Path("in.txt").write_text("".join(f"line {number}\n" for number in range(30)))
    for name in ("whole", "out"):
        Path(name).mkdir()
    run_into(Path("whole"), feed_of("in.txt"), writer=Separate())
    run_into(OUT, feed_of("in.txt"), writer=Separate(), **stop_after(10))
    first = files(OUT)
    run_into(OUT, feed_of("in.txt"), writer=Separate(), earlier="resume")
    assert files(OUT) == files(Path("whole"))
    assert 10 <= len(first) < 30
    assert verify("out").damages == ()
    (OUT / "in.txt_7.json").write_text("")
    (OUT / "in.txt_9.json").unlink()
    assert verify("out").damages == ("the file 'in.txt_7.json' is damaged", "the file 'in.txt_9.json' is missing")


def test_two_results_of_one_name_are_refused_also_by_a_later_run() -> None:
    Path("in.jsonl").write_text("")
    OUT.mkdir()
    Path("in.txt").write_text("".join(f"line {number}\n" for number in range(8)) + "two words are many\n")
    with pytest.raises(OutputError) as caught:
        run_into(OUT, feed_of("in.txt"), writer=Separate())
    assert str(caught.value) == (
        "out: two results would be written to 'in.txt_9.json' (give the records different ids)"
    )
    entry = json.loads((OUT / ".manifest.jsonl.part/output").read_text().splitlines()[0])
    assert entry["file"] == "in.txt_1.json"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the system does not list open files")
@pytest.mark.parametrize("separate", [False, True])
def test_no_file_is_renamed_or_removed_while_it_is_open(monkeypatch: pytest.MonkeyPatch, *, separate: bool) -> None:
    keep_open_files(monkeypatch)
    monkeypatch.setattr(partial_output, "REMOVABLE", False)
    writer = Separate() if separate else WriteJSONLines()
    if separate:
        OUT.mkdir()
        Path("in.txt").write_text("".join(f"line {number}\n" for number in range(40)))
    run_into(OUT, feed_of("in.txt"), on_error="quarantine", writer=writer, **stop_after(10))
    run_into(OUT, feed_of("in.txt"), on_error="quarantine", writer=writer, earlier="resume")
    assert verify(OUT).damages == ()
    run_into(OUT, feed_of("in.txt"), on_error="skip", writer=writer, earlier="overwrite")
    assert verify(OUT).damages == ()
    assert not list(Path().rglob("*.part"))


def test_names_that_are_one_file_here_are_refused() -> None:
    Path("in.txt").write_text("first\nsecond\n")
    OUT.mkdir()
    (OUT / "in.txt_2.json").symlink_to("IN.TXT_2.json")
    output = journaled(OUT, writer=Separate(), earlier="overwrite")
    assert isinstance(output, FolderOutput)
    with output:
        output.put([Record("IN.TXT_2", {})])
        output.put([Record("in.txt_1", {})])
        with pytest.raises(OutputError) as caught:
            output.put([Record("in.txt_2", {})])
    assert str(caught.value) == (
        "out: two results would be written to 'in.txt_2.json', which is 'IN.TXT_2.json' here "
        "(give the records different ids)"
    )

"""The reader of FASTA and FASTQ: beside dnaio, in stretches, and what it says of files that are bad."""

import gzip
import tracemalloc

import dnaio
import pytest
from hypothesis import given
from hypothesis import strategies as st

import seqpipe
from seqpipe_dna.sequences.sequence_files import ReadSequences

LETTERS = "ACGTUNRYSWKMBDHVacgtnry"
names = st.text("abcXYZ019_.|", min_size=1, max_size=8)
sequences = st.lists(st.tuples(names, st.sampled_from(["", " one", "  two words "]), st.text(LETTERS, min_size=1)))
ends = st.sampled_from(["\n", "\r\n"])


def read(path, **parameters):
    """Return the records of a file, and what is wrong, as text."""
    source = seqpipe.Source(str(path), longest=parameters.pop("longest", None))
    return [
        record if isinstance(record, seqpipe.Record) else str(record).removeprefix(f"{path}:")
        for record in ReadSequences(**parameters).read(source)
    ]


def write(folder, content, name="some.fa"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def in_lines(text, width):
    return [text[begin : begin + width] for begin in range(0, len(text), width)]


def by_dnaio(path):
    with dnaio.open(path) as file:
        return [(record.id, record.comment or "", record.sequence) for record in file]


def by_seqpipe(path):
    return [(record.id, record.columns["description"], record.payload) for record in read(path)]


@given(sequences, st.integers(1, 30), ends, st.booleans())
def test_fasta_is_what_dnaio_reads(tmp_path_factory, records, width, end, packed):
    lines = [line for name, more, letters in records for line in (f">{name}{more}", *in_lines(letters, width))]
    content = "".join(line + end for line in lines).encode()
    path = tmp_path_factory.mktemp("fasta") / ("some.fa.gz" if packed else "some.fa")
    path.write_bytes(gzip.compress(content) if packed else content)
    assert by_seqpipe(path) == [(name, comment.strip(), letters) for name, comment, letters in by_dnaio(path)]


@given(sequences, ends, st.data())
def test_fastq_is_what_dnaio_reads(tmp_path_factory, records, end, data):
    lines = []
    for name, more, letters in records:
        qualities = data.draw(st.text("!>@+IFJ~", min_size=len(letters), max_size=len(letters)))
        lines += [f"@{name}{more}", letters, "+", qualities]
    path = write(tmp_path_factory.mktemp("fastq"), "".join(line + end for line in lines), "some.fq")
    assert by_seqpipe(path) == [(name, comment.strip(), letters) for name, comment, letters in by_dnaio(path)]


def test_reads_may_go_over_several_lines(tmp_path):
    path = write(tmp_path, "@one\nACG\nT\n+one\n@>+\n@\n\n@two\nGG\n+\n@@\n", "some.fq")
    assert [(record.id, record.payload) for record in read(path)] == [("one", "ACGT"), ("two", "GG")]


def test_blanks_empty_lines_and_a_byte_order_mark_do_not_matter(tmp_path):
    path = write(tmp_path, "\ufeff\n\n>one first\r\n\r\nACG TNN\r\n\r\nacg\t\r\n>two\r\nA")
    first, second = read(path)
    assert (first.id, first.payload, first.columns, first.position) == ("one", "ACGTNNacg", {"description": "first"}, 3)
    assert (second.id, second.payload) == ("two", "A")


@given(sequences, st.integers(1, 30), ends, st.integers(1, 40), st.integers(0, 50))
def test_stretches_are_the_whole(tmp_path_factory, records, width, end, stretch, context):
    lines = [line for name, more, letters in records for line in (f">{name}{more}", *in_lines(letters, width))]
    path = write(tmp_path_factory.mktemp("fasta"), "".join(line + end for line in lines))
    cut = read(path, stretch=stretch, context=context)
    for name, _, letters in records:
        for begin in range(0, len(letters), stretch):
            stop = min(begin + stretch, len(letters))
            offset = max(begin - context, 0)
            record = cut.pop(0)
            assert record.stretch == seqpipe.Stretch(name, offset, begin, stop)
            assert record.payload == letters[offset : stop + context]
            assert record.id == f"{name}:{begin + 1}-{stop}"
            assert letters[begin:].startswith(lines[record.position - 1][begin % width :])
    assert not cut


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (">a\nACGT\nACLT\nAC\n>b\nGG\n", "3:3: 'L' is no base: is it a protein? (the codes are"),
        (">a\nACGT\nAC-GT\n>b\nGG\n", "3:3: '-' is no base but a gap (the codes are"),
        (">a\nACGT\n12\n>b\nGG\n", "3:1: '1' is no base (the codes are"),
        (b">a\nAC\xffGT\n>b\nGG\n", "2:3: 0xff is no base (the codes are"),
        (">a\n>b\nGG\n", "1: no letters after 'a' (leave it out)"),
        (">a\nACGTACGTACGT\n>b\nGG\n", "1: 'a' is longer than 10 letters (let the reader cut it (`stretch`), or"),
        ("@a\nACGT\n+\nIII\n@b\nGG\n+\nII\n", "4: 3 qualities for the 4 letters of 'a' (the file may be cut off)"),
        ("@a\nACGT\n+\nIIIII\n@b\nGG\n+\nII\n", "4: 5 qualities for the 4 letters of 'a' (the file may be cut off)"),
        ("@a\nACGT\n@b\nGG\n+\nII\n", "1: the read 'a' has no line with '+' (copy the file again)"),
        ("@a\nACGE\n+\nIIII\n@b\nGG\n+\nII\n", "2:4: 'E' is no base: is it a protein? (the codes are"),
        ("@a\nACG\n+\nI I\n@b\nGG\n+\nII\n", "4: the qualities of 'a' have a sign of none"),
        ("@a\nACGTACGTACGT\n+\nIIIIIIIIIIII\n@b\nGG\n+\nII\n", "1: the read 'a' is longer than 10 letters"),
        ("@c\nGG\n+\nII\nACGT\n@b\nGG\n+\nII\n", "5: a read must begin with '@' (check the lines before)"),
    ],
)
def test_what_is_bad_has_a_line_and_what_follows_is_read(tmp_path, content, said):
    found = read(write(tmp_path, content), longest=10)
    (problem,) = [item for item in found if isinstance(item, str)]
    assert problem.startswith(said)
    assert (found[-1].id, found[-1].payload) == ("b", "GG")


@pytest.mark.parametrize("content", ["ACGT\n>a\nACGT\n", "\nhello\n", b"\x00" * 100, b"\x1f\x8b\x00"])
def test_a_file_without_a_header_is_no_input(tmp_path, content):
    with pytest.raises(seqpipe.InputError, match="neither FASTA nor FASTQ: no '>' or '@'"):
        read(write(tmp_path, content))


def test_an_empty_file_has_no_records(tmp_path):
    assert read(write(tmp_path, "")) == read(write(tmp_path, "\n\n")) == []


def test_a_read_that_is_cut_off(tmp_path):
    whole = "@a\nACGT\n+\nIIII\n@b\nGGGG\n+\nII"
    assert read(write(tmp_path, whole), longest=10)[1] == (
        "8: 2 qualities for the 4 letters of 'b' (the file may be cut off)"
    )
    assert read(write(tmp_path, whole[:22]), longest=10)[1] == (
        "5: the read 'b' has no line with '+' (copy the file again)"
    )


def test_a_packed_file_that_is_cut_off(tmp_path):
    packed = gzip.compress(b"".join(b">s%d\nACGTTGCA\n" % number for number in range(20_000)))
    path = write(tmp_path, packed[: len(packed) // 2], "some.fa.gz")
    read_before = []
    with pytest.raises(seqpipe.InputError, match="not a whole gzip file"):
        read_before.extend(ReadSequences().read(seqpipe.Source(str(path))))
    assert read_before[0].id == "s0"


@pytest.mark.parametrize("start", [b">one\n", b"@one\n"])
def test_a_line_without_an_end_takes_little_memory(tmp_path, start):
    path = tmp_path / "some.fa"
    with path.open("wb") as file:
        file.write(start)
        for _ in range(20):
            file.write(b"ACGT" * (1 << 18))
        file.truncate(1 << 28)  # a hole: bytes of 0
    tracemalloc.start()
    problems = read(path, longest=1 << 20)
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()
    assert len(problems) == 1
    assert "longer than" in problems[0] or "no line with '+'" in problems[0]


def test_stretches_of_a_long_line_take_little_memory(tmp_path):
    path = write(tmp_path, b">one\n" + b"ACGT" * (1 << 22))
    tracemalloc.start()
    bases = 0
    for record in ReadSequences(stretch=1 << 16, context=200).read(seqpipe.Source(str(path))):
        bases += record.stretch.end - record.stretch.begin
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()
    assert bases == 1 << 24


def test_a_letter_that_is_no_base_ends_the_stretches_of_its_sequence(tmp_path):
    path = write(tmp_path, ">a\n" + "ACGTACGTAC\n" * 5 + "AC?T\nACGT\n>b\nGG\n")
    *before, problem, after = read(path, stretch=20)
    assert [record.id for record in before] == ["a:1-20", "a:21-40"]
    assert problem.startswith("7:3: '?' is no base")
    assert after.id == "b:1-2"


def test_a_sequence_from_python(tmp_path):
    assert ReadSequences().record("ACGT", 3).payload == "ACGT"
    with pytest.raises(seqpipe.InputError, match="record 3: a sequence must be a str, not bytes"):
        ReadSequences().record(b"ACGT", 3)


@given(st.text("ACGTacgt", min_size=1, max_size=60), st.integers(1, 9), st.data())
def test_a_region_is_read_with_its_context(tmp_path_factory, letters, width, data):
    lines = [">a", "ACGT", ">b more", *in_lines(letters, width), ">c", "GG"]
    path = write(tmp_path_factory.mktemp("region"), "\n".join(lines))
    first = data.draw(st.integers(1, len(letters)))
    last = data.draw(st.integers(first, len(letters) + 9))
    context, stretch = data.draw(st.integers(0, 12)), data.draw(st.none() | st.integers(1, 20))
    cut = read(path, region=f"b:{first}-{last:,}", context=context, stretch=stretch)
    end = min(last, len(letters))
    begins = range(first - 1, end, stretch or last)
    assert [record.stretch for record in cut] == [
        seqpipe.Stretch("b", max(begin - context, 0), begin, min(begin + (stretch or last), end)) for begin in begins
    ]
    for record in cut:
        offset, stop = record.stretch.offset, min(record.stretch.end + context, len(letters))
        assert record.payload == letters[offset:stop]
        assert record.position == 4 + record.stretch.begin // width


def test_a_whole_sequence_may_be_chosen(tmp_path):
    path = write(tmp_path, ">a\nAC\n>b\nGG\nT\n>c\nXX\n")
    assert [(record.id, record.payload, record.stretch) for record in read(path, region="b")] == [("b", "GGT", None)]


def test_a_region_that_there_is_not_is_said(tmp_path):
    path = write(tmp_path, ">a\nACGT\n>b\nGGT\n")
    source = seqpipe.Source(str(path))
    assert read(path, region="b:4-9") == ["3: 'b' has 3 letters only (correct the reader's `region`)"]
    (problem,) = ReadSequences(region="d").read(source)
    assert str(problem) == f"{path}: no sequence is called 'd' (correct the reader's `region`)"
    with pytest.raises(ValueError, match=r"'b:3-2' has no bases \(write name:first-last, counted from one"):
        ReadSequences(region="b:3-2")

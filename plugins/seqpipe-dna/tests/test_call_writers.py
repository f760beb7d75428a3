"""FASTQ, FASTA, SAM and the summary, read back by pysam (which is htslib) and dnaio."""

import dnaio
import pytest

from seqpipe import Record, RecordError
from seqpipe_dna.calls.fastq_writers import WriteFASTA, WriteFASTQ
from seqpipe_dna.calls.sam_writer import WriteSAM
from seqpipe_dna.calls.summary_writer import WriteSummary


def result(sequence, qualities, **more):
    length = len(sequence)
    return {
        "sequence": sequence,
        "qualities": qualities,
        "length": length,
        "mean_quality": 12.345 if length else None,
        "samples": 1000,
        "samples_per_base": 9.5 if length else None,
        **more,
    }


pysam = pytest.importorskip("pysam")  # not for all systems

RECORDS = (
    Record("5f3a-1", result("ACGT", "!5I~")),
    Record("reads/a b@c.npz:2", result("TTTTTTTTTTTT", "''''''''''''")),
    Record("empty", result("", "")),
    Record("last", result("G", "#")),
)
NAMES = ["5f3a-1", "reads/a_b_c.npz:2", "empty", "last"]


def write(writer, path, records=RECORDS):
    head, layout = writer.begin(records[0])
    path.write_bytes(head + b"".join(writer.encode(record, layout) for record in records))
    return path


@pytest.mark.parametrize("tags", [False, True])
def test_fastq(tmp_path, tags):
    path = write(WriteFASTQ(tags=tags), tmp_path / "calls.fastq")
    with pysam.FastxFile(str(path)) as read_back:
        found = [(read.name, read.sequence or "", read.quality or "") for read in read_back]
    expected = [(n, r.payload["sequence"], r.payload["qualities"]) for n, r in zip(NAMES, RECORDS, strict=True)]
    assert found == expected
    with dnaio.open(path) as read_back:
        assert [(read.id, read.sequence, read.qualities) for read in read_back] == expected
    assert path.read_text().splitlines()[0] == ("@5f3a-1\tqs:f:12.345\tns:i:1000" if tags else "@5f3a-1")


@pytest.mark.parametrize("width", [0, 5, 80])
def test_fasta(tmp_path, width):
    path = write(WriteFASTA(width=width), tmp_path / "calls.fasta")
    with dnaio.open(path) as read_back:
        assert [(read.name, read.sequence) for read in read_back] == [
            (name, record.payload["sequence"]) for name, record in zip(NAMES, RECORDS, strict=True)
        ]
    assert max(map(len, path.read_text().splitlines()[3:5])) <= (width or 12)


def test_sam(tmp_path):
    with_moves = Record("moved", result("AC", "II", stride=5, moves=[1, 0, 1]))
    path = write(WriteSAM(), tmp_path / "calls.sam", [*RECORDS, with_moves])
    with pysam.AlignmentFile(str(path), check_sq=False) as read_back:
        header = read_back.header.to_dict()
        reads = list(read_back.fetch(until_eof=True))
    assert header["HD"]["VN"] == "1.6"
    assert [program["PN"] for program in header["PG"]] == ["seqpipe"]
    assert [read.query_name for read in reads] == [*NAMES, "moved"]
    assert all(read.is_unmapped and read.flag == 4 and read.reference_id == -1 for read in reads)
    assert [read.query_sequence for read in reads] == ["ACGT", "T" * 12, None, "G", "AC"]
    assert reads[0].query_qualities.tolist() == [0, 20, 40, 93]
    assert (reads[0].get_tag("qs"), reads[0].get_tag("ns")) == (pytest.approx(12.345), 1000)
    assert not reads[0].has_tag("mv")
    assert not reads[2].has_tag("qs")
    assert reads[4].get_tag("mv").tolist() == [5, 1, 0, 1]


def test_a_header_is_written_without_a_read(tmp_path):
    head, _ = WriteSAM().begin(None)
    path = tmp_path / "calls.sam"
    path.write_bytes(head)
    with pysam.AlignmentFile(str(path), check_sq=False) as read_back:
        assert list(read_back.fetch(until_eof=True)) == []


def test_the_summary(tmp_path):
    path = write(WriteSummary(), tmp_path / "calls.tsv")
    assert [line.split("\t") for line in path.read_text().splitlines()] == [
        ["id", "length", "mean_quality", "samples", "samples_per_base"],
        ["5f3a-1", "4", "12.345", "1000", "9.5"],
        [NAMES[1], "12", "12.345", "1000", "9.5"],
        ["empty", "0", "", "1000", ""],
        ["last", "1", "12.345", "1000", "9.5"],
    ]


@pytest.mark.parametrize(
    ("payload", "what"),
    [
        ({}, "no bases"),
        ({"sequence": "AC GT", "qualities": "#####"}, "no bases"),
        ({"sequence": "ACGT", "qualities": "###"}, "not one quality for each base"),
        ({"sequence": "ACGT", "qualities": "## #"}, "not one quality for each base"),
        (result("A", "#", mean_quality="high"), "no number for 'mean_quality'"),
        (result("A", "#", samples=0.5), "no number of samples"),
        (result("A", "#", stride=5, moves=[2]), "no move table"),
        (result("A", "#", stride=500, moves=[1]), "no move table"),
    ],
)
def test_what_is_no_called_read_is_not_written(payload, what):
    for writer in (WriteFASTQ(), WriteFASTA(), WriteSAM(), WriteSummary()):
        with pytest.raises(RecordError) as caught:
            writer.encode(Record("r", payload, "reads.npz", 3))
        assert str(caught.value) == f"reads.npz:3: {what} (end the pipeline with `decoder: dna.calls`)"

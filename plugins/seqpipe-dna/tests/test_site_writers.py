"""BED, GFF3 and bedGraph as their specifications have them, beside parsers of others; and the picture of scores."""

import math
import re
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import gffutils.feature
import pytest
from hypothesis import given
from hypothesis import strategies as st

import seqpipe
from seqpipe_dna.sites.bedgraph_writer import WriteBedGraph
from seqpipe_dna.sites.scores_picture import WriteScoresSvg
from seqpipe_dna.sites.site_writers import WriteBED, WriteGFF3

SITE = {"sequence": "chr1", "start": 9, "end": 15, "strand": "-", "label": "promoter", "score": 0.98765}

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
sequences = words.filter(lambda text: text.isprintable() and not any(map(str.isspace, text)))
sites = st.fixed_dictionaries(
    {
        "sequence": sequences,
        "start": st.integers(0, 10**9),
        "end": st.just(10**9 + 7),
        "strand": st.sampled_from("+-"),
        "label": words,
        "score": st.floats(0, 1),
    }
)


def written(writer, *results):
    records = [seqpipe.Record(f"r{number}", result, "some.fa", number) for number, result in enumerate(results, 1)]
    head, layout = writer.begin(records[0] if records else None)
    return (head + b"".join(writer.encode(record, layout) for record in records)).decode()


def test_bed_counts_from_zero():
    assert written(WriteBED(), SITE) == "chr1\t9\t15\tpromoter\t988\t-\n"


def test_gff3_counts_from_one():
    assert written(WriteGFF3(), SITE) == (
        "##gff-version 3\nchr1\tseqpipe\tpromoter\t10\t15\t0.9877\t-\t.\tName=promoter\n"
    )
    line = written(WriteGFF3(type="SO:0000167"), SITE).splitlines()[1]
    assert line.split("\t")[2] == "SO:0000167"


def test_gff3_has_its_version_without_any_site():
    assert written(WriteGFF3()) == "##gff-version 3\n"
    assert written(WriteBED()) == ""


@given(sites)
def test_bed_has_six_columns_of_a_line(site):
    (line,) = written(WriteBED(), site).split("\n")[:-1]
    chrom, start, end, name, score, strand = line.split("\t")
    assert (chrom, int(start), int(end), strand) == tuple(
        site[field] for field in ("sequence", "start", "end", "strand")
    )
    assert name == name.strip() != ""
    assert not any(character.isspace() for character in name)
    assert 0 <= int(score) <= 1000
    assert abs(int(score) - 1000 * site["score"]) <= 0.5


@given(sites)
def test_gff3_is_what_gffutils_reads(site):
    head, line = written(WriteGFF3(), site).split("\n")[:-1]
    assert head == "##gff-version 3"
    feature = gffutils.feature.feature_from_line(line)
    assert (feature.start, feature.end, feature.strand) == (site["start"] + 1, site["end"], site["strand"])
    attributes = dict(part.split("=") for part in line.split("\t")[8].split(";"))
    assert unquote(attributes["Name"]) == site["label"]
    if not re.fullmatch(r'"(.*")?', site["label"], re.DOTALL):  # gffutils takes these for the quotes of GTF
        assert feature.attributes["Name"] == [site["label"]]
    assert float(feature.score) == pytest.approx(site["score"], rel=1e-3)
    assert not feature.seqid.startswith(">")


@pytest.mark.parametrize("wrong", [{"start": -1}, {"score": math.nan}, {"strand": "."}, {"sequence": ""}, {"end": "9"}])
@pytest.mark.parametrize("writer", [WriteBED(), WriteGFF3()])
def test_what_is_no_site_is_said(writer, wrong):
    with pytest.raises(seqpipe.RecordError, match=r"some.fa:1: no site to write \(end with `decoder: dna.sites`\)"):
        written(writer, {**SITE, **wrong})


def scored(forward, reverse, *, start=100, window=5, label="promoter"):
    """Return what `dna.sites` gives of a stretch."""
    return {
        "sequence": "chr1",
        "start": start,
        "end": start + len(forward),
        "window": window,
        "sites": [],
        "scores": {label: {"+": forward, "-": reverse}},
    }


def test_bedgraph_joins_runs_of_equal_scores():
    result = scored([0.1, 0.1, 0.3, None, 0.25], [0.1, 0.0, 0.1, None, 0.9])
    assert written(WriteBedGraph(), result) == (
        'track type=bedGraph name="seqpipe"\nchr1\t102\t104\t0.1\nchr1\t104\t105\t0.3\nchr1\t106\t107\t0.9\n'
    )
    assert written(WriteBedGraph(strand="-", label="promoter"), result).splitlines() == [
        'track type=bedGraph name="promoter"',
        "chr1\t102\t103\t0.1",
        "chr1\t103\t104\t0",
        "chr1\t104\t105\t0.1",
        "chr1\t106\t107\t0.9",
    ]


scores = st.one_of(st.none(), st.floats(0, 1))


@given(st.lists(st.lists(st.tuples(scores, scores), max_size=30), min_size=1, max_size=4), st.integers(1, 9))
def test_bedgraph_has_the_highest_score_of_each_base_once(stretches, window):
    results, expected, start = [], {}, 0
    for stretch in stretches:
        results.append(scored([pair[0] for pair in stretch], [pair[1] for pair in stretch], start=start, window=window))
        for place, pair in enumerate(stretch, start + window // 2):
            known = [score for score in pair if score is not None]
            if known:
                expected[place] = round(max(known), 3)
        start += len(stretch)
    found, before = {}, 0
    for line in written(WriteBedGraph(), *results).splitlines()[1:]:
        chrom, begin, end, value = line.split("\t")
        assert chrom == "chr1"
        assert before <= int(begin) < int(end)
        before = int(end)
        found.update(dict.fromkeys(range(int(begin), before), float(value)))
    assert found == pytest.approx(expected, abs=5e-4)


def test_a_label_without_scores_is_said():
    with pytest.raises(seqpipe.RecordError, match=r"no scores of 'donor' \(the labels are promoter\)"):
        written(WriteBedGraph(label="donor"), scored([0.5], [0.5]))
    with pytest.raises(seqpipe.RecordError, match=r"no scores to write \(set the decoder's `each: record`\)"):
        written(WriteBedGraph(), SITE)


def test_the_picture_shows_the_highest_score_of_a_pixel_and_all_sites():
    forward = [0.0] * 4000
    forward[1234] = 0.75
    result = {**scored(forward, [None] * 4000, start=5000, window=81), "sites": [{**SITE, "start": 6234, "end": 6315}]}
    picture = ET.fromstring(written(WriteScoresSvg(width=500), result))  # noqa: S314 - made here
    namespace = {"s": "http://www.w3.org/2000/svg"}
    areas = [path.get("d") for path in picture.findall("s:path[@fill-opacity]", namespace)]
    assert len(areas) == 1  # the other strand has no windows
    column = 46 + int((1234 + 40.5) * 500 / 4000)
    assert f"V{40 + 90 - 0.75 * 90:.1f}h1" in areas[0]
    assert areas[0].split("V62.5h1")[0].count("h1") == column - 46 - int(40.5 * 500 / 4000)
    (title,) = picture.findall(".//s:title", namespace)
    assert title.text == "promoter 6,235-6,315 -, 0.988"
    shown = [text.text for text in picture.findall("s:text", namespace)]
    assert "chr1, bases 5,001 to 9,000" in shown
    assert "6,000" in shown

"""Sites are found where they are, on both strands, however a sequence is written and cut.

The network is made by hand, so that its scores are known; loops say what is to be found.
"""

import json
import math
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

import seqpipe
from seqpipe_dna.sites.site_windows import SiteWindows, _check
from seqpipe_dna.sites.sites_objective import SitesObjective

MOTIF = "TATAAT"
WINDOW = 8
"""Bases of a window: the motif, and two before it."""

COMPLEMENTS = dict(zip("ACGTN", "TGCAN", strict=True))

STAGES = [
    {"tokenizer": "dna.bases"},
    {"tokenizer": "dna.windows", "length": WINDOW},
    {"encoder": "dna.one_hot"},
    {"core": "core.convolution", "width": 1, "window": len(MOTIF), "look_ahead": 0},
    {"core": "core.rnn", "hidden": 1, "activation": "relu", "output": "last"},
    {"decoder": "dna.sites", "labels": ["other", "box"]},
]


def make_scan(folder, *, stretch=None, context=100, other=()):
    """Write a pipeline that finds the motif at the end of windows, with up to two wrong bases; return its path.

    The convolution counts the right bases at the end of a window, less three; the recurrent layer keeps what it says
    of the last six, with little of what was before.
    """
    weight = np.array([[[base == wanted for wanted in MOTIF] for base in "ACGT"]], np.float32)
    arrays = {
        "3.weight": weight,
        "3.bias": np.array([-3], np.float32),
        "4.rnn.weight_ih_l0": np.array([[1]], np.float32),
        "4.rnn.weight_hh_l0": np.array([[0.25]], np.float32),
        "4.rnn.bias_ih_l0": np.zeros(1, np.float32),
        "4.rnn.bias_hh_l0": np.zeros(1, np.float32),
        "4.output.weight": np.array([[0], [4]], np.float32),
        "4.output.bias": np.array([0, -6], np.float32),
    }
    header = {"format": 1, "name": "box", "stages": STAGES, "learned": [{}] * len(STAGES), "facts": {}}
    save_file(
        {f"weights/{name}": array for name, array in arrays.items()},
        folder / "box.safetensors",
        {"seqpipe": json.dumps(header)},
    )
    read = {"reader": "dna.sequences"} | ({"stretch": stretch, "context": context} if stretch else {})
    path = folder / "box.yaml"
    path.write_text(
        json.dumps({"name": "box", "model": "box.safetensors", "read": read, "stages": STAGES, **dict(other)})
    )
    return path


def probability(window):
    """Return how likely the network says that a window is a site."""
    state = 0.0
    for end in range(1, len(window) + 1):
        seen = window[max(end - len(MOTIF), 0) : end].rjust(len(MOTIF), "-")
        right = sum(0.25 if base == "N" else base == wanted for base, wanted in zip(seen, MOTIF, strict=True))
        state = max(max(right - 3, 0) + 0.25 * state, 0)
    return 1 / (1 + math.exp(6 - 4 * state))


def other_strand(sequence):
    return "".join(COMPLEMENTS[base] for base in reversed(sequence))


def scores_by_loops(sequence):
    """Return the probability of each window that has no N, by strand and first base."""
    scores = {}
    for start in range(len(sequence) - WINDOW + 1):
        window = sequence[start : start + WINDOW].upper().replace("U", "T")
        if "N" not in window:
            scores["+", start] = probability(window)
            scores["-", start] = probability(other_strand(window))
    return scores


def sites_by_loops(sequence, threshold=0.5):
    """Return strand, start and probability of each site: of windows that overlap on a strand the best, the first."""
    scores = {place: score for place, score in scores_by_loops(sequence).items() if score >= threshold}
    found = []
    for (strand, start), score in scores.items():
        near = [
            (other, -begin)
            for (sign, begin), other in scores.items()
            if sign == strand and abs(begin - start) < WINDOW and begin != start
        ]
        if all((score, -start) > rival for rival in near):
            found.append((start, strand, score))
    return sorted(found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("scan")


@pytest.fixture(scope="module")
def scan(folder):
    return seqpipe.load(make_scan(folder, stretch=40, context=20))


def in_lines(text, width):
    return [text[begin : begin + width] for begin in range(0, len(text), width)]


def places(results):
    """Return start, strand and score of each site by the sequence that it is in."""
    found = {}
    for site in results:
        assert site["end"] - site["start"] == WINDOW
        assert site["label"] == "box"
        found.setdefault(site["sequence"], []).append((site["start"], site["strand"], site["score"]))
    return found


def as_expected(sequence):
    return [(start, strand, pytest.approx(score, abs=1e-5)) for start, strand, score in sites_by_loops(sequence)]


boxes = st.sampled_from([MOTIF, other_strand(MOTIF), "TAAAAT", "TATACT", "N", "GC"])
texts = st.lists(st.one_of(boxes, st.text("ACGT", max_size=12)), min_size=1, max_size=25).map("".join)
genomes = st.lists(texts.filter(lambda text: len(text) >= WINDOW), min_size=1, max_size=3)


@given(genomes, st.integers(1, 70), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_sites_are_those_of_loops(folder, scan, genome, width, end, small):
    lines = []
    for number, sequence in enumerate(genome):
        lines += [f">s{number} a description", *in_lines(sequence.lower() if small else sequence, width)]
    path = folder / "genome.fa"
    path.write_bytes("".join(line + end for line in lines).encode())
    found = places(scan.read(path))
    for number, sequence in enumerate(genome):
        assert found.get(f"s{number}", []) == as_expected(sequence)


def test_planted_sites_are_found_at_their_places(folder, scan):
    filler = "GCGGCCGGCC" * 40
    starts = [0, 33, 36, 39, 40, 74, 120, 392]  # at both ends, and across the borders of stretches of 40
    for strand in "+-":
        sequence = filler
        for start in starts:
            box = "GC" + MOTIF if strand == "+" else other_strand("GC" + MOTIF)
            apart = [other for other in starts if other != start and abs(other - start) < WINDOW]
            if not apart:
                sequence = sequence[:start] + box + sequence[start + WINDOW :]
        path = folder / "planted.fa"
        path.write_text("\n".join([">chr", *in_lines(sequence.replace("A", "a"), 7)]))
        found = [(site["start"], site["strand"]) for site in scan.read(path)]
        assert found == [(start, strand) for start in (0, 74, 120, 392)]


@pytest.mark.parametrize("start", range(30, 50))
def test_a_site_at_any_place_around_a_border(folder, scan, start):
    sequence = "GC" * 50
    sequence = sequence[:start] + "GC" + MOTIF + sequence[start + WINDOW :]
    path = folder / "border.fa"
    path.write_text(f">chr\n{sequence}\n")
    assert [(site["start"], site["strand"]) for site in scan.read(path)] == [(start, "+")]


@given(texts.filter(lambda text: len(text) >= WINDOW), st.integers(1, 60), st.integers(1, 12))
def test_sites_do_not_depend_on_stretches(folder, sequence, stretch, apart):
    path = folder / "one.fa"
    path.write_text(f">chr\n{sequence}\n")
    whole, cut = (
        seqpipe.load(make_scan(folder, **of_reader), settings=[f"decoder.apart={apart}"])
        for of_reader in ({}, {"stretch": stretch, "context": WINDOW + apart - 2})
    )
    assert places(cut.read(path)) == places(whole.read(path))


def test_the_scores_of_all_windows(folder):
    sequence = "GC" * 30 + MOTIF + "ACGTNACG" * 9 + other_strand(MOTIF) + "ACG"
    path = folder / "scores.fa"
    path.write_text(f">chr\n{sequence}\n")
    results = list(seqpipe.load(make_scan(folder, stretch=40, context=20), settings=["decoder.each=record"]).read(path))
    assert [(result["start"], result["end"]) for result in results] == [
        (begin, min(begin + 40, len(sequence))) for begin in range(0, len(sequence), 40)
    ]
    expected = scores_by_loops(sequence)
    for strand in "+-":
        found = [score for result in results for score in result["scores"]["box"][strand]]
        assert len(found) == len(sequence)
        for start, score in enumerate(found):
            assert score == pytest.approx(expected.get((strand, start)), abs=1e-6)
    sites = [(site["start"], site["strand"]) for result in results for site in result["sites"]]
    assert sites == [(start, strand) for start, strand, _ in sites_by_loops(sequence)]


def test_runs_of_n_have_no_windows(folder):
    path = folder / "masked.fa"
    path.write_text(">chr\n" + "N" * 500 + "GC" + MOTIF + "n" * 300 + "\n")
    (site,) = seqpipe.load(make_scan(folder)).read(path)
    assert (site["start"], site["strand"]) == (500, "+")
    results = seqpipe.load(make_scan(folder), settings=["decoder.each=record"]).read(path)
    scores = next(iter(results))["scores"]["box"]
    assert sum(score is not None for strand in "+-" for score in scores[strand]) == 2


def test_a_share_of_unknown_bases_may_be_allowed(folder):
    path = folder / "unknown.fa"
    path.write_text(">chr\nGCNATAATGC\n")
    starts = {}
    for share in (0.0, 0.2):
        scan = seqpipe.load(make_scan(folder), settings=[f"stages.1.unknown={share}", "decoder.threshold=0.01"])
        starts[share] = [site["start"] for site in scan.read(path) if site["strand"] == "+"]
    assert starts == {0.0: [], 0.2: [0]}


def test_windows_may_be_further_apart(folder):
    sequence = "GC" * 20 + "GC" + MOTIF + "GC" * 20
    path = folder / "stride.fa"
    path.write_text(f">chr\n{sequence}\n")
    for stride, expected in ((2, [40]), (5, [40]), (3, []), (7, [])):
        for stretch in (None, 17):
            scan = seqpipe.load(make_scan(folder, stretch=stretch, context=30), settings=[f"stages.1.stride={stride}"])
            assert [site["start"] for site in scan.read(path) if site["strand"] == "+"] == expected


def test_too_little_context_is_said(folder):
    path = folder / "context.fa"
    path.write_text(">chr\n" + "GC" * 100 + "\n")
    scan = seqpipe.load(make_scan(folder, stretch=40, context=13))
    said = "13 bases around a stretch are too few for windows of 8 (give the reader `context: 14`)"
    with pytest.raises(seqpipe.RecordError) as caught:
        list(scan.read(path))
    assert said in str(caught.value)


def test_a_sequence_that_is_too_long_to_come_in_one_is_said(folder):
    scan = seqpipe.load(make_scan(folder))
    with pytest.raises(seqpipe.RecordError, match="let the reader cut the sequence: `stretch: 16384`"):
        scan(["ACGT" * 200_000])


def test_a_sequence_from_python(folder):
    scan = seqpipe.load(make_scan(folder))
    assert scan(["ACGTACG"]) == []  # less than a window
    assert scan(["acguGC" + MOTIF]) == [
        {
            "id": "1",
            "sequence": "1",
            "start": 4,
            "end": 12,
            "strand": "+",
            "label": "box",
            "score": pytest.approx(0.9977, abs=1e-3),
        }
    ]


def test_a_scan_that_was_stopped_goes_on_within_a_sequence(tmp_path):
    letters = np.random.default_rng(3).choice(list("ACGT"), 250_000)
    genome = tmp_path / "genome.fa"
    genome.write_text("\n".join([">chr", *in_lines("".join(letters), 80)]))
    scan = make_scan(tmp_path, stretch=1000, context=20)

    def command(output, *options):
        choices = ["--set", "decoder.each=record", "--threads", "1", "-o", tmp_path / output]
        return [sys.executable, "-m", "seqpipe", "run", scan, genome, *choices, *options]

    subprocess.run(command("whole.jsonl"), check=True, stderr=subprocess.DEVNULL)
    process = subprocess.Popen(command("stopped.jsonl"), stderr=subprocess.PIPE)
    part = tmp_path / "stopped.jsonl.part"
    while process.poll() is None and sum(path.stat().st_size for path in part.glob("*")) < 1 << 20:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert not (tmp_path / "stopped.jsonl").exists()
    resumed = subprocess.run(command("stopped.jsonl", "--resume"), check=True, capture_output=True, text=True)
    assert " before)" in resumed.stderr
    assert (tmp_path / "stopped.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_more_windows_than_memory_holds_are_refused():
    windows = SiteWindows(length=80, stride=1)
    with pytest.raises(seqpipe.RecordError, match="1,000,000 bases at once are too many for windows at every 1"):
        _check(seqpipe.Record("a", "ACGT"), 1_000_000, windows)


def test_an_other_label_that_no_record_has_is_refused():
    batch = seqpipe.Batch((seqpipe.Record("a", "ACGT", target="b"),))
    with pytest.raises(seqpipe.RecordError, match="no record has the label 'zz'"):
        SitesObjective(("a", "b"), "zz").targets(batch)

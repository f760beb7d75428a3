"""Metrics of transcripts, against figures worked out by hand."""

import pytest

from seqpipe.data import Record
from seqpipe.metrics import error_rate, exact_match, values

RESULTS = [
    (Record("1", "", target="the cat sat"), [{"text": "the bat sat"}]),
    (Record("2", "", target="a b"), [{"text": "a b"}]),
    (Record("3", "", target="lost"), []),
]


def test_error_rates_sum_edits_and_lengths():
    found = values([error_rate("text", str.split, "wer"), error_rate("text", list, "cer")], RESULTS)
    assert found == {"wer": pytest.approx(2 / 6), "cer": pytest.approx(5 / 18)}


def test_exact_matches():
    assert values([exact_match("text")], RESULTS)["string_accuracy"] == pytest.approx(1 / 3)

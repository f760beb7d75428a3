"""Alignments, against the edit distance."""

from hypothesis import given
from hypothesis import strategies as st

from seqpipe.metrics import edit_distance
from seqpipe.metrics.edits import Edit, edits

WORDS = st.lists(st.sampled_from("abc"), max_size=9)


@given(WORDS, WORDS)
def test_an_alignment_has_both_sequences_and_the_fewest_edits(true, given_):
    columns = edits(true, given_)
    assert [column.true for column in columns if column.true is not None] == true
    assert [column.given for column in columns if column.given is not None] == given_
    assert sum(column.true != column.given for column in columns) == edit_distance(true, given_)


def test_items_are_replaced_rather_than_deleted_and_inserted():
    assert edits("cat", "cut") == [Edit("c", "c"), Edit("a", "u"), Edit("t", "t")]
    assert edits(["one", "two"], ["two", "four"]) == [Edit("one", "two"), Edit("two", "four")]
    assert edits("", "") == []

"""Schemes of tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe_text.names.tag_schemes import Entity, TagError, entities_of, recognised, tags_of

SCHEMES = ("iob1", "iob2", "iobes", "bilou")
TWO = [Entity("PER", 0, 2), Entity("PER", 2, 3)]
WRITTEN = {
    "iob1": "I-PER I-PER B-PER O I-LOC",
    "iob2": "B-PER I-PER B-PER O B-LOC",
    "iobes": "B-PER E-PER S-PER O S-LOC",
    "bilou": "B-PER L-PER U-PER O U-LOC",
}


@st.composite
def entities(draw):
    """Return entities that do not overlap, and how many tokens there are."""
    lengths = draw(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from(["A", "B-C"])), max_size=6))
    found, place = [], 0
    for gap, length, kind in lengths:
        found.append(Entity(kind, place + gap, place + gap + length))
        place += gap + length
    return found, place + draw(st.integers(0, 2))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_how_schemes_are_written(scheme):
    both = [*TWO, Entity("LOC", 4, 5)]
    assert tags_of(both, 5, scheme) == WRITTEN[scheme].split()
    assert entities_of(WRITTEN[scheme].split(), scheme) == both


@pytest.mark.parametrize("scheme", SCHEMES)
@given(entities())
def test_entities_come_back(scheme, given_entities):
    expected, length = given_entities
    tags = tags_of(expected, length, scheme)
    assert len(tags) == length
    assert entities_of(tags, scheme) == expected


@pytest.mark.parametrize("scheme", SCHEMES)
@given(st.lists(entities(), min_size=1, max_size=4))
def test_what_is_recognised_reads_the_same_entities(scheme, sentences):
    tagged = [tags_of(expected, length, scheme) for expected, length in sentences]
    found = recognised(tagged)
    assert [entities_of(tags, found) for tags in tagged] == [expected for expected, _ in sentences]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_schemes_are_recognised(scheme):
    assert recognised([["O"], WRITTEN[scheme].split(), []]) == scheme


def test_a_few_wrong_tags_do_not_change_what_is_recognised():
    right = [["B-PER", "I-PER", "O", "B-LOC"]] * 5
    assert recognised([*right, ["I-PER", "O"], ["X-PER"]]) == "iob2"
    assert recognised([["I-PER", "B-PER"]] * 5 + [["O", "B-PER"]]) == "iob1"


def test_without_entities_it_is_the_usual_scheme():
    assert recognised([]) == recognised([["O", "O"]]) == "iob2"


@pytest.mark.parametrize(
    ("scheme", "tags", "index", "message"),
    [
        ("iob2", "O X-PER", 1, "unknown tag 'X-PER' (in IOB2 a tag is O, or one of B-, I- and a type)"),
        ("iob2", "O PER", 1, "unknown tag 'PER' (in IOB2 a tag is O, or one of B-, I- and a type)"),
        ("iob1", "B-", 0, "unknown tag 'B-' (in IOB1 a tag is O, or one of B-, I- and a type)"),
        ("iobes", "U-PER", 0, "unknown tag 'U-PER' (in IOBES a tag is O, or one of B-, I-, E-, S- and a type)"),
        ("iob2", "O O-PER", 1, "unknown tag 'O-PER' (in IOB2 a tag is O, or one of B-, I- and a type)"),
        ("iob2", "B-PER I-LOC", 1, "I-LOC follows B-PER (an entity goes on with the type that it began with)"),
        ("iob2", "B-PER I-PER I-LOC", 2, "I-LOC follows I-PER (an entity goes on with the type that it began with)"),
        ("iob2", "O I-PER", 1, "I-PER follows O (an entity begins with B-)"),
        ("iob2", "I-PER", 0, "I-PER is the first tag (an entity begins with B-)"),
        ("bilou", "B-PER L-LOC", 1, "L-LOC follows B-PER (an entity goes on with the type that it began with)"),
        ("bilou", "O L-LOC", 1, "L-LOC follows O (an entity begins with B-)"),
        (
            "iobes", "B-PER O", 1,
            "O follows B-PER (in IOBES an entity ends with E-, and S- is one of a single token)",
        ),
        (
            "bilou", "O B-PER", 1,
            "the sentence ends after B-PER (in BILOU an entity ends with L-, and U- is one of a single token)",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong(scheme, tags, index, message):
    with pytest.raises(TagError) as caught:
        entities_of(tags.split(), scheme)
    assert caught.value.index == index
    assert f"{caught.value.what} ({caught.value.todo})" == message


TAGS = st.lists(st.sampled_from(["O", "B-A", "I-A", "I-B", "B-B", "E-A", "S-B", "L-A", "U-B", "X", ""]), max_size=8)


@pytest.mark.parametrize("scheme", SCHEMES)
@given(TAGS)
def test_tags_are_refused_or_written_back_as_they_were(scheme, tags):
    try:
        found = entities_of(tags, scheme)
    except TagError as error:
        where = error.index
    else:
        where = None
    if where is not None:
        assert tags[where : where + 1]
        return
    again = tags_of(found, len(tags), scheme)
    if scheme == "iob1":  # B- where it is not needed is read too
        assert entities_of(again, scheme) == found
    else:
        assert again == tags

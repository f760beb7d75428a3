"""The decoder text.entities: targets, labels, what is found, and how it is counted."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import Batch, ConfigError, Incoming, Ragged, Record, RecordError, Spec
from seqpipe_text.names.annotation import Annotation
from seqpipe_text.names.entities import Entities
from seqpipe_text.names.entity_metrics import entity_figures
from seqpipe_text.names.entity_objective import EntityObjective
from seqpipe_text.words.words import Words

TYPES = ("LOC", "PER")
OUT, B_LOC, I_LOC, B_PER, I_PER = range(5)
LOGITS = Spec("logits", "float32", 5, columns={"spans": Spec("spans", "int64", 2)})


def entity(kind, start, stop):
    return {"type": kind, "start": start, "stop": stop}


def batch(*records):
    out, _ = Words().build(Incoming(Spec("text"), {"dictionary": ["<unk>"]}))(
        Batch(tuple(Record(str(n), text, "in", n, target=target) for n, (text, target) in enumerate(records, 1)))
    )
    return out


def labels_of(text, *entities):
    return EntityObjective(TYPES).targets(batch((text, list(entities)))).column("target", Ragged).array.tolist()


def test_words_of_entities_have_labels():
    text = "Ina Berg met Bo in New York ."
    found = labels_of(text, entity("PER", 0, 8), entity("PER", 13, 15), entity("LOC", 19, 27))
    assert found == [B_PER, I_PER, OUT, B_PER, OUT, B_LOC, I_LOC, OUT]


def test_neighbours_are_told_apart_and_a_part_of_a_word_is_the_word():
    assert labels_of("Oslo Bergen", entity("LOC", 0, 4), entity("LOC", 5, 11)) == [B_LOC, B_LOC]
    assert labels_of("Oslo-based firm", entity("LOC", 0, 4)) == [B_LOC, OUT]
    assert labels_of("a  b", entity("LOC", 1, 3)) == [OUT, OUT]  # spaces only


def test_of_entities_that_overlap_the_first_has_the_words_of_both():
    assert labels_of("University of Oslo", entity("LOC", 14, 18), entity("PER", 0, 18)) == [B_PER, I_PER, I_PER]


def test_words_of_which_nothing_is_known_before_an_entity():
    objective = EntityObjective(TYPES, ("@",))

    def labels(text, *entities):
        return objective.targets(batch((text, list(entities)))).column("target", Ragged).array.tolist()

    assert labels("@ Ina @ home", entity("PER", 2, 5)) == [-1, B_PER, OUT, OUT]
    assert labels("@ Ina", entity("PER", 0, 1), entity("PER", 2, 5)) == [B_PER, B_PER]
    assert labels("@Ina (@ Ina", entity("PER", 1, 4), entity("PER", 8, 11)) == [OUT, B_PER, OUT, OUT, B_PER]
    assert labels("see @", entity("PER", 0, 3)) == [B_PER, OUT]
    assert labels_of("@ Ina", entity("PER", 2, 5)) == [OUT, B_PER]


def test_which_labels_a_row_could_have():
    target = {"entities": [entity("PER", 0, 3)], "annotated": ["PER"]}
    found = EntityObjective(TYPES).targets(batch(("Ina lives", target), ("Oslo", [])))
    assert found.column("annotated", Ragged).array.tolist() == [[True, False, False, True, True], [True] * 5]


def test_targets_of_no_records_and_of_no_types():
    assert EntityObjective(TYPES).targets(batch()).column("annotated", Ragged).array.shape == (0, 5)
    found = EntityObjective(()).targets(batch(("Ina", [])))
    assert found.column("target", Ragged).array.tolist() == [0]
    assert found.column("annotated", Ragged).array.tolist() == [[True]]


def test_types_are_learned():
    learner = Entities().learner(Incoming(Spec("text")))
    learner.see(batch(("Ina", [entity("PER", 0, 3)]), ("Oslo", {"entities": [entity("LOC", 0, 4)], "annotated": None})))
    assert learner.learned() == {"types": ["LOC", "PER"]}


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (None, "the record has no target"),
        ("PER", "the target is no list of entities"),
        (7, "the target is no list of entities"),
        ({"type": "PER"}, "the target is no list of entities"),
        ([{"type": "PER"}], "it needs `type`, `start` and `stop`"),
        ([3], "3 is no entity"),
        ([entity("PER", "a", 2)], "is no entity"),
        ([entity("PER", 0, 4)], "from 0 to 4 of a text of 3 characters"),
        ([entity("PER", 2, 2)], "from 2 to 2"),
        ([entity("PER", -1, 2)], "from -1 to 2"),
    ],
)
def test_targets_that_are_none(target, message):
    with pytest.raises(RecordError, match=message) as error:
        Annotation.of(Record("1", "Ina", "in.jsonl", 3, target=target))
    assert str(error.value).startswith("in.jsonl:3")
    assert error.value.todo


def test_a_type_that_was_not_learned():
    with pytest.raises(RecordError, match="the type 'person' does not occur in the training data") as error:
        labels_of("Ina", entity("person", 0, 3))
    assert "map it to one of LOC, PER" in error.value.todo


def found(records, rows, lengths, ids, **parameters_of_the_stage):
    """Decode logits that say clearly what each word is; return the outputs."""
    objective = EntityObjective(TYPES)
    parameters = {name: np.zeros(one.shape, np.float32) for name, one in objective.parameters.items()}
    step = Entities(**parameters_of_the_stage).build(Incoming(LOGITS, parameters=parameters, objective=objective))
    words = batch(*((text, None) for text in records))
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    logits = Ragged(np.eye(5, dtype=np.float32)[ids] * 9, offsets)
    spans = Ragged(words.column("spans", Ragged).array, offsets)
    out, _ = step(words.replace(sequence=logits, columns={"spans": spans}, rows=np.array(rows)))
    return [[(e["type"], e["text"], e["start"], e["stop"]) for e in result["entities"]] for (result,) in out.outputs]


def test_what_is_found_has_its_place_in_the_text():
    ids = [B_PER, I_PER, OUT, B_LOC, I_LOC, B_LOC]
    assert found(["Ina Berg, New York Oslo", ""], [0, 1], [6, 0], ids) == [
        [("PER", "Ina Berg", 0, 8), ("LOC", "New York", 10, 18), ("LOC", "Oslo", 19, 23)],
        [],
    ]


def test_caution_is_added_to_the_score_of_no_entity():
    ids = [OUT, B_LOC]
    assert found(["in Oslo"], [0], [2], ids, caution=8.9) == [[("LOC", "Oslo", 3, 7)]]
    assert found(["in Oslo"], [0], [2], ids, caution=9.1) == [[]]
    assert found(["in Oslo"], [0], [2], ids, caution=-9.1) == [[("LOC", "in", 0, 2), ("LOC", "Oslo", 3, 7)]]


def test_rows_of_a_record_are_joined_and_entities_end_with_their_row():
    assert found(["Bo Oslo Ina"], [0, 0], [1, 2], [B_LOC, B_LOC, B_PER]) == [
        [("LOC", "Bo", 0, 2), ("LOC", "Oslo", 3, 7), ("PER", "Ina", 8, 11)]
    ]
    assert found(["Bo Oslo"], [0, 0], [1, 1], [B_LOC, I_LOC])[0][0] == ("LOC", "Bo", 0, 2)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.lists(st.booleans(), min_size=8, max_size=8))
def test_what_is_found_gives_the_same_labels_again(ids, cuts):
    """Labels, found by Viterbi in rows of any length, to entities and back to labels."""
    text = " ".join("Oslo" for _ in ids)
    lengths = np.diff([0, *(place for place in range(1, len(ids)) if cuts[place]), len(ids)])
    (entities,) = found([text], [0] * len(lengths), lengths, ids)
    again = labels_of(text, *(entity(kind, start, stop) for kind, _, start, stop in entities))
    given_entities = [(kind, start, stop) for kind, _, start, stop in entities]
    assert len(set(given_entities)) == len(given_entities)
    assert sum(label in (B_LOC, B_PER) for label in again) == len(entities)
    assert all(text[start:stop] == excerpt for _, excerpt, start, stop in entities)


def figures(pairs):
    metrics = entity_figures(TYPES)
    sums = [np.sum([metric.count(record, outcome) for record, outcome in pairs], axis=0) for metric in metrics]
    return {metric.name: metric.value(total) for metric, total in zip(metrics, sums, strict=True)}


def pair(target, *given_entities):
    return Record("1", "x" * 50, target=target), [{"entities": [entity(*one) for one in given_entities]}]


def test_f1_is_over_whole_entities():
    gold = [entity("PER", 0, 5), entity("LOC", 7, 9), entity("LOC", 10, 12)]
    right, border, kind = ("PER", 0, 5), ("LOC", 7, 10), ("PER", 10, 12)
    result = figures([pair(gold, right, border, kind)])
    assert result == {"f1": 2 * 1 / (3 + 3), "f1_per_type.LOC": 0, "f1_per_type.PER": 2 * 1 / (2 + 1)}


def test_types_that_were_not_looked_for_do_not_count():
    target = {"entities": [entity("PER", 0, 5)], "annotated": ["PER"]}
    assert figures([pair(target, ("PER", 0, 5), ("LOC", 7, 9))])["f1"] == 1
    assert figures([pair(target["entities"], ("PER", 0, 5), ("LOC", 7, 9))])["f1"] == pytest.approx(2 / 3)
    assert math.isnan(figures([pair([])])["f1"])


def test_a_type_that_the_model_does_not_know_is_missed():
    assert figures([pair([entity("person", 0, 5)], ("PER", 0, 5))])["f1"] == 0


def test_what_it_cannot_take():
    with pytest.raises(ConfigError, match="needs words that know where they stand in the text"):
        Entities().build(Incoming(Spec("logits", "float32", 5), objective=EntityObjective(TYPES)))

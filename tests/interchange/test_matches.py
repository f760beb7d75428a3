"""Which weights are which."""

import pytest

from seqpipe.errors import ConfigError
from seqpipe.interchange import match

OURS = {
    "2.embedding.weight": (9, 7),
    "2.rnn.weight_ih_l0": (12, 7),
    "2.rnn.weight_hh_l0": (12, 12),
    "2.rnn.bias_ih_l0": (12,),
    "2.rnn.bias_hh_l0": (12,),
    "2.output.weight": (3, 12),
    "2.output.bias": (3,),
}
THEIRS = {
    "embed.weight": (9, 7),
    "encoder.lstm.weight_ih_l0": (12, 7),
    "encoder.lstm.weight_hh_l0": (12, 12),
    "encoder.lstm.bias_ih_l0": (12,),
    "encoder.lstm.bias_hh_l0": (12,),
    "fc.weight": (3, 12),
    "fc.bias": (3,),
}


def test_layers_are_told_by_their_shapes():
    assert match(THEIRS, OURS, {}) == dict(zip(OURS, THEIRS, strict=True))


def test_layers_and_weights_can_be_named():
    table = {"encoder.lstm": "2.rnn", "fc.weight": "2.output.weight", "fc.bias": "2.output.bias"}
    assert match(THEIRS, OURS, table) == dict(zip(OURS, THEIRS, strict=True))


def test_layers_without_biases_get_zeros():
    theirs = {name: shape for name, shape in THEIRS.items() if "bias" not in name}
    for table in ({}, {"encoder.lstm": "2.rnn", "fc": "2.output"}):
        found = match(theirs, OURS, table)
        assert {name for name, source in found.items() if source is None} == {one for one in OURS if "bias" in one}


def test_two_layers_that_fit_have_to_be_named():
    ours = {"2.one.weight": (3, 3), "2.two.weight": (3, 3)}
    theirs = {"a.weight": (3, 3), "b.weight": (3, 3)}
    with pytest.raises(ConfigError, match=r"by their shapes, a or b could be 2\.one or 2\.two"):
        match(theirs, ours, {})
    assert match(theirs, ours, {"b": "2.one"}) == {"2.one.weight": "b.weight", "2.two.weight": "a.weight"}


def test_what_is_left_over_is_named():
    with pytest.raises(ConfigError) as caught:
        match({**THEIRS, "steps": ()}, {**OURS, "3.start": (5,)}, {})
    assert str(caught.value).startswith(
        "the weights are not those of the pipeline: nothing fits 3.start (5); steps (one number) left over"
    )


def test_what_is_not_wanted_can_be_left_out():
    assert match({**THEIRS, "steps": ()}, OURS, {"steps": None}) == match(THEIRS, OURS, {})


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"fcc": "2.output"}, "there are no weights 'fcc' in the file"),
        ({"fc": "2.outptu"}, "'fc.weight' is 3 x 12, but parameter '2.outptu.weight' is not there"),
        ({"embed": "2.output"}, "'embed.weight' is 9 x 7, but parameter '2.output.weight' is 3 x 12"),
    ],
)
def test_names_that_do_not_fit(table, message):
    with pytest.raises(ConfigError) as caught:
        match(THEIRS, OURS, table)
    assert message in str(caught.value)


def test_all_biases_of_a_layer_are_missing_or_none():
    ours = {"0.weight": (3, 2), "0.bias_ih": (3,), "0.bias_hh": (3,)}
    assert match({"fc.weight": (3, 2)}, ours, {})["0.bias_hh"] is None
    with pytest.raises(ConfigError, match="the weights are not those of the pipeline"):
        match({"fc.weight": (3, 2), "fc.bias_ih": (3,)}, ours, {})


def test_one_layer_that_could_be_two_is_asked_about():
    with pytest.raises(ConfigError, match="by their shapes, fc could be 0 or 1"):
        match({"fc.weight": (3, 2)}, {"0.weight": (3, 2), "1.weight": (3, 2)}, {})

"""The core core.attention: what it asks for, and how it is drawn."""

import numpy as np
import pytest

from seqpipe.builtin.cores.attention import AttentionCore
from seqpipe.builtin.objectives import TranslationObjective
from seqpipe.contracts import Incoming
from seqpipe.data import Spec
from seqpipe.errors import ConfigError

FEATURES = Incoming(Spec("features", "float32", 6), objective=TranslationObjective(9, lambda _: None))


def test_a_tied_embedding_is_as_wide_as_the_output():
    with pytest.raises(ConfigError) as caught:
        AttentionCore(embedding=4, hidden=5, tied=True).parameters(FEATURES)
    assert str(caught.value) == (
        "core.attention is tied, but its embedding has 4 numbers and its output 5 "
        "(let `embedding` and `hidden` be the same, or drop `tied`)"
    )


def test_what_is_tied_is_there_once():
    tied = AttentionCore(embedding=5, hidden=5, tied=True).parameters(FEATURES)
    apart = AttentionCore(embedding=5, hidden=5).parameters(FEATURES)
    assert apart.keys() - tied.keys() == {"output.weight"}


def test_layers_above_have_parameters_of_their_own():
    one = AttentionCore(embedding=4, hidden=5).parameters(FEATURES)
    three = AttentionCore(embedding=4, hidden=5, layers=3).parameters(FEATURES)
    names = [f"upper.{name}_l{layer}" for layer in (0, 1) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
    assert three.keys() - one.keys() == set(names)
    assert all(three[name].shape == one[name].shape for name in one)
    draw = three["upper.weight_hh_l1"].initial(np.random.default_rng(1), (15, 5))
    np.testing.assert_allclose(draw[:5] @ draw[:5].T, np.eye(5), atol=1e-6)


def test_it_is_the_last_core():
    with pytest.raises(ConfigError, match=r"core\.attention must be the last core"):
        AttentionCore().parameters(Incoming(FEATURES.spec))

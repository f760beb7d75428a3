"""Specs: what they say, and shapes of positions."""

from __future__ import annotations

import pytest

from seqpipe.data import Spec
from seqpipe.errors import ConfigError, PluginError

IMAGES = Spec("frames", "float32", shape=(2, 3, 1), width=6)


def test_a_position_may_have_a_shape():
    assert str(IMAGES) == "frames of 2 x 3 x 1 float32"
    assert IMAGES.replace(rate=25.0).shape == (2, 3, 1)


def test_the_width_is_the_product_of_the_shape():
    assert IMAGES.replace(shape=(4, 5)).width == 20
    with pytest.raises(PluginError, match="a spec of the width 7 has the shape 2 x 3"):
        Spec("frames", width=7, shape=(2, 3))


def test_another_width_has_no_shape():
    assert IMAGES.replace(width=12).shape == ()


def test_what_is_required_comes_back():
    assert IMAGES.require("mine.stage", "frames") is IMAGES
    with pytest.raises(ConfigError, match="takes tokens, but what comes in is frames of 2 x 3 x 1 float32"):
        IMAGES.require("mine.stage", "tokens")

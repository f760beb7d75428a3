"""Words that may not be speech at all."""

import numpy as np
import pytest

from seqpipe_audio.search import _spoken


def test_how_sure_a_word_is_to_be_speech_is_the_mean_over_its_characters():
    blank = np.array([0.9, 0.2, 0.4, 0.99, 0.6, 0.8])  # in each frame
    rest = (1 - blank[:, None]) * [0.5, 0.5]  # which character it is does not matter
    log_probabilities = np.log(np.concatenate([blank[:, None], rest], axis=1))
    frames = np.array([[1, 2], [2, 3], [3, 4], [4, 6]])
    boundaries = np.array([False, False, True, False])
    sure = _spoken(log_probabilities, frames, boundaries)
    assert sure == pytest.approx([0.7, 0.7, 0.7, 0.3])


def test_nothing_that_was_found_is_nothing_to_be_sure_of():
    none = _spoken(np.zeros((5, 3)), np.empty((0, 2), np.int64), np.empty(0, bool))
    assert none.shape == (0,)

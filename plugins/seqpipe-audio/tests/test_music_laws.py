"""The stages for music keep the laws of the contracts."""

import pytest

from seqpipe import testing
from seqpipe_audio.music_examples import music_examples


@pytest.mark.parametrize("case", testing.cases(music_examples()), ids=str)
def test_laws(case):
    case()

"""What is measured where answers are restricted."""

from types import SimpleNamespace

import pytest

from seqpipe.errors import ConfigError
from seqpipe.training.evaluation.outcomes import _restricted


def test_only_labels_can_be_restricted():
    pipeline = SimpleNamespace(first_decoder=0, objective=object(), stages=[SimpleNamespace(name="core.keys")])
    with pytest.raises(ConfigError, match=r"core\.keys does not answer with labels"):
        _restricted(pipeline, ["red"])

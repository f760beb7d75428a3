"""Checkpoints: they come back as they were, and one that is interrupted leaves the one before."""

import os
import subprocess
import sys
from textwrap import dedent

import numpy as np
import pytest

from seqpipe.contracts.state_form import StateError
from seqpipe.errors import ModelError
from seqpipe.training.loop.checkpoint import Checkpoint


def checkpoint(steps: int) -> Checkpoint:
    arrays = {"weights/2.rnn.bias": np.full(3, steps, np.float32), "optimizer/steps": np.array([steps])}
    state = (np.arange(4, dtype=np.int32), (np.ones((1, 2, 3), np.float32), np.zeros((1, 2, 3), np.float32)))
    return Checkpoint({"data": "abc"}, {"steps": steps, "loss": 0.1}, arrays, ({2: state}, {2: None}))


def test_all_of_it_comes_back(tmp_path):
    path = tmp_path / "last.safetensors"
    checkpoint(7).save(path)
    found = Checkpoint.load(path)
    assert (found.identity, found.progress) == ({"data": "abc"}, {"steps": 7, "loss": 0.1})
    assert {name: array.dtype for name, array in found.arrays.items()} == {
        "weights/2.rnn.bias": np.float32,
        "optimizer/steps": np.int64,
    }
    first, second = found.carried
    np.testing.assert_array_equal(first[2][0], np.arange(4))
    assert [array.shape for array in first[2][1]] == [(1, 2, 3), (1, 2, 3)]
    assert second == {2: None}


def test_what_a_checkpoint_cannot_keep(tmp_path):
    with pytest.raises(StateError, match="it holds set"):
        Checkpoint({}, {}, {}, ({1, 2},)).save(tmp_path / "last.safetensors")


@pytest.mark.parametrize("length", [0, 7, 100, 400])
def test_a_damaged_one_is_refused(tmp_path, length):
    path = tmp_path / "last.safetensors"
    checkpoint(1).save(path)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ModelError, match="not a whole checkpoint"):
        Checkpoint.load(path)


def test_one_of_another_version_is_refused(tmp_path):
    path = tmp_path / "last.safetensors"
    checkpoint(1).save(path)
    path.write_bytes(path.read_bytes().replace(b'\\"format\\": 2', b'\\"format\\": 7'))
    with pytest.raises(ModelError, match="a checkpoint of another version of seqpipe"):
        Checkpoint.load(path)


def test_none(tmp_path):
    with pytest.raises(ModelError, match="there is no checkpoint"):
        Checkpoint.load(tmp_path / "last.safetensors")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the process is forked")
def test_one_that_is_interrupted_at_any_of_its_calls_to_the_system_leaves_one_that_loads(tmp_path):
    # in a process of its own, without threads, so that it can be forked
    code = """
        import io, os, sys
        from pathlib import Path
        from seqpipe.training.loop.checkpoint import Checkpoint
        from tests.training.test_checkpoint import checkpoint

        path = Path(sys.argv[1]) / "last.safetensors"
        owners = ((os, "open"), (os, "fsync"), (os, "close"), (Path, "replace"), (Path, "chmod"), (io.FileIO, "write"))

        def dying(call, when):
            def counted(*arguments, **options):
                global calls
                calls += 1
                if calls == when:
                    os._exit(9)
                return call(*arguments, **options)
            return counted

        outcomes = []
        for when in range(1, 50):
            checkpoint(1).save(path)
            if not (child := os.fork()):
                calls = 0
                for owner, name in owners[:-1]:
                    setattr(owner, name, dying(getattr(owner, name), when))
                import seqpipe.atomic
                seqpipe.atomic._Raw.write = dying(seqpipe.atomic._Raw.write, when)
                checkpoint(2).save(path)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            outcomes.append(Checkpoint.load(path).progress["steps"])
            if status == 0:
                break
        print(*outcomes)
    """
    done = subprocess.run(
        [sys.executable, "-c", dedent(code), str(tmp_path)], capture_output=True, text=True, check=True
    )
    outcomes = [int(word) for word in done.stdout.split()]
    assert outcomes[0] == 1
    assert outcomes[-1] == 2
    assert outcomes == sorted(outcomes)
    assert len(outcomes) > 5

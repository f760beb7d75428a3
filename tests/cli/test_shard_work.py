"""A shard of a run, in a worker."""

from __future__ import annotations

import pickle

import pytest

from seqpipe.cli.run_input import InputOptions
from seqpipe.cli.shard_work import ShardWork
from seqpipe.engine.shards import Shard
from seqpipe.errors import InputError


def test_the_folder_has_to_be_there_on_the_worker(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    work = ShardWork(str(elsewhere), "colours.yaml", (), InputOptions(("in.txt",)), "out.jsonl", "fail")
    with pytest.raises(InputError) as caught:
        work(pickle.dumps(Shard(1, 2)))
    todo = "run in a folder that all machines see, under the same path"
    assert str(caught.value) == f"{elsewhere}: a worker does not see this folder ({todo})"

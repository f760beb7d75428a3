"""Loaded pipelines that go to other processes."""

from __future__ import annotations

import multiprocessing
import pickle
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import joblib
import pytest

import seqpipe

TEXTS = [["ya", "xb"], ["xyb", "a"]]


@pytest.fixture(name="pipeline")
def loaded(run: Callable[..., Path]) -> seqpipe.Loaded:
    return seqpipe.load(run("train.epochs=1"), settings=["decoder.field=kind"], threads=2)


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_the_model_travels_and_gives_the_same(run: Callable[..., Path], precision: str) -> None:
    folder = run("train.epochs=1")
    pipeline = seqpipe.load(folder, settings=[f"precision={precision}"], threads=2)
    pickled = pickle.dumps(pipeline)
    shutil.rmtree(folder)
    again = pickle.loads(pickled)
    assert [again(texts) for texts in TEXTS] == [pipeline(texts) for texts in TEXTS]
    assert (again.name, again.threads, repr(again)) == (pipeline.name, 2, repr(pipeline))


def test_processes_that_are_spawned_call_it(pipeline: seqpipe.Loaded) -> None:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(pipeline, TEXTS)) == [pipeline(texts) for texts in TEXTS]


def test_an_open_one_travels_without_its_child_processes(pipeline: seqpipe.Loaded) -> None:
    with pipeline:
        again = pickle.loads(pickle.dumps(pipeline))
    with again:
        assert again(TEXTS[0]) == pipeline(TEXTS[0])


def test_joblib_calls_it(pipeline: seqpipe.Loaded) -> None:
    parallel = joblib.Parallel(n_jobs=2)
    assert parallel(joblib.delayed(pipeline)(texts) for texts in TEXTS) == [pipeline(texts) for texts in TEXTS]

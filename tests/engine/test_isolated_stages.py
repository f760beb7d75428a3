"""Isolated stages in child processes that stay open between the calls of a loaded pipeline, or do not."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seqpipe.api import Loaded
from seqpipe.errors import UsageError
from seqpipe.limits import Limits
from tests.stub_pipeline import stub_pipeline
from tests.stub_stages import Wild, WildStage, WildStep

Call = Callable[[Loaded, str], dict[str, Any]]


def loaded() -> Loaded:
    pipeline = replace(stub_pipeline(), stages=(WildStage(),), steps=(WildStep(),))
    return Loaded("wild", pipeline, Wild(), Limits(seconds=20))


def called(pipeline: Loaded, text: str) -> dict[str, Any]:
    return pipeline([text])[0]


def iterated(pipeline: Loaded, text: str) -> dict[str, Any]:
    return next(pipeline.iterate([text]))


def is_alive(pid: int) -> bool:
    """Whether a child lives, or has ended within a moment."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except OSError:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("call", [called, iterated])
def test_children_stay_open_within_a_block_and_end_with_it(call: Call) -> None:
    pipeline = loaded()
    with pipeline as opened:
        assert opened is pipeline
        first = call(pipeline, "one")["pid"]
        assert call(pipeline, "two")["pid"] == first != os.getpid()
    if os.name == "posix":
        assert not is_alive(first)
    assert call(pipeline, "one")["pid"] != call(pipeline, "two")["pid"]


def test_the_reader_stays_open_as_well(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_text("who\n")
    pipeline = loaded()

    def reader() -> int:
        (result,) = pipeline.read(str(path))
        return int(result["input.pid"])

    with pipeline:
        assert reader() == reader() != os.getpid()
        in_turns = [pipeline.read(str(path)) for _ in range(2)]
        assert len({next(results)["input.pid"] for results in in_turns}) == 2
    assert reader() != reader()


def test_calls_at_the_same_time_have_a_child_each() -> None:
    with loaded() as pipeline:
        found: list[dict[str, Any]] = []
        threads = [threading.Thread(target=lambda: found.append(called(pipeline, "sleep"))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({result["pid"] for result in found}) == 2


def test_a_child_that_dies_is_replaced() -> None:
    with loaded() as pipeline:
        first, _, third = pipeline(["one", "exit", "three"], on_error="include")
        assert (first["text"], third["text"]) == ("one", "three")
        assert called(pipeline, "four")["text"] == "four"


def test_what_is_computed_after_the_block_leaves_no_child() -> None:
    with loaded() as pipeline:
        results = pipeline.iterate(iter(["one", "sleep", "three"]))
        next(results)
    pids = {result["pid"] for result in results}
    assert os.name != "posix" or not any(map(is_alive, pids))


def test_a_pipeline_is_opened_once() -> None:
    with loaded() as pipeline:
        with pytest.raises(UsageError) as caught, pipeline:
            pass
        assert str(caught.value) == "the pipeline 'wild' is open already (put one `with` around all calls)"
        assert called(pipeline, "one")["text"] == "one"

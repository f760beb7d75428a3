"""What readers and networks take stays within bounds, whatever is put in."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from seqpipe.builtin.cores import recurrent_network, recurrent_stepper
from seqpipe.builtin.readers.tables import ReadCSV
from seqpipe.data import Batch, Ragged, Record
from seqpipe.data.source import Source
from seqpipe.errors import RecordError
from tests.peak_memory import peak_of

STEPPER = """
import numpy as np
from seqpipe.builtin.cores.recurrent import LSTM
from seqpipe.builtin.objectives import NextTokenObjective
from seqpipe.contracts import Incoming
from seqpipe.data import Batch, OneHot, Ragged, Record, Spec
from seqpipe.pipeline.parameters import Fresh

objective = NextTokenObjective(20)
incoming = Incoming(Spec("one_hot", "float32", 20, tuple("abcdefghijklmnopqrst"))).replace(objective=objective)
core = LSTM(hidden=64, output="next")
supply = Fresh(1)
taken = {name: supply(name, one) for name, one in core.parameters(incoming).items()}
stepper = core.build(incoming.replace(parameters=taken))

def batch(*lengths):
    random = np.random.default_rng(1)
    ids = Ragged.of([random.integers(0, 20, length) for length in lengths], np.int32)
    return Batch(tuple(Record(str(length), "") for length in lengths), OneHot(ids, 20))

stepper.start(batch(3))
"""


def test_a_line_that_is_too_long_takes_no_memory(tmp_path: Path) -> None:
    long = tmp_path / "long.txt"
    with long.open("wb") as file:
        file.seek(200_000_000)
        file.write(b"\n")
    code = f"lines = list(seqpipe.text_lines(seqpipe.Source({str(long)!r}, longest=1_000_000)))"
    assert peak_of(code, "import seqpipe\nseqpipe.text_lines, seqpipe.Source\n") < 20


def test_the_time_of_a_table_grows_with_its_columns(tmp_path: Path) -> None:
    def seconds(columns: int) -> float:
        path = tmp_path / f"{columns}.csv"
        path.write_text(",".join([*(f"c{number}" for number in range(columns)), "text"]) + f"\n{',' * columns}a\n")
        begin = time.process_time()
        (record,) = ReadCSV().read(Source(str(path)))
        assert not isinstance(record, RecordError)
        assert record.payload == "a"
        return time.process_time() - begin

    seconds(10)
    assert seconds(100_000) < 50 * max(seconds(5_000), 0.01)


def test_a_long_opening_is_read_in_windows() -> None:
    # gates and states of 200,000 steps at a time would be some 400 MB
    assert peak_of("stepper.start(batch(200_000))", STEPPER) < 120


@pytest.mark.parametrize("together", [1, 7, 64])
def test_windows_change_nothing(together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, object] = {}
    exec(STEPPER, made)  # noqa: S102 - the same as in the process whose memory is measured
    stepper, batch = made["stepper"], made["batch"]
    whole, after = stepper.start(batch(5, 0, 30, 17))
    monkeypatch.setattr(recurrent_stepper, "TOGETHER", together)
    logits, state = stepper.start(batch(5, 0, 30, 17))
    np.testing.assert_array_equal(logits, whole)
    for one, other in zip(state, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_rows_are_computed_together_up_to_a_number_of_positions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recurrent_network, "TOGETHER", 10)
    lengths = [4, 6, 4, 11, 3, 3, 3, 3]
    batch = Batch(tuple(Record(str(row), "") for row in range(8)), Ragged.of([[0] * length for length in lengths]))
    parts = list(recurrent_network._parts(batch))
    assert [part.ragged.lengths.tolist() for part in parts] == [[4, 6], [4], [11], [3, 3, 3], [3]]
    assert [row for part in parts for row in part.rows.tolist()] == list(range(8))

"""Portions on workers of another engine, some of which die."""

from __future__ import annotations

import pickle

import pytest

from seqpipe.data import Record
from seqpipe.engine.attempt import Unforeseen, raise_failure
from seqpipe.engine.engine import CallingThread, Engine
from seqpipe.engine.portions import portions_of
from seqpipe.engine.remote_run import Remote
from seqpipe.engine.work import load_work, pack_work
from seqpipe.errors import PluginError, RecordError
from seqpipe.registry import Registry
from tests.stub_engine import StubEngine
from tests.stub_pipeline import stub_pipeline


def outcomes(engine: Engine, records: list[Record], size: int | None = None) -> list[object]:
    given = portions_of(records, size)
    return [one for found in engine.map(stub_pipeline(), given) if found is not None for one in found.attempted]


def texts(*given: str) -> list[Record]:
    return [Record(str(number), text, "in", number) for number, text in enumerate(given, 1)]


def test_a_worker_that_dies_by_chance_changes_nothing() -> None:
    records, engine = texts("a", "unlucky", "b"), StubEngine()
    assert outcomes(Remote(engine, {}), records) == outcomes(CallingThread(), records)
    assert engine.deaths == 1


def test_the_record_that_kills_workers_has_failed_and_its_neighbours_have_not() -> None:
    many = [f"t{number}" for number in range(40)]
    many[23] = "deadly"
    engine = StubEngine()
    found = outcomes(Remote(engine, {}), texts(*many))
    expected = outcomes(CallingThread(), texts(*many))
    assert [one for number, one in enumerate(found) if number != 23] == expected[:23] + expected[24:]
    assert isinstance(found[23], RecordError)
    assert str(found[23]) == "in:24: 2 workers died of it (check the record, or give workers more memory)"
    assert engine.deaths <= 2 + 6 + 2  # the batch, its halves, the record


def test_pieces_behind_one_that_kills_workers_fail_with_it_and_their_neighbours_do_not() -> None:
    rounds = ["fine", "deadly", "fine", "fine"]
    given = [Record(name, text if name == "b" else "fine", "in", last=False) for text in rounds for name in "abc"]
    given += [Record(name, "end", "in") for name in "abc"]
    found = outcomes(Remote(StubEngine(), {}), given)
    failed = [isinstance(one, RecordError) for one in found]
    assert failed == [name == "b" and number >= 1 for number in range(5) for name in "abc"]
    assert found[-1] == ({"shout": "END", "piece": 4},)


def test_a_bug_on_a_worker_is_the_bug_that_it_is_here() -> None:
    (found,) = outcomes(Remote(StubEngine(), {}), texts("bug"))
    assert isinstance(found, Unforeseen)
    assert found.stage == "stub.shout"
    with pytest.raises(ZeroDivisionError, match=r"^in bug"):
        raise_failure(found)


def test_a_cause_that_cannot_travel_is_told_in_words() -> None:
    class Local(Exception):
        pass

    error = pickle.loads(pickle.dumps(Unforeseen.of(Local("here"), "stub.shout", None)))
    assert repr(error.__cause__) == "RuntimeError('Local: here')"


@pytest.mark.parametrize(
    ("plugins", "said"),
    [
        ({"core": "seqpipe-core 0.0.1"}, "a worker has {}, and this process seqpipe-core 0.0.1"),
        ({"weather": "seqpipe-weather 1.2"}, "a worker lacks the plugin 'weather'"),
    ],
)
def test_workers_with_other_software_are_refused(plugins: dict[str, str], said: str) -> None:
    here = Registry.discover().plugins["core"].distribution
    with pytest.raises(PluginError) as raised:
        outcomes(Remote(StubEngine(), plugins), texts("a"))
    assert str(raised.value).startswith(said.format(here) + " (install ")
    assert load_work(pack_work(len, {"core": here})) is len

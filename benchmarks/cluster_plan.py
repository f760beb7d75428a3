"""A run of 10^10 records on up to 1,000 workers, simulated: ``python -m benchmarks.cluster_plan``.

What the parts cost is measured on this machine first, with `text/sentiment` and one thread: what a worker needs for a
portion of 256 comments, what the driver needs for it (reading, pickling, the journal), what a shard needs for a record
of another one, and what merging needs. What Ray itself needs for a call is measured by `--calls` on a local cluster, or
given. Then portions are simulated one by one: a driver that serves one at a time, workers with two requests each, an
object store that moves so many bytes a second.

A plan on paper: networks, discs and clusters have their own limits, and every machine its own costs.
"""

from __future__ import annotations

import argparse
import heapq
import os
import pickle
import sys
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import seqpipe
from benchmarks.comments import write_comments
from benchmarks.local_cluster import local_cluster
from seqpipe.builtin.readers.lines import ReadLines
from seqpipe.builtin.writers import WriteJSONLines
from seqpipe.data.source import Source
from seqpipe.engine.attempt import Attempt, attempt
from seqpipe.engine.engine import Computed, results_of
from seqpipe.engine.feed import Feed
from seqpipe.engine.identity import Identity
from seqpipe.engine.journaled_output import FileOutput, open_journaled
from seqpipe.engine.merged_output import merge_shards
from seqpipe.engine.portions import Grouping, Portion
from seqpipe.engine.shards import WHOLE, Shard
from seqpipe.errors import RecordError
from seqpipe.journal import OutputPaths, RunProgress
from seqpipe.pipeline import Pipeline

RECORDS = 10_000_000_000
MEASURED = 51_200
"""Records by which costs are measured."""

WORKERS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
NETWORK = 10e9 / 8
"""Bytes a second of the driver's machine: 10 Gbit/s."""


@dataclass(frozen=True)
class Costs:
    """Seconds for a portion, or for a record.

    Attributes:
        work: of a worker, for a portion.
        read: of the driver, for reading and pickling it.
        written: of the driver, for unpickling, writing and journaling it.
        call: of the driver, for a call of Ray's.
        skip: of a shard, for a record of another one.
        merge: for a record.
        request, answer: bytes of a portion on its ways.
        output: bytes of a record in the output.
        portion: records in one.
    """

    work: float
    read: float
    written: float
    call: float
    skip: float
    merge: float
    request: float
    answer: float
    output: float
    portion: float


def feed_of(path: Path, shard: Shard = WHOLE) -> Feed:
    return Feed(ReadLines().read, [Source(str(path), 1)], "core.lines", shard=shard)


def portions(path: Path) -> list[Portion]:
    grouping = Grouping()
    return [portion for item in feed_of(path).items() for portion in grouping.add(item)] + list(grouping.rest())


def journaled(path: Path, shard: Shard) -> FileOutput:
    settings = {"--shard": str(shard), "--on-error": "fail"}
    facts = {"inputs": [], "contents": "", "model": "", "plugins": {}, "stages": [], "settings": settings}
    paths = OutputPaths.of_file(path)
    output = open_journaled(
        WriteJSONLines(), paths, Identity(facts, []), earlier="refuse", quarantine=False, indexed=shard != WHOLE
    )
    assert isinstance(output, FileOutput)
    return output


def write(computed: list[Computed], path: Path, shard: Shard = WHOLE) -> None:
    """Write results as a run does; of a shard only its own."""
    records = 0
    with journaled(path, shard) as output:
        for one in computed:
            for (record, cursor), outcome in zip(one.portion.items, one.attempted, strict=True):
                assert isinstance(record, seqpipe.Record)
                assert not isinstance(outcome, RecordError)
                if shard.has(1, cursor.item):
                    output.put(results_of(record, outcome))
                    output.record_ended(cursor, failed=False)
                    records += 1
            output.reached(RunProgress(*cursor, records, 0, records))
            output.flush()
        output.finish()


def measured(folder: Path, call: float) -> Costs:
    """Measure all costs but those of Ray, in time of the processor: others may use this machine."""
    source = folder / "comments.txt"
    write_comments(source, MEASURED)
    pipeline: Pipeline = seqpipe.load("text/sentiment").pipeline
    begin = time.process_time()
    made = portions(source)
    requests = [pickle.dumps((portion.batch, [])) for portion in made]
    read = time.process_time() - begin
    some = made[:: max(1, len(made) // 40)]
    for portion in islice(some, 2):
        attempt(pipeline, portion.batch)  # loads what it needs
    begin = time.process_time()
    for request in requests[:: max(1, len(made) // 40)]:
        pickle.dumps(attempt(pipeline, pickle.loads(request)[0]))  # noqa: S301 - from above
    work = (time.process_time() - begin) / len(some)
    answers = [pickle.dumps(attempt(pipeline, portion.batch)) for portion in made]
    begin = time.process_time()
    computed = [Computed(portion, _loaded(answer).attempted) for portion, answer in zip(made, answers, strict=True)]
    write(computed, folder / "out.jsonl")
    written = time.process_time() - begin
    begin = time.process_time()
    for _ in feed_of(source, Shard(1, 1_000_000)).items():
        pass
    skip = time.process_time() - begin
    shards = [Shard(number, 4) for number in range(1, 5)]
    for shard in shards:
        write(computed, folder / f"{shard.number}.jsonl", shard)
    begin = time.process_time()
    merge_shards([folder / f"{shard.number}.jsonl" for shard in shards], folder / "merged.jsonl")
    merge = time.process_time() - begin
    if (folder / "merged.jsonl").read_bytes() != (folder / "out.jsonl").read_bytes():
        sys.exit("merging gives something else")
    count = len(made)
    return Costs(
        work,
        read / count,
        written / count,
        call,
        skip / MEASURED,
        merge / MEASURED,
        sum(map(len, requests)) / count,
        sum(map(len, answers)) / count,
        (folder / "out.jsonl").stat().st_size / MEASURED,
        MEASURED / count,
    )


def _loaded(answer: bytes) -> Attempt:
    loaded: Attempt = pickle.loads(answer)  # noqa: S301 - from above
    return loaded


def call_of_ray(calls: int = 3000) -> float:
    """Return the driver's seconds of CPU time for a call with a portion, on a local cluster."""
    with local_cluster(2) as (environment, _):
        os.environ.update(environment)
        import ray  # noqa: PLC0415 - only where it is measured

        ray.init(log_to_driver=False, logging_level="critical")
        echo = ray.remote(num_cpus=1)(_Echo)
        actors = [echo.remote() for _ in range(2)]
        request = bytes(40_000)
        ray.get([actor.answer.remote(request) for actor in actors])
        begin = time.process_time()
        waiting = [actors[number % 2].answer.remote(request) for number in range(8)]
        for number in range(calls):
            ray.get(waiting.pop(0))
            waiting.append(actors[number % 2].answer.remote(request))
        seconds = (time.process_time() - begin) / calls
        ray.shutdown()
    return seconds


class _Echo:
    def answer(self, request: bytes) -> bytes:
        return request


def simulated(costs: Costs, workers: int, count: int = 20_000) -> tuple[float, float, float]:
    """Return portions a second, and which share of the time the driver and a worker are at work."""
    count = max(count, 20 * workers)
    way = (costs.request + costs.answer) / NETWORK
    driver_free = network_free = 0.0
    free = [(0.0, worker) for worker in range(workers) for _ in range(2)]  # two requests each: one waits
    heapq.heapify(free)
    busy = [0.0] * workers
    last = 0.0
    serve = costs.read + costs.written + costs.call
    for _ in range(count):
        at, worker = heapq.heappop(free)
        driver_free = max(driver_free, at) + serve
        network_free = max(network_free, driver_free) + way
        busy[worker] = max(busy[worker], network_free) + costs.work
        heapq.heappush(free, (busy[worker], worker))
        last = max(last, busy[worker])
    return count / last, count * serve / last, count * costs.work / workers / last


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--call", type=float, help="seconds of the driver for a call of Ray's; default: measured")
    options = parser.parse_args()
    call = options.call if options.call is not None else call_of_ray()
    with TemporaryDirectory() as name:
        costs = measured(Path(name), call)
    show_costs(costs)
    show_portions(costs)
    show_shards(costs)
    return 0


def show_costs(costs: Costs) -> None:
    print(f"a portion ({costs.portion:.0f} records): {costs.work * 1e3:.2f} ms of a worker; of the driver", end=" ")
    print(
        f"{costs.read * 1e3:.2f} ms to read, {costs.written * 1e3:.2f} to write, {costs.call * 1e3:.2f} for Ray;",
        end="",
    )
    print(f" {costs.request / 1e3:.0f} KB out, {costs.answer / 1e3:.0f} KB back")
    print(f"a record of another shard: {costs.skip * 1e6:.2f} us; merging a record: {costs.merge * 1e6:.2f} us\n")


def show_portions(costs: Costs) -> None:
    print("one driver reads, writes and journals:")
    print("workers   records/s  driver at work  workers at work  10^10 records  in flight")
    for workers in WORKERS:
        rate, driver, work = simulated(costs, workers)
        days = RECORDS / (rate * costs.portion) / 86_400
        held = 2 * workers * (costs.request + costs.answer) / 1e6
        print(f"{workers:>7,} {rate * costs.portion:>11,.0f} {driver:>15.0%} {work:>16.0%}", end=" ")
        print(f"{days:>9.1f} days {held:>7.1f} MB")
    serve = costs.read + costs.written + costs.call
    print(f"the driver bends at {costs.portion / serve:,.0f} records/s: {costs.work / serve:.0f} workers")
    way = (costs.request + costs.answer) / NETWORK
    print(f"the object store at {costs.portion / way:,.0f} (10 Gbit/s): {costs.work / way:,.0f} workers")
    journal = costs.portion / costs.written
    print(f"the journal, with nothing else to do, at {journal:,.0f} records/s\n")


def show_shards(costs: Costs) -> None:
    print("in 1,000 shards on as many workers, each of which reads the list of all records:")
    own = RECORDS / 1000 * (costs.work / costs.portion + (costs.read + costs.written) / costs.portion)
    skipped = RECORDS * costs.skip
    merged = RECORDS * costs.merge
    for what, seconds in (
        ("its own records", own),
        ("passing over the others", skipped),
        ("merging, at the end", merged),
    ):
        print(f"{what:<24} {seconds / 3600:8.2f} h")
    terabytes = RECORDS * costs.output / 1e12
    print(f"input in 1,000 files, a run for each, and no merging: {own / 3600:.2f} h, {terabytes:.1f} TB")


if __name__ == "__main__":
    sys.exit(main())

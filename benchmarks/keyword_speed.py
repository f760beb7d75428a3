"""How long keywords take on one core: ``python benchmarks/keyword_speed.py``.

Sound comes in pieces, as from microphones that stay open, and each piece goes from samples to answers before the next
one comes:

- one stream: the time of a piece, the median and the slowest of a hundred, and how much that is for 20 ms of sound;
- a hundred streams at once: the time of a round, in which each gives a piece;
- `iterate`: the same hundred through the public interface, in seconds of computing for a second of each stream.

Run it on a machine that does nothing else, with one core: ``taskset -c 0 python benchmarks/keyword_speed.py``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np

import seqpipe


def sound(seconds: float, rate: int) -> np.ndarray:
    """Return noise that swells, so that something is heard now and then."""
    count = round(seconds * rate)
    level = 0.1 * np.abs(np.sin(np.arange(count) / rate))
    return (level * np.random.default_rng(1).standard_normal(count)).astype(np.float32)


def rounds(streams: int, piece: float, seconds: float, rate: int) -> Iterator[tuple[seqpipe.Record, ...]]:
    """Yield the pieces of a round, one of each stream."""
    samples, size = sound(seconds, rate), round(piece * rate)
    for begin in range(0, len(samples) - size + 1, size):
        held = samples[begin : begin + size]
        yield tuple(seqpipe.Record(str(number), np.roll(held, number), last=False) for number in range(streams))


def times(listen: seqpipe.Loaded, streams: int, piece: float, seconds: float, rate: int) -> np.ndarray:
    """Return the seconds that each round took."""
    state, taken = None, []
    for records in rounds(streams, piece, seconds, rate):
        begin = time.perf_counter()
        _, state = listen.pipeline(seqpipe.Batch(records, final=False), state)
        taken.append(time.perf_counter() - begin)
    return np.array(taken[len(taken) // 5 :])  # the first ones warm up


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pipeline", default="audio/keywords", help="a pipeline file, or the name of one")
    parser.add_argument("--model", help="in place of the pipeline's own")
    parser.add_argument("--pieces", type=float, nargs="+", default=[0.02, 0.04, 0.1], help="seconds")
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each stream")
    options = parser.parse_args()
    listen = seqpipe.load(options.pipeline, settings=[f"model={options.model}"] if options.model else [])
    rate = round(listen.reader.spec.rate)
    for piece in options.pieces:
        for streams in (1, options.streams):
            middle, slow = np.percentile(times(listen, streams, piece, options.seconds, rate), [50, 99])
            print(f"{streams:4} streams, pieces of {piece * 1000:g} ms: median {middle * 1000:.3f} ms,", end=" ")
            print(f"99 % below {slow * 1000:.3f} ms; {middle / piece * 20:.3f} ms for 20 ms of sound", flush=True)
        held = [record for records in rounds(options.streams, piece, options.seconds, rate) for record in records]
        begin = time.perf_counter()
        for _answer in listen.iterate(held):
            pass
        factor = (time.perf_counter() - begin) / options.seconds
        print(
            f"{options.streams:4} streams by iterate: {factor:.3f} seconds of computing for a second of all", flush=True
        )


if __name__ == "__main__":
    main()

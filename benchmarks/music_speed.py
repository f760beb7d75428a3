"""How many steps of music are made in a second on one core: ``python benchmarks/music_speed.py``.

A step is a frame of 88 keys (chorales: a quarter note, folk tunes: an eighth) or a sixteenth of four voices, which is
five steps of the network. Pieces are made many at once; the time has all in it, from the empty opening to the notes.
Run it on a machine that does nothing else, with one core: ``taskset -c 0 python benchmarks/music_speed.py``.
"""

from __future__ import annotations

import argparse
import statistics
import time

import seqpipe

PIPELINES = {
    "audio/music-chorales": "stages.3",
    "audio/music-folk": "stages.4",
    "audio/music-chorales-satb": "decoder",
}


def rate(name: str, decoder: str, pieces: int, length: int, runs: int) -> float:
    """Return the steps a second, the median of some runs."""
    play = seqpipe.load(name, settings=[f"{decoder}.length={length}"])
    openings: list[list[int]] = [[]] * pieces
    play(openings)
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        play(openings)
        times.append(time.perf_counter() - begin)
    return pieces * length / statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=int, nargs="+", default=[1, 16, 256])
    parser.add_argument("--length", type=int, default=128, help="steps of a piece")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"{'steps a second':28s}" + "".join(f"{f'{pieces} at once':>14s}" for pieces in options.pieces))
    for name, decoder in PIPELINES.items():
        rates = [rate(name, decoder, pieces, options.length, options.runs) for pieces in options.pieces]
        print(f"{name:28s}" + "".join(f"{one:14,.0f}" for one in rates))


if __name__ == "__main__":
    main()

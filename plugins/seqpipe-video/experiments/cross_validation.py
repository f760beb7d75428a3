"""How good the activity pipeline of poses is on styles and clips that it has not seen.

    python plugins/seqpipe-video/experiments/cross_validation.py $SEQPIPE_DATA/video runs/folds [--set key=value ...]

Trains once for each fold: without some styles of the motion capture, and without a fifth of the joints marked on
videos (the clips of a label lie in the order of the videos that they were cut from, so a fifth is one stretch of them).
With ``--each``, each style is left out alone. Prints how many are right: of each style left out, when the pipeline may
answer only run or walk; of the clips left out; of run and walk among these, when it may answer only those; and means.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import seqpipe

Archive = dict[str, Any]

FOLDS = 5
TWO = ("run", "walk")
TOGETHER = (
    ("elderly", "old", "happy"),
    ("exhausted", "tired", "sad"),
    ("masculine", "masculinity", "giant"),
    ("youthful", "childish", "not-confident"),
    ("active", "musical"),
    ("normal",),
)
"""Styles that are left out together, unless each is left out alone."""


def part(archive: Archive, chosen: np.ndarray) -> Archive:
    """Return some clips of an archive."""
    ends = np.cumsum(archive["length"])
    frames = [np.arange(end - length, end) for end, length in zip(ends, archive["length"], strict=True)]
    rows = np.concatenate([frames[index] for index in np.flatnonzero(chosen)])
    clips, total = len(ends), int(ends[-1])
    by_length = {clips: chosen, total: rows}
    return {
        key: value[by_length[len(value)]] if value.ndim and len(value) in by_length else value
        for key, value in archive.items()
    }


def blocks(labels: np.ndarray) -> np.ndarray:
    """Return which fold each clip belongs to: a stretch of the clips of its label."""
    fold = np.zeros(len(labels), int)
    for label in np.unique(labels):
        at = np.flatnonzero(labels == label)
        fold[at] = np.arange(len(at)) * FOLDS // len(at)
    return fold


def folds(mocap: Archive, *, each: bool) -> Iterator[tuple[str, np.ndarray, int]]:
    """Yield a name, which clips of the motion capture are left out, and which fifth of the others."""
    together = [(style,) for style in np.unique(mocap["style"])] if each else TOGETHER
    for number, styles in enumerate(together):
        yield styles[0], np.isin(mocap["style"], styles), number % FOLDS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with mocap/train.npz and jhmdb_joints/train.npz")
    parser.add_argument("output", type=Path, help="folder for folds and models")
    parser.add_argument("--pipeline", default="pipelines/activity-pose.yaml")
    parser.add_argument("--each", action="store_true", help="leave each style out alone")
    parser.add_argument("--only", type=int, nargs="*", help="numbers of the folds to do")
    parser.add_argument("--videos", type=int, default=4, help="how often the clips of videos are named")
    parser.add_argument("--set", action="append", default=[], dest="settings")
    options = parser.parse_args()
    mocap, videos = (dict(np.load(options.data / name / "train.npz")) for name in ("mocap", "jhmdb_joints"))
    fold = blocks(videos["label"])
    figures: dict[str, list[float]] = defaultdict(list)
    for number, (name, left_out, block) in enumerate(folds(mocap, each=options.each)):
        if options.only and number not in options.only:
            continue
        folder = options.output / name
        folder.mkdir(parents=True)
        np.savez(folder / "mocap.npz", **part(mocap, ~left_out))
        np.savez(folder / "videos.npz", **part(videos, fold != block))
        train = [folder / "mocap.npz"] + [folder / "videos.npz"] * options.videos
        paths = json.dumps([str(path.resolve()) for path in train])
        model = seqpipe.train(
            options.pipeline, settings=[f"train.data.train={paths}", *options.settings], output=folder / "run"
        )
        settings = [f"model={Path(model).resolve()}", *options.settings]
        row = {f"style {style}": part(mocap, mocap["style"] == style) for style in np.unique(mocap["style"][left_out])}
        row["videos"] = part(videos, fold == block)
        row["videos, run or walk"] = part(videos, (fold == block) & np.isin(videos["label"], TWO))
        for what, archive in row.items():
            np.savez(folder / "dev.npz", **archive)
            labels = () if what == "videos" else TWO
            figure = seqpipe.evaluate(options.pipeline, folder / "dev.npz", settings=settings, labels=labels)
            figures[what].append(figure["accuracy"].value)
            print(f"{name}: {what} {figure['accuracy'].value:.3f} of {len(archive['length'])}", flush=True)
    of_styles = [value for what, values in figures.items() if what.startswith("style") for value in values]
    print(f"mean over {len(of_styles)} styles {np.mean(of_styles):.3f}")
    print({what: round(float(np.mean(values)), 3) for what, values in figures.items() if what.startswith("videos")})


if __name__ == "__main__":
    main()

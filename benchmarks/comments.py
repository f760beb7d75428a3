"""Comments to run over, as many as wanted: sentences of the shipped examples in another order each time."""

from __future__ import annotations

import random
from pathlib import Path

SENTENCES = Path(__file__).parent.parent / "pipelines" / "inputs" / "comments.txt"


def write_comments(path: Path, number: int) -> None:
    """Write a file of comments, one a line, which are always the same: 19 words in the mean, 1 to 60."""
    words = SENTENCES.read_text(encoding="utf-8").split()
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for _ in range(number):
            length = min(max(round(chance.gammavariate(4.0, 4.75)), 1), 60)
            begin = chance.randrange(len(words))
            file.write(" ".join((words[begin:] + words)[:length]) + "\n")

"""Invents stations, so that nothing has to be fetched: a year with its seasons, weather that lasts, and some faults."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from pathlib import Path

DAYS = 180
FAULTS = 0.03


def station(chance: random.Random) -> str:
    """Return the lines of one station's file."""
    weather, lines = 0.0, []
    begin = date(2024, 1, 1) + timedelta(days=chance.randrange(365))
    for day in range(DAYS):
        today = begin + timedelta(days=day)
        season = -math.cos(2 * math.pi * today.timetuple().tm_yday / 365)
        weather = 0.8 * weather + chance.gauss(0, 1.2)
        temperature, flag = 10 + 9 * season + weather, "ok"
        if chance.random() < FAULTS:
            temperature, flag = temperature + chance.choice((-1, 1)) * chance.uniform(10, 20), "fault"
        lines.append(f"{today},{temperature:.1f},{flag}\n")
    return "".join(lines)


def main() -> None:
    """Write 60 files to data/train and 15 to data/dev."""
    chance = random.Random(1)
    for part, count in (("train", 60), ("dev", 15)):
        folder = Path("data", part)
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            (folder / f"station-{number}.csv").write_text(station(chance), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Draws the pictures of README.md from what the commands in them print and write.

Run it with ``python docs/draw_readme.py``, on Linux or macOS. The picture of a report is made anew where
Chromium is, and `SEQPIPE_DATA` names the folder with the data that `text/sentiment` is measured on.
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fcntl import ioctl
from io import StringIO
from pathlib import Path
from struct import pack
from tempfile import TemporaryDirectory
from termios import TIOCSWINSZ

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
INPUTS = ROOT / "pipelines" / "inputs"

COLUMNS = 100
COMMENTS = """\
A warm, sly and beautifully acted film that never once talks down to its audience.
It isn't bad.
Not funny, not clever, not short.
The first half is a masterpiece; in the second, the director had left.
"""
"""Written for this picture."""

COMMANDS = (
    "seqpipe run text/sentiment comments.txt",
    "seqpipe run text/ner --text 'Anna Kowalska left Microsoft in Oslo for a bank in Kraków.'",
    "seqpipe run text/translate-de-en --text 'Wenn es morgen regnet, bleiben wir zu Hause.'",
    "seqpipe run audio/speech-an4 forms.flac -o subtitles --set 'write={writer: core.srt}'",
    "head -7 subtitles/forms.flac.srt",
)

DARK = TerminalTheme(
    background=(22, 27, 34),
    foreground=(213, 219, 227),
    normal=[
        (72, 79, 88), (255, 123, 114), (86, 211, 100), (227, 179, 65),
        (121, 192, 255), (210, 168, 255), (86, 212, 221), (177, 186, 196),
    ],
)  # fmt: skip
"""Colours that can be read on a light and on a dark page, as the terminal has its own background."""

SHOT = "--headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=720,910 --screenshot"
"""Of the page down to its table of confusions, so that no sentence of the data is in the picture."""

Times = dict[str, float]
UNITS = 256
ENGINES = {"seqpipe": "#2f66a8", "PyTorch": "#c98a2b", "ONNX Runtime": "#8a8f98"}
"""In the order of the table, each with its colour."""

CHART = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">
<style>
text {{ font: 12px system-ui, "DejaVu Sans", sans-serif; fill: #333; }}
.name {{ font-weight: bold; font-size: 14px; }}
</style>
<rect width="{width}" height="{height}" fill="#fff"/>
{parts}
</svg>
"""

FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 {width} {terminal_height}" role="img" aria-label="{label}">
<style>
.{unique_id}-matrix {{
  font: {char_height}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  white-space: pre;
}}
{styles}
</style>
<defs>{lines}</defs>
<rect x="-8" y="-8" width="{width}" height="{terminal_height}" rx="8" fill="rgb(22,27,34)"/>
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g>
</svg>
"""


def main() -> None:
    """Draw them all."""
    with folder_of_inputs() as folder:
        for command in COMMANDS:
            run(command, folder)  # so that all is compiled
    with folder_of_inputs() as folder:
        (IMAGES / "terminal.svg").write_text(terminal(COMMANDS, folder), "utf-8")
        run(
            "seqpipe run audio/music-chorales-satb -o music --set writer=audio.roll_svg --set decoder.length=224",
            folder,
        )
        shutil.copy(folder / "music" / "piece_3.svg", IMAGES / "piano-roll.svg")
        if (browser := shutil.which("chromium")) and "SEQPIPE_DATA" in os.environ:
            shutil.copy(Path(os.environ["SEQPIPE_DATA"], "sentiment", "sst5", "dev.tsv"), folder / "sentences.tsv")
            run("seqpipe evaluate text/sentiment --report report --data sentences.tsv", folder)
            run(f"{browser} {SHOT}={IMAGES / 'report.png'} file://{folder}/report/report.html", folder)
    (IMAGES / "speed.svg").write_text(speed(measured()), "utf-8")


def measured() -> list[tuple[str, Times]]:
    """Return the milliseconds of each engine for each cell, as docs/performance.md has them from the benchmark."""
    page = (ROOT / "docs" / "performance.md").read_text("utf-8")
    rows = re.findall(rf"^\| (\w+) \| {UNITS} \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", page, re.MULTILINE)
    return [(cell.upper(), dict(zip(ENGINES, map(float, times), strict=True))) for cell, *times in rows]


def speed(cells: Sequence[tuple[str, Times]]) -> str:
    """Return a picture of how long each engine takes, as SVG: a bar each, the shorter the better."""
    bar, gap, left, width = 15, 14, 62, 400
    most = max(max(times.values()) for _, times in cells)
    parts, top = [], 52.0
    for cell, times in cells:
        parts.append(f'<text class="name" x="{left - 10}" y="{top + 1.5 * bar + 4}" text-anchor="end">{cell}</text>')
        for engine, milliseconds in times.items():
            length = width * milliseconds / most
            parts.append(
                f'<rect x="{left}" y="{top}" width="{length:.1f}" height="{bar - 2}" rx="2" fill="{ENGINES[engine]}"/>'
                f'<text x="{left + length + 6:.1f}" y="{top + bar - 4}">{milliseconds:.0f} ms {engine}</text>'
            )
            top += bar
        top += gap
    label = ", ".join(f"{cell}: " + ", ".join(f"{e} {ms:.0f} ms" for e, ms in times.items()) for cell, times in cells)
    title = (
        f'<text class="name" x="10" y="20">128 sentences through one layer of {UNITS} units, forward</text>'
        '<text x="10" y="38">milliseconds on one core of an Intel Xeon with AVX-512: the shorter the better</text>'
    )
    return CHART.format(width=left + width + 160, height=top, label=label, parts=title + "\n".join(parts))


@contextmanager
def folder_of_inputs() -> Iterator[Path]:
    """Give a folder with what the commands read, and those that they write to."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "comments.txt").write_text(COMMENTS, "utf-8")
        shutil.copy(INPUTS / "forms.flac", folder)
        for made in ("subtitles", "music"):
            (folder / made).mkdir()
        yield folder


def run(command: str, folder: Path) -> None:
    """Run a command of the picture's folder, and say nothing."""
    subprocess.run(["/bin/sh", "-c", command], cwd=folder, check=True, capture_output=True, env=environment())


def environment() -> dict[str, str]:
    """Return variables with which ``seqpipe`` is that of this interpreter."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "TERM": "xterm-256color"}


def terminal(commands: Sequence[str], folder: Path) -> str:
    """Return the picture of a terminal in which commands are run, as SVG."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), color_system="truecolor", force_terminal=True)
    for number, command in enumerate(commands):
        if number:
            console.print()
        console.print(Text.assemble(("$ ", "bold green"), (command, "bold")), soft_wrap=False)
        console.print(Text.from_ansi(shown(command, folder).rstrip()))
    console.print()
    label = "seqpipe in a terminal: comments with stars, names in colour, a translation, subtitles of a recording"
    return console.export_svg(theme=DARK, code_format=FRAME.replace("{label}", label), unique_id="terminal")


def shown(command: str, folder: Path) -> str:
    """Return what a command prints on a terminal, with the sequences that colour it."""
    ours, terminals = pty.openpty()
    ioctl(terminals, TIOCSWINSZ, pack("HHHH", 40, COLUMNS, 0, 0))
    process = subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment(),
        stdin=terminals,
        stdout=terminals,
        stderr=terminals,
    )
    os.close(terminals)
    printed = bytearray()
    with suppress(OSError):  # Linux says so that nobody has the other end any more
        while part := os.read(ours, 1 << 16):
            printed += part
    os.close(ours)
    if process.wait():
        sys.exit(f"{command}: {printed.decode()}")
    return last_state(printed.decode())


def last_state(printed: str) -> str:
    """Return what can be seen at the end, without the lines that were there for a while, such as a bar."""
    lines = [""]
    for part in re.split(r"(\n|\x1b\[1A|\x1b\[2K)", re.sub(r"\r|\x1b\[\?\d+[hl]", "", printed)):
        if part == "\n":
            lines.append("")
        elif part == "\x1b[1A":
            lines.pop()
        elif part == "\x1b[2K":
            lines[-1] = ""
        else:
            lines[-1] += part
    return "\n".join(lines)


if __name__ == "__main__":
    main()

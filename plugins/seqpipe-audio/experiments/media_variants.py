"""Let other programs write one recording in all kinds of MP3 and to pipes, and compare what is read with FFmpeg.

python media_variants.py --rates 8000 44100

Needs ffmpeg, lame, twolame, sox, flac and oggenc, in Debian: ffmpeg, lame, twolame, sox, libsox-fmt-all, flac,
vorbis-tools.
Prints a line for each file that is refused, or whose number of samples is neither the recording's nor FFmpeg's (which
has the delay of the encoder in it), and how many agree.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

from seqpipe import Record, Source
from seqpipe_audio.recordings import ReadAudio

SECONDS = 4
RATES = (8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
LAME = {
    "constant": "",
    "variable": "-V 5",
    "average": "--abr 64",
    "untagged": "-t",
    "variable untagged": "-t -V 4",
    "free format": "--freeformat -b 100",
    "id3v2": "-V 2 --add-id3v2 --tt title --ta artist",
    "id3v1": "-V 2 --id3v1-only --tt title",
    "checksums": "-p",
    "mono": "-m m -V 6",
    "stereo": "-m s",
}
FFMPEG = {"mp3": "", "mp3 variable": "-q:a 5", "mp3 without Xing": "-q:a 5 -write_xing 0"}
PIPED = ("wav", "w64", "caf", "au", "aiff", "flac", "ogg", "mp3", "opus")
PIPED_BY_SOX = ("wav", "w64", "caf", "au", "aiff", "flac", "ogg", "mp3", "sph", "pvf", "mat5")


def main() -> int:
    """Make the files, read them, and return whether all agree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=int, nargs="+", default=RATES)
    rates = parser.parse_args().rates
    agree, differ = 0, 0
    with TemporaryDirectory() as folder:
        for what, path, rate in variants(Path(folder), rates):
            found = by_seqpipe(path, rate)
            if found == SECONDS * rate or found == (expected := by_ffmpeg(path, rate)):
                agree += 1
            else:
                differ += 1
                print(f"{what}: {found}, by FFmpeg {expected}", flush=True)
    print(f"{agree} of {agree + differ} agree")
    return int(differ > 0)


def variants(folder: Path, rates: Sequence[int]) -> Iterator[tuple[str, Path, int]]:
    """Yield what each file is, its path and its rate (Hz)."""
    for rate in rates:
        for channels in (1, 2):
            wave = recording(folder, rate, channels)
            of = f"{rate} Hz, {channels} channels"
            for what, options in LAME.items():
                yield from made(f"lame, {what}, {of}", f"lame --quiet {options} {wave} OUT", folder / "a.mp3")
                yield from made(
                    f"lame to a pipe, {what}, {of}",
                    f"lame --quiet {options} - - < {wave} | cat > OUT",
                    folder / "a.mp3",
                )
            for what, options in FFMPEG.items():
                yield from made(
                    f"ffmpeg, {what}, {of}", f"ffmpeg -v error -y -i {wave} {options} OUT", folder / "a.mp3"
                )
            yield from made(f"twolame, {of}", f"twolame --quiet {wave} OUT", folder / "a.mp2")
            for kind in PIPED:
                form = {"opus": "-c:a libopus -f ogg"}.get(kind, f"-f {kind}")
                command = f"ffmpeg -v error -i {wave} {form} - | cat > OUT"
                yield from made(f"ffmpeg to a pipe, {kind}, {of}", command, folder / f"a.{kind}")
            command = f"ffmpeg -v error -i {wave} -rf64 always -f wav - | cat > OUT"
            yield from made(f"ffmpeg to a pipe, rf64, {of}", command, folder / "a.rf64")
            for kind in PIPED_BY_SOX:
                command = f"sox -V1 {wave} -t {kind} - | cat > OUT"
                yield from made(f"sox to a pipe, {kind}, {of}", command, folder / f"a.{kind}")
            yield from made(f"flac to a pipe, {of}", f"flac -s -c - < {wave} | cat > OUT", folder / "a.flac")
            yield from made(f"oggenc to a pipe, {of}", f"oggenc -Q - < {wave} | cat > OUT", folder / "a.ogg")


def recording(folder: Path, rate: int, channels: int) -> Path:
    """Write a sweep, then noise."""
    time = np.arange(SECONDS * rate) / rate
    noise = np.random.default_rng(1).normal(0, 0.1, (len(time), channels))
    samples = np.where(time < 2, 0.3 * np.sin(2 * np.pi * (100 + 500 * time) * time), 0)[:, None] + noise * 0.3
    path = folder / f"{rate}-{channels}.wav"
    soundfile.write(path, samples, rate, "PCM_16")
    return path


def made(what: str, command: str, path: Path) -> Iterator[tuple[str, Path, int]]:
    """Yield a file that a command makes, if the program can."""
    path.unlink(missing_ok=True)
    subprocess.run(command.replace("OUT", str(path)), shell=True, capture_output=True, check=False)  # noqa: S602
    if path.exists() and path.stat().st_size > 4000 and (rate := rate_of(path)):
        yield what, path, rate


def rate_of(path: Path) -> int:
    """Return the rate of a file (Hz), by FFmpeg; 0 if it does not know."""
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=sample_rate", "-of", "csv=p=0", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return int(said[0].strip(",")) if said else 0


def by_ffmpeg(path: Path, rate: int) -> int:
    """Return how many samples a channel has."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "s16le", "-ac", "1", "-ar", str(rate), "-"]
    return len(subprocess.run(command, capture_output=True, check=False).stdout) // 2


def by_seqpipe(path: Path, rate: int) -> int | str:
    """Return the same, or why it is refused."""
    (item,) = ReadAudio(rate=rate).read(Source(str(path)))
    return len(item.payload) if isinstance(item, Record) else str(item)


if __name__ == "__main__":
    sys.exit(main())

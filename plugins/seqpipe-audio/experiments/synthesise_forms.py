"""Make what people say to a form, to train `speech-an4` on: synthetic speech, and text for its language model.

    python plugins/seqpipe-audio/experiments/synthesise_forms.py runs/forms --words commands_train.tsv

What is said: commands with letters and numbers; names, streets and towns (``names.txt`` beside this file) spelled letter by
letter; house numbers, ZIP codes, telephone numbers and dates. All is drawn from the seed, none of it is from a
data set. Writes FLAC files at 16 kHz, spoken by espeak-ng in many voices, a manifest of them (``speech.tsv``, for the reader
audio.manifest), and ``phrases.txt``, more of the same, for the language model. Of a manifest of single words, named
word__speaker as in Speech Commands, those that forms have are joined to strings of one speaker (``words.tsv``). It needs
the program espeak-ng.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE = 16_000
HERE = Path(__file__).parent
VOICES = ("en-us", "en-us", "en-us", "en-us-nyc", "en-gb")  # the British say "zed": letters are spoken by Americans
VARIANTS = (
    "f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8 Alex Alicia Andrea Andy Annie Denis Diogo Gene Gene2 Henrique Hugo Jacky Lee Marco "
    "Mario Michael Mike Nguyen adam anika antonio aunty belinda benjamin boris caleb david ed edward gustave iven iven2 iven3 "
    "john linda marcelo max michel miguel norbert pablo paul pedro quincy rob robert sandro shelby steph steph2 steph3 travis "
    "victor zac klatt klatt2 klatt4 croak"
).split()
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "zero one two three four five six seven eight nine".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
MONTHS = "january february march april may june july august september october november december".split()
DAYS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
COMMANDS = "yes no go stop start help repeat enter erase rubout".split()
Names = Mapping[str, Sequence[str]]


class Speaker:
    """Somebody who answers a form: phrases that are drawn."""

    def __init__(self, chance: random.Random, names: Names) -> None:
        self.chance = chance
        self.names = names

    def phrase(self) -> str:
        """Return what is said to one question."""
        kinds: list[tuple[float, Callable[[], str]]] = [
            (6, self.entry),
            (1.2, self.command),
            (1, lambda: spelled(self._name("surname"))),
            (1, lambda: spelled(self._name("first"))),
            (1, self.street),
            (1, lambda: spelled(self._name("town"))),
            (0.8, self.house),
            (0.8, self.zip_code),
            (0.8, self.telephone),
            (1, self.date),
        ]
        weights, say = zip(*kinds, strict=True)
        return self.chance.choices(say, weights)[0]()

    def entry(self) -> str:
        """Return letters and a number, often after a command; or a number that is entered."""
        command = self.chance.choice(("", "erase", "rubout", "enter"))
        letters = [] if command == "enter" else self.chance.choices(LETTERS, k=self.chance.randint(1, 5))
        return " ".join([command, *letters, self.number()]).strip()

    def command(self) -> str:
        return self.chance.choice(COMMANDS)

    def street(self) -> str:
        kind = self.chance.choice(("street", "street", "street", "surname", "first"))
        name = self._name(kind)
        return spelled(f"{name} {self._name('way')}" if self.chance.random() < 0.3 else name)

    def house(self) -> str:
        number = self.chance.choice((self.chance.randint(1, 999), self.chance.randint(1000, 9999)))
        return self.read(number)

    def zip_code(self) -> str:
        start = "152" if self.chance.random() < 0.5 else f"{self.chance.randint(0, 999):03}"
        return self.digits(f"{start}{self.chance.randint(0, 99):02}")

    def telephone(self) -> str:
        area = self.chance.choice(("", "", "412", f"{self.chance.randint(200, 999)}"))
        start = self.chance.choice(("268", f"{self.chance.randint(200, 999)}"))
        last = f"{self.chance.randint(0, 9999):04}"
        return self.digits(f"{area}{start}{last}")

    def date(self) -> str:
        """Return a birthday, with the month by its name or its number."""
        month, day, year = self.chance.randint(1, 12), self.chance.randint(1, 31), self.chance.randint(20, 75)
        number = below_hundred(day)
        name = (
            DAYS[day - 1]
            if day <= len(DAYS)
            else "thirtieth"
            if day == 30
            else f"{number.split()[0]} {DAYS[day % 10 - 1]}"
        )
        first = self.chance.choice(
            (f"{MONTHS[month - 1]} {name}", f"{MONTHS[month - 1]} {name}", f"{below_hundred(month)} {number}")
        )
        century = "nineteen " if self.chance.random() < 0.5 else ""
        return f"{first} {century}{below_hundred(year)}"

    def number(self) -> str:
        """Return a number of one to four digits, read in one of the usual ways."""
        places = self.chance.choices((1, 2, 3, 4), (2, 3, 3, 1))[0]
        return self.read(self.chance.randint(0 if places == 1 else 10 ** (places - 1), 10**places - 1))

    def read(self, number: int) -> str:
        """Return a number below 10,000 as digits, in pairs, or with hundreds and thousands."""
        ways = [self.digits(str(number))]
        if number >= 10:
            ways += [self.pairs(str(number))] * 2 + [self.whole(number)]
        return self.chance.choice(ways)

    def digits(self, text: str) -> str:
        zero = self.chance.choice(("zero", "oh"))
        return " ".join(zero if digit == "0" else DIGITS[int(digit)] for digit in text)

    def pairs(self, text: str) -> str:
        """Return digits in pairs from the end: one twenty, forty oh five."""
        first, last = text[:-2], text[-2:]
        front = [] if not first else [below_hundred(int(first))]
        if last == "00":
            return " ".join([*front, "hundred"])
        return " ".join([*front, *(["oh", DIGITS[int(last[1])]] if last[0] == "0" else [below_hundred(int(last))])])

    def whole(self, number: int) -> str:
        """Return a number in words, with or without its "and"."""
        thousands, hundreds, rest = number // 1000, number // 100 % 10, number % 100
        words = [f"{DIGITS[thousands]} thousand"] if thousands else []
        words += [f"{DIGITS[hundreds]} hundred"] if hundreds else []
        if rest:
            words += ["and"] if words and self.chance.random() < 0.4 else []
            words.append(below_hundred(rest))
        return " ".join(words)

    def _name(self, kind: str) -> str:
        return self.chance.choice(self.names[kind])


def below_hundred(number: int) -> str:
    """Return a number below a hundred in words."""
    if number < 20:
        return [*DIGITS, *TEENS][number]
    return " ".join([TENS[number // 10 - 2], *([DIGITS[number % 10]] if number % 10 else [])])


def spelled(name: str) -> str:
    """Return a name letter by letter."""
    return " ".join(name.replace(" ", ""))


def read_names(path: Path) -> Names:
    """Return the names of each kind."""
    parts = re.split(r"\[(\w+)\]\n", path.read_text(encoding="utf-8"))
    return {
        kind: [" ".join(name.split()) for name in re.split(r"[,\n]+", text.strip())]
        for kind, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def speak(text: str, path: Path, seed: int) -> None:
    """Write a phrase as espeak-ng says it, in a voice that the seed chooses; letters with or without pauses."""
    chance = random.Random(seed)
    voice = chance.choice(VOICES[:4] if re.search(r"\bz\b", text) else VOICES)
    options = [
        f"{voice}+{chance.choice(VARIANTS)}",
        chance.randint(110, 190),
        chance.randint(20, 80),
        chance.choice((0, 0, 1, 3, 6)),
    ]
    arguments = [str(value) for pair in zip(("-v", "-s", "-p", "-g"), options, strict=True) for value in pair]
    pause = chance.choice((" ", " ", ", "))
    spoken = re.sub(r"\b([a-z]) (?=[a-z]\b)", lambda match: match[1] + pause, text)
    spoken = re.sub(r"\b[a-z]\b", lambda match: match[0].upper(), spoken)
    wav = subprocess.run(["espeak-ng", *arguments, "--stdout", spoken], check=True, capture_output=True).stdout
    samples, rate = soundfile.read(io.BytesIO(wav), dtype="float32")
    soundfile.write(path, soxr.resample(samples, rate, RATE), RATE, format="FLAC")


def join(manifest: Path, folder: Path, chance: random.Random) -> list[str]:
    """Write strings of one to four words of a speaker, each word twice; return their lines of a manifest."""
    takes: dict[str, list[tuple[Path, str]]] = {}
    for line in manifest.read_text(encoding="utf-8").splitlines():
        name, _, word = line.partition("\t")
        if word in {*DIGITS, *COMMANDS}:
            path = manifest.parent / name
            takes.setdefault(path.stem.split("_")[2], []).append((path, word))
    lines = []
    for speaker, recordings in sorted(takes.items()):
        drawn = [take for _ in range(2) for take in chance.sample(recordings, len(recordings))]
        while drawn:
            count = chance.randint(1, 4)
            string, drawn = drawn[:count], drawn[count:]
            samples = [soundfile.read(path, dtype="float32")[0] for path, _ in string]
            path = folder / f"{speaker}_{len(lines):04}.flac"
            soundfile.write(path, np.concatenate(samples), RATE)
            lines.append(f"{folder.name}/{path.name}\t{' '.join(word for _, word in string)}\n")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="to write to")
    parser.add_argument("--count", type=int, default=3200, help="phrases to speak")
    parser.add_argument("--words", type=Path, help="a manifest of single words at 16 kHz")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    speaker = Speaker(chance, read_names(HERE / "names.txt"))
    spoken = [speaker.phrase() for _ in range(arguments.count)]
    audio = arguments.folder / "speech"
    audio.mkdir(parents=True, exist_ok=True)
    paths = [audio / f"{index:05}.flac" for index in range(len(spoken))]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(speak, spoken, paths, range(len(spoken))))
    lines = (f"speech/{path.name}\t{text}\n" for path, text in zip(paths, spoken, strict=True))
    (arguments.folder / "speech.tsv").write_text("".join(lines), encoding="utf-8")
    written = "".join(f"{speaker.phrase()}\n" for _ in range(arguments.count))
    (arguments.folder / "phrases.txt").write_text(written, encoding="utf-8")
    if arguments.words:
        (arguments.folder / "words").mkdir(exist_ok=True)
        lines = join(arguments.words, arguments.folder / "words", chance)
        (arguments.folder / "words.tsv").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

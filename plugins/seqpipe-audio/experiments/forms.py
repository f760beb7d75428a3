"""What people answer to a form: phrases that are drawn, written for this project, for `synthesise_forms.py`."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

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


class Respondent:
    """Somebody who answers the questions of a form."""

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
        """Return a word that tells what to do."""
        return self.chance.choice(COMMANDS)

    def street(self) -> str:
        """Return the name of a street, spelled, now and then with what kind of street it is."""
        kind = self.chance.choice(("street", "street", "street", "surname", "first"))
        name = self._name(kind)
        return spelled(f"{name} {self._name('way')}" if self.chance.random() < 0.3 else name)

    def house(self) -> str:
        """Return the number of a house."""
        number = self.chance.choice((self.chance.randint(1, 999), self.chance.randint(1000, 9999)))
        return self.read(number)

    def zip_code(self) -> str:
        """Return a ZIP code, half of them of Pittsburgh."""
        start = "152" if self.chance.random() < 0.5 else f"{self.chance.randint(0, 999):03}"
        return self.digits(f"{start}{self.chance.randint(0, 99):02}")

    def telephone(self) -> str:
        """Return a telephone number, with or without its area code."""
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
        """Return digits one by one."""
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

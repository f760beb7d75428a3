"""Write short opinions whose meaning is turned by a word: not, never, far from, not only, but, hardly, a face.

    python turned_opinions.py -o opinions.tsv

Rated comments have few of them, so a network that learns from comments alone takes "isn't bad" for bad. A line is
``stars<TAB>text``, as in the Stanford Sentiment Treebank. None of the opinions stands in
``tests/test_sentiment_behaviour.py``, and hardly one of their words of praise and blame: that test asks for what was
understood, not for what was remembered.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator
from pathlib import Path

Opinion = tuple[int, str]

GOOD = (
    "gripping touching witty lovely impressive convincing splendid thrilling refreshing sharp tender inspired "
    "enchanting memorable rewarding graceful likable skilful hilarious magnificent satisfying believable absorbing "
    "fine nice fantastic terrific perfect beautiful smart fresh original solid strong intelligent enjoyable delightful "
    "powerful stunning remarkable stylish effective compelling fascinating engaging marvellous subtle great warm"
).split()
BAD = (
    "clumsy tedious lame shallow predictable pointless annoying clichéd sloppy lifeless pretentious bland tiresome "
    "contrived forgettable laughable messy flat hollow irritating ridiculous unconvincing lazy dreary poor mediocre "
    "ugly painful unfunny pathetic cheesy uninteresting confusing wooden stale crude amateurish incoherent plodding "
    "overlong monotonous nasty atrocious abysmal awkward dumb mindless embarrassing worthless"
).split()
SUBJECTS = (
    "the dialogue;the music;the ending;the lead;the hero;the direction;the second half;the romance;the humour;"
    "the photography;this sequel;this comedy;this drama;her performance;his performance;the villain;the editing;"
    "the opening;every scene;this thriller;it;this;the film;the movie;the whole thing"
).split(";")
TURNED = (  # what stands before a word, and the stars that a bad and a good word then get
    ("is not", 4, 2), ("is n't", 4, 2), ("was not", 4, 2), ("was n't", 4, 2), ("is never", 4, 2), ("was never", 4, 2),
    ("is not at all", 4, 1), ("was n't in the least", 4, 1), ("is far from", 4, 2), ("is anything but", 5, 1),
    ("is by no means", 4, 2), ("is hardly", 4, 2), ("was neither slow nor", 4, 2), ("could not be called", 4, 2),
)  # fmt: skip
PLAIN = (("is", 2, 4), ("was", 2, 4), ("is so very", 1, 5), ("was completely", 1, 5), ("is a little", 2, 4))
WITHOUT = (
    ("there is not one {} moment in it", 4, 2), ("without a {} minute", 4, 2), ("nothing about it is {}", 4, 1),
    ("i did not find it {}", 4, 2), ("no one could call it {}", 4, 2), ("never {} , not for a second", 4, 2),
    ("i would n't say it is {}", 4, 2), ("not a {} film", 4, 2),
)  # fmt: skip
SETTLED = (
    (5, "everyone should see it at once"), (1, "everyone should avoid it"), (5, "i would not change a thing"),
    (1, "i would change everything"), (5, "you will not regret the ticket"), (1, "you will regret the ticket"),
    (5, "i could not look away"), (1, "i could not keep my eyes open"), (4, "it has no weaknesses"),
    (2, "it has no strengths"), (4, "nothing to criticise here"), (1, "nothing to praise here"),
    (5, "it does not put a foot wrong"), (1, "it does not get anything right"), (5, "it never lets you down"),
    (1, "it lets you down again and again"), (4, "there is no reason to stay away"), (1, "there is no reason to go"),
    (1, "i wish i had stayed at home"), (1, "i have had more fun at the dentist"), (2, "the trailer was better"),
    (1, "wonderful , if you like to suffer"), (5, "no sequel has been better"), (1, "no sequel has been worse"),
    (4, "better than i feared"), (2, "worse than i hoped"),
)  # fmt: skip
NOUNS = ("flaws faults weaknesses mistakes clichés problems", "charm wit surprises tension ideas heart substance")
OF_NOUNS = ("no {}", "it has no {}", "there are no {} in it", "without {}", "i saw no {}", "free of {}")
VERBS = ("drags annoys disappoints stumbles irritates bores", "grips surprises convinces entertains touches thrills")
OF_VERBS = ("it never {}", "this one never {}", "it never {} you", "nothing here {}", "no scene {}")
URGED = ("skip overlook ignore forget", "watch rent buy see")
URGES = ("no one should {} this one", "do not {} it", "you must not {} this one", "never {} it")
FACES = ((4, ":)"), (5, ":) :)"), (2, ":("), (1, ":( :("))
VOTES = ("my vote : {}/10", "score : {} out of 10", "rated {}/10", "{} stars out of 10", "{} of 10 points")


def opinions(chance: random.Random) -> Iterator[Opinion]:
    """Yield opinions, those of a pattern one after the other."""
    for subject in SUBJECTS:
        for verb, of_bad, of_good in (*TURNED, *PLAIN):
            yield from ((of_bad, f"{subject} {verb} {word}") for word in chance.sample(BAD, 3))
            yield from ((of_good, f"{subject} {verb} {word}") for word in chance.sample(GOOD, 3))
        for _ in range(2):
            yield from _pairs(subject, chance)
        yield from ((stars, f"{subject} {face}") for stars, face in FACES)
    for pattern, of_bad, of_good in WITHOUT:
        yield from ((of_bad, _filled(pattern, word)) for word in BAD)
        yield from ((of_good, _filled(pattern, word)) for word in GOOD)
    yield from _of_words(OF_NOUNS, NOUNS, 4, 2)
    yield from _of_words(OF_VERBS, VERBS, 4, 2)
    yield from _of_words(URGES, URGED, 5, 1)
    yield from _votes()
    yield from FACES
    yield from SETTLED


def _of_words(patterns: tuple[str, ...], words: tuple[str, str], of_bad: int, of_good: int) -> Iterator[Opinion]:
    """Yield each pattern with each of the bad and of the good words."""
    for stars, some in zip((of_bad, of_good), words, strict=True):
        yield from ((stars, pattern.format(word)) for pattern in patterns for word in some.split())


def _votes() -> Iterator[Opinion]:
    """Yield numbers out of ten; two of them are a star."""
    for points in range(11):
        yield from ((max(1, (points + 1) // 2), pattern.format(points)) for pattern in VOTES)


def _filled(pattern: str, word: str) -> str:
    """Return a pattern with a word in it, and ``an`` for ``a`` before a vowel."""
    return re.sub(r"\ba (?=[aeiou])", "an ", pattern.format(word))


def _pairs(subject: str, chance: random.Random) -> Iterator[Opinion]:
    """Yield opinions of two parts, of which the second one decides."""
    (good, better), (bad, worse) = chance.sample(GOOD, 2), chance.sample(BAD, 2)
    other = chance.choice([name for name in SUBJECTS if name != subject])
    yield 5, f"{subject} is not only {good} , it is {better} as well"
    yield 1, f"{subject} is not only {bad} , it is {worse} as well"
    yield 5, f"not merely {good} , {subject} is also {better}"
    yield 1, f"not merely {bad} , {subject} is also {worse}"
    yield 2, f"{subject} is {good} , but {other} is {bad}"
    yield 4, f"{subject} is {bad} , but {other} is {good}"
    yield 2, f"{good} , yet in the end {bad}"
    yield 4, f"{bad} , yet in the end {good}"
    yield 4, f"even though {subject} is {bad} , all in all it is {better}"
    yield 2, f"even though {subject} is {good} , all in all it is {worse}"


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the file to write")
    path = parser.parse_args().output
    lines = [f"{stars}\t{text}\n" for stars, text in dict.fromkeys(opinions(random.Random(1)))]
    path.write_text("".join(lines), encoding="utf-8")
    print(f"{len(lines)} opinions in {path}")


if __name__ == "__main__":
    main()

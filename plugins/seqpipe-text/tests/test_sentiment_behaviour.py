"""What a change of words must do to a rating: nine of ten hold, the rest are printed.

The sentences were written for this test; nothing is trained on them. GOOD and BAD texts must be rated good (4 or 5
stars likelier than 1 or 2) or bad; of a pair in BETTER the first must get more stars, in the mean, than the second.
"""

from itertools import chain

import pytest

import seqpipe

HOLDING = 0.9

GOOD = {
    "negation": [
        "It isn't bad.",
        "Nobody should miss this film.",
        "Not a single scene is wasted.",
        "I have no complaints.",
        "You won't be bored for a minute.",
        "There was never a dull moment.",
        "I can't find anything wrong with it.",
        "It never fails to amuse.",
    ],
    "not only": [
        "Not only is it clever, but it is also moving.",
        "Not only funny but also wise.",
        "It is not just a good thriller but a great film.",
    ],
    "but": [
        "The beginning is slow, but the rest is wonderful.",
        "It looks cheap, but I loved every minute.",
        "The story is old, but it is told with charm.",
        "Despite a weak script, it is a delight.",
    ],
    "intensity": ["Brilliant!!!", "LOVED IT", "It was sooooo goooood", "Amaaaazing!!!"],
    "comparison": [
        "Much better than the first one.",
        "It beats every other comedy of the year.",
        "I have rarely seen a better film.",
        "One of the best films I have seen in years.",
    ],
    "emoji": [
        "Loved it 😍",
        "What a film 👍👍🏽",
        "Go and see it :)",
        "That ending ❤️",
        "Just saw it <3",
        "👍",
        "Saw it twice :-D",
    ],
    "spelling": ["It isnt bad.", "You wont regret it", "I couldnt stop laughing"],
    "characters": [
        "It isn\u2019t bad.",
        "\uff21 \uff57\uff4f\uff4e\uff44\uff45\uff52\uff46\uff55\uff4c \uff46\uff49\uff4c\uff4d\uff01",
        "A won\xadder\xadful film.",
        "A bril\u200bliant film.",
    ],
    "HTML": [
        "<p>A <b>wonderful</b> film.<br /><br />See it!</p>",
        "It isn&#39;t bad, it is great.",
        "Charming &amp; funny.",
    ],
    "out of ten": ["10/10", "I give it 9 out of 10.", "8.5/10", "Five stars out of five."],
}

BAD = {
    "negation": [
        "It isn't good.",
        "This is not a film I would recommend.",
        "I did not enjoy a minute of it.",
        "Nobody should have to sit through this.",
        "There is nothing funny about it.",
        "The jokes never work.",
        "I would not call it entertaining.",
        "It's hardly worth watching.",
        "Neither moving nor funny.",
    ],
    "not only": [
        "Not only is it long, but it is also dull.",
        "It is not only stupid but also offensive.",
        "Not just slow but badly acted too.",
    ],
    "but": [
        "The cast is great, but the film is a mess.",
        "It has its moments, but most of it is dull.",
        "Beautifully shot, but empty and boring.",
        "Although the idea is good, the film is awful.",
    ],
    "intensity": ["Terrible!!!", "HATED IT", "It was soooo boooring", "Baaaad movie"],
    "comparison": [
        "Far worse than the original.",
        "The book is much better than this.",
        "I have seen better acting in school plays.",
        "It makes the first one look like a masterpiece.",
    ],
    "irony": [
        "If you have trouble sleeping, this film will help.",
        "Great, another film about nothing.",
        "I want my two hours back.",
        "The best part was the end credits.",
        "Watching paint dry is more exciting.",
        "A perfect film for people who hate films.",
        "I laughed only when it was over.",
        "Thanks for wasting two hours of my life.",
    ],
    "emoji": ["What a film 👎", "Saw it yesterday :(", "That ending 🤮", "Two hours of my life 😡", "👎👎🏿", "💩"],
    "spelling": ["It isnt good.", "I didnt like it.", "dont waste your money", "I couldnt finish it"],
    "characters": [
        "It isn\u2018t good.",
        "I didn\xb4t like it.",
        "It isn\u02bct funny.",
        "\uff29\uff54 \uff49\uff53\uff4e\uff07\uff54 \uff47\uff4f\uff4f\uff44\uff0e",
        "A \U0001d42d\U0001d41e\U0001d42b\U0001d42b\U0001d422\U0001d41b\U0001d425\U0001d41e film.",
        "A hor\xadri\xadble film.",
    ],
    "HTML": [
        "Awful.<br/>Just awful.",
        "It isn&#39;t good.",
        "I didn&rsquo;t like it.",
        "<i>Dreadful</i> from start to finish.",
    ],
    "out of ten": ["1/10", "I give it 2 out of 10.", "3/10 from me.", "0/10", "Half a star out of five."],
}

BETTER = {
    "negation": [
        ("The acting isn't terrible.", "The acting is terrible."),
        ("The plot makes sense.", "The plot doesn't make sense."),
        ("I liked it.", "I didn't like it."),
        ("It is not boring.", "It is boring."),
        ("It lacks nothing.", "It lacks everything."),
    ],
    "but": [
        ("It is silly, but it is fun.", "It is fun, but it is silly."),
        ("The script is weak, but the acting is superb.", "The acting is superb, but the script is weak."),
        ("Long, but good.", "Good, but long."),
    ],
    "intensity": [
        ("An excellent film.", "A good film."),
        ("A good film.", "An okay film."),
        ("A bad film.", "The worst film ever made."),
        ("I liked it very much.", "I liked it a little."),
        ("It was a bit boring.", "It was unbearably boring."),
        ("It was amazing.", "It was fine."),
        ("Somewhat disappointing.", "Utterly disappointing."),
    ],
    "comparison": [
        ("Better than the sequel.", "Worse than the sequel."),
        ("As good as the book.", "Not as good as the book."),
        ("More fun than I expected.", "Less fun than I expected."),
    ],
    "out of ten": [("7/10", "4/10"), ("9 out of 10", "6 out of 10"), ("A solid 8/10.", "A weak 5/10.")],
}


@pytest.fixture(scope="module")
def ratings():
    """The probabilities of each number of stars, by text."""
    texts = [*_texts(GOOD), *_texts(BAD), *chain.from_iterable(_texts(BETTER))]
    return {
        text: rating["probabilities"] for text, rating in zip(texts, seqpipe.load("text/sentiment")(texts), strict=True)
    }


def _texts(table):
    return list(chain.from_iterable(table.values()))


def is_good(probabilities):
    """Return None where there is no rating, which is neither good nor bad."""
    return probabilities and probabilities["4"] + probabilities["5"] > probabilities["1"] + probabilities["2"]


def mean_stars(probabilities):
    return sum(int(stars) * probability for stars, probability in probabilities.items())


def test_ratings_move_as_their_words_do(ratings):
    cases = [(f"good: {text}", is_good(ratings[text]) is True) for text in _texts(GOOD)]
    cases += [(f"bad: {text}", is_good(ratings[text]) is False) for text in _texts(BAD)]
    cases += [
        (f"better: {better} | {worse}", mean_stars(ratings[better]) > mean_stars(ratings[worse]))
        for better, worse in _texts(BETTER)
    ]
    assert len(cases) >= 80
    broken = [case for case, holds in cases if not holds]
    print(f"{len(cases) - len(broken)} of {len(cases)} hold; these do not:", *broken, sep="\n  ")  # noqa: T201 - the list of what is not reached
    assert len(broken) <= (1 - HOLDING) * len(cases), "\n".join(broken)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("It isn\u2019t bad.", "It isn't bad."),
        ("It isnt bad.", "It isn't bad."),
        ("It isn&#39;t bad.", "It isn't bad."),
        ("A won\xadder\xadful<br />film.", "A wonderful film."),
        ("\uff22\uff41\uff44\uff01", "Bad!"),
    ],
)
def test_what_is_written_in_another_way_gets_the_same_rating(written, plain):
    first, second = seqpipe.load("text/sentiment")([written, plain])
    assert first["probabilities"] == second["probabilities"]

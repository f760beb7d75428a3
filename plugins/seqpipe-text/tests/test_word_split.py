"""Where words begin and end."""

import subprocess
import sys
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from seqpipe_text.words.characters import composed, plain
from seqpipe_text.words.word_split import joined, words_of

PIECES = (
    "n't can not gon na 's 'll ' ’ ` \" ” - -- — . .. … -LRB- ( Mr. a.m. U.S film FILM 3 1,000 , : / _ don st. étc. ſ "
    "<br/> <i> &amp; &lt; & ; isnt do nt :) :-D ( : = ^ \xad \u200b \ufb01 \uff42 \uff07 \uff76 \uff9e ½ ´ ② "
    "é e\u0301 \u0301 ᄀ ᅡ ß İ Σ 👍🏽 🇬 🇧 \u200d \ufe0f ! ? $ % <unk> \xa0 \t \x00"
)
pieces = st.sampled_from(PIECES.split(" "))
texts = st.lists(pieces | st.text(max_size=3), max_size=8).map("".join)


def words(text, *, lowercase=True):
    return [word for word, _, _ in words_of(text, lowercase=lowercase)]


@pytest.mark.parametrize(
    ("raw", "split"),
    [
        ("A fine film.", "a fine film ."),
        (
            "It isn't the film's fault, they'd say; we'll see!",
            "it is n't the film 's fault , they 'd say ; we 'll see !",
        ),
        ("I can't, won't and cannot. I'm gonna!", "i ca n't , wo n't and can not . i 'm gon na !"),
        ("ISN’T it? Don‘t!", "is n't it ? do n't !"),
        ("shouldn't've y'all've", "should n't 've y'all 've"),
        ("rock'n'roll by O'Neill's sons' band", "rock'n'roll by o'neill 's sons ' band"),
        ("so... well….. no..", "so ... well ... ... no ..."),
        ("well-made -- a must — see – now", "well-made -- a must -- see -- now"),
        ("1,000.50 of 10/10 at 9:30 for $5, 50% off", "1,000.50 of 10/10 at 9:30 for $ 5 , 50 % off"),
        ("the '90s, 90-minute 2nd part", "the ' 90s , 90-minute 2nd part"),
        ("Mr. Smith of the U.S. left at 5 a.m. etc.", "mr. smith of the u.s. left at 5 a.m. etc."),
        ("“Quoted” ``twice'' (or -lrb- not -RRB-)", '" quoted " " twice " ( or ( not ) )'),
        ("wow!!! really?!", "wow ! ! ! really ? !"),
        ("👍👍🏽 ❤️👨‍👩‍👧🇬🇧🇫🇷", "👍 👍🏽 ❤️ 👨‍👩‍👧 🇬🇧 🇫🇷"),
        ("Amélie, naïve São Paulo", "amélie , naïve são paulo"),
        ("snake_case <br />", "snake _ case"),
        ("Good.<br /><br/>Bad, <i>very</i> bad <a href='x'>&quot;here&quot;</a>", 'good . bad , very bad " here "'),
        ("a < b > c <unk> <b", "a < b > c < unk > < b"),
        ("R&amp;B isn&#39;t; A&B, &nosuch; &eacute;t&#xe9;", "r & b is n't ; a & b , & nosuch ; été"),
        ("isnt dont CANT didnt wont. Wasnt? want font", "is n't do n't ca n't did n't wo n't . was n't ? want font"),
        (
            "it isn\uff07t \uff42\uff41\uff44\uff0c \U0001d41b\U0001d41a\U0001d41d, don\u02bct",
            "it is n't bad , bad , do n't",
        ),
        ("won\xadder\xadful \ufb01lm, \ufeffwell\u2011made", "wonderful film , well-made"),
        ("good:) :-D =) ;-) :P ^^ :( :-( :'( >:( :/ <3", "good :) :) :) :) :) :) :( :( :( :( :/ <3"),
        ("Note:(see) http://x.org 10:1 a<3.5", "note : ( see ) http : / / x . org 10:1 a < 3.5"),
        ("\tone\u00a0two\u3000 ", "one two"),
        ("", ""),
    ],
)
def test_raw_and_split_text_give_the_same_words(raw, split):
    assert words(raw) == split.split(" ") if split else words(raw) == []
    assert words(split) == words(raw)


@settings(max_examples=400)
@given(texts, st.booleans())
@example("\uff07\u0301", False)  # a wide apostrophe with an accent
def test_split_text_stays_as_it_is(text, lowercase):
    once = words(text, lowercase=lowercase)
    assert words(" ".join(once), lowercase=lowercase) == once


@settings(max_examples=400)
@given(texts)
def test_spans_cover_all_but_spaces_and_lie_in_order(text):
    covered, last = set(), 0
    for word, begin, end in words_of(text, lowercase=True):
        assert last <= begin < end <= len(text)
        assert words(text[begin:end]) == [word] or plain(text) != (text, None)
        covered.update(range(begin, end))
        last = end
    rest = [character for place, character in enumerate(text) if place not in covered]
    assert plain("".join(rest))[0].strip() == ""


@given(texts)
def test_composed_and_decomposed_text_give_the_same_words(text):
    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))


def test_spans_where_an_accent_stands_on_no_letter():
    assert words_of("e\u0301'\u0301", lowercase=True) == [("é", 0, 2), ("'\u0301", 2, 4)]


def test_spans_of_decomposed_text():
    text = "un cafe\u0301 noir"
    assert [text[begin:end] for _, begin, end in words_of(text, lowercase=True)] == ["un", "cafe\u0301", "noir"]


@pytest.mark.parametrize(
    "text",
    ["It isn't bad, but it's no classic either.", "Really? (Yes!) It costs $5...", "She'd say: we've won; you'll see."],
)
def test_words_are_joined_with_the_usual_spaces(text):
    assert joined(words(text, lowercase=False)) == text


@pytest.mark.parametrize("part", ["a", "a-", "a'", "1.", "a\u0301"])
def test_a_word_of_a_million_characters_takes_little_memory(part):
    code = f"""
import resource
from seqpipe_text.words.word_split import words_of
text = {part!r} * 500_000
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
words_of(text, lowercase=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) / 1024 < 50  # MB; with a stack of where each letter may end: 60 to 250


@pytest.mark.parametrize("marks", ["\u0316\u0301", "\u0f73\u0f71", "\u1100\u1161", "\u0344\u0316"])
def test_a_word_with_very_many_marks_takes_no_quadratic_time(marks):
    begin = time.process_time()
    text = "a" + marks * 50_000
    for form in (plain, composed):
        formed, places = form(text)
        assert (places[0], places[-1], len(places)) == (0, len(text), len(formed) + 1)
    assert time.process_time() - begin < 10

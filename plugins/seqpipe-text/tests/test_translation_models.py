"""The shipped models for translation, on what people type."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import seqpipe

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "plugins" / "seqpipe-text" / "src" / "seqpipe_text"
INPUTS = {"de": "german.txt", "fr": "french.txt"}
NAMES = {
    "de": [
        ("Frau Okonjewska wohnt seit 1973 in Zgorzelec.", ["Okonjewska", "1973", "Zgorzelec"]),
        ("Ich habe 4711 Briefe bekommen.", ["4711"]),
        ("Der Zug fährt um 17:42 Uhr.", ["17", "42"]),
        ("Wir treffen uns am 23. Mai 2031.", ["23", "2031"]),
        ("Kennst du Herrn Wrzeszcz?", ["Wrzeszcz"]),
        ("Bitte ruf mich unter 0049 an.", ["0049"]),
        ("Das kostet 799 Euro.", ["799"]),
        ("Ich liebe dich 💚!", ["💚"]),
        ("Das Bild heißt «Ωmega».", ["Ωmega"]),
    ],
    "fr": [
        ("Madame Okonjewska habite à Zgorzelec depuis 1973.", ["Okonjewska", "1973", "Zgorzelec"]),
        ("J'ai reçu 4711 lettres.", ["4711"]),
        ("Le train part à 17:42.", ["17", "42"]),
        ("Nous sommes le 23 mai 2031.", ["23", "2031"]),
        ("Connais-tu monsieur Wrzeszcz ?", ["Wrzeszcz"]),
        ("Ça coûte 799 euros.", ["799"]),
        ("Je t'aime 💚 !", ["💚"]),
        ("Le tableau s'appelle Ωmega.", ["Ωmega"]),
    ],
}
"""Texts, and what is copied, each once."""

WORDS = {
    "de": [
        ("Ein Hund läuft durch den Schnee.", {"dog", "snow"}),
        ("EIN HUND LÄUFT DURCH DEN SCHNEE", {"dog", "snow"}),
        ("ein hund läuft durch den schnee", {"dog", "snow"}),
        ("ICH HABE HEUTE KEINE ZEIT!", {"time", "today"}),
        ("wo ist der bahnhof", {"where", "station"}),
        ("Zwei Mädchen essen Eis", {"two", "girls", "eat|eating", "ice"}),
        ("Ich bin müde", {"tired"}),
        ("Die Suppe ist zu heiß.", {"soup", "too", "hot"}),
        ("Meine Schwester arbeitet in einem Krankenhaus.", {"sister", "works", "hospital"}),
        ("Warum hast du nicht angerufen?", {"why", "call|phone"}),
        ("Niemand weiß, wo er ist.", {"where", "he"}),
        ("Drei Frauen tanzen auf einer Bühne.", {"three", "women", "stage"}),
    ],
    "fr": [
        ("Un chien court dans la neige.", {"dog", "snow"}),
        ("UN CHIEN COURT DANS LA NEIGE", {"dog", "snow"}),
        ("un chien court dans la neige", {"dog", "snow"}),
        ("JE N'AI PAS LE TEMPS AUJOURD'HUI !", {"time", "today"}),
        ("où est la gare", {"where", "station"}),
        ("Deux filles mangent une glace", {"two", "girls", "eat|eating", "ice"}),
        ("Je suis fatigué", {"tired"}),
        ("La soupe est trop chaude.", {"soup", "too", "hot"}),
        ("Ma sœur travaille dans un hôpital.", {"sister", "works", "hospital"}),
        ("Pourquoi n'as-tu pas appelé ?", {"why", "call"}),
        ("Personne ne sait où il est.", {"where", "he"}),
        ("Trois femmes dansent sur une scène.", {"three", "women", "stage"}),
    ],
}
"""Texts, and words of which each has to come; a bar stands between such of which one has to."""

OTHER = {
    "de": [
        "This is an English sentence.",
        "Ceci est une phrase française.",
        "Tämä lause on suomea.",
        "Ez egy magyar mondat.",
    ],
    "fr": [
        "This is an English sentence.",
        "Dies ist ein deutscher Satz.",
        "Tämä lause on suomea.",
        "Ez egy magyar mondat.",
    ],
}
"""Sentences in other languages."""

ODD = [
    "ha ha ha ha ha ha ha ha",
    "asdf jkl",
    "x" * 300,
    "a b c d e f g h i j k",
    "!?!?! hmm ...",
    "B2B",
    "-- -- --",
    "ß",
]
"""What is hardly a sentence in any language."""


@pytest.fixture(scope="module", params=["de", "fr"])
def language(request):
    return request.param


@pytest.fixture(scope="module")
def translate(language):
    return seqpipe.load(f"text/translate-{language}-en")


def command(*words, **options):
    """Return what a command of seqpipe gives."""
    words = [sys.executable, "-m", "seqpipe", *map(str, words)]
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


def words(text):
    return re.findall(r"\w+", text.lower())


def test_the_card_tells_the_truth(translate, language):
    card = (SHIPPED / "models" / f"translate-{language}-en.md").read_text(encoding="utf-8")
    rows = [row for row in card.partition("## Expected outputs")[2].splitlines() if row.startswith("|")][2:]
    expected = {text.strip(): translation.strip() for text, translation in (row.strip("|").split("|") for row in rows)}
    assert len(expected) >= 10
    found = {result["input.text"]: result["text"] for result in translate(list(expected))}
    assert found == expected


def test_what_has_to_come_comes(translate, language):
    for result, (text, needed) in zip(translate([text for text, _ in WORDS[language]]), WORDS[language], strict=True):
        found = set(words(result["text"]))
        missing = {choice for choice in needed if not found & set(choice.split("|"))}
        assert not missing, (text, result["text"])


def test_names_and_numbers_come_once(translate, language):
    for result, (text, copied) in zip(translate([text for text, _ in NAMES[language]]), NAMES[language], strict=True):
        for part in copied:
            assert result["text"].count(part) == 1, (text, result["text"])


def test_sentences_are_translated_one_by_one(translate, language):
    first, second = (text for text, _ in WORDS[language][7:9])
    one, two = (result["text"] for result in translate([first, second]))
    space, line, emoji = translate([f"{first}  {second}", f"{first}\n\n{second}", f"{first} 🎉 {second}"])
    assert (space["text"], line["text"]) == (f"{one} {two}", f"{one}\n\n{two}")
    assert "🎉" in emoji["text"]


@pytest.mark.parametrize("text", ["", " ", "42", "12:30", "3 + 4 = 7", "?!", "🎉🎉🎉", "👍🏽 100 %", "..."])
def test_what_has_no_words_is_copied(translate, text):
    (result,) = translate([text])
    assert (result["text"], result["score"]) == (text.strip(), 0)


def test_nothing_is_repeated_without_end(translate, language):
    longest = " ".join(text.rstrip(".!?") for text, _ in WORDS[language])
    for result in translate([*ODD, longest, longest.lower()]):
        text, source = result["text"], result["input.text"]
        assert len(words(text)) <= 10 + 2.5 * max(len(words(source)), len(source) / 3)
        runs = Counter(zip(*(words(text)[shift:] for shift in range(3)), strict=False))
        assert max(runs.values(), default=0) <= 6, (source, text)


def test_another_language_has_a_low_score(translate, language):
    other = [result["score"] for result in translate(OTHER[language])]
    own = [result["score"] for result in translate([text for text, _ in WORDS[language]])]
    assert max(other) < -0.9
    assert sum(own) / len(own) > -0.6
    assert min(own) > max(other)
    (cyrillic,) = translate(["Это русский текст."])
    assert (cyrillic["text"], cyrillic["score"]) == ("Это русский текст.", -10)


def test_alternatives(language):
    three = seqpipe.load(f"text/translate-{language}-en", settings=["decoder.nbest=3"])
    for result in three([text for text, _ in WORDS[language]]):
        texts = [result["text"], *(other["text"] for other in result["alternatives"])]
        scores = [result["score"], *(other["score"] for other in result["alternatives"])]
        assert len(set(texts)) == len(texts) >= 2
        assert scores == sorted(scores, reverse=True)


def test_explain_shows_what_was_looked_at(language):
    text = WORDS[language][0][0]
    shown = command("run", f"text/translate-{language}-en", "--text", text, "--explain").stdout
    (row,) = (line.split() for line in shown.splitlines() if line.strip().startswith("▁snow"))
    assert row[1].lower() in {"schnee", "neige"}
    assert int(row[2].rstrip("%")) > 50


def test_the_shipped_input_runs(language, tmp_path):
    out = tmp_path / "out.txt"
    ran = command("run", f"text/translate-{language}-en", "-o", out)
    assert ran.returncode == 0, ran.stderr
    source = (SHIPPED / "pipelines" / "inputs" / INPUTS[language]).read_text()
    assert len(out.read_text().splitlines()) == len(source.splitlines())


@pytest.mark.parametrize("name", ["translate-{}-en.yaml", "inputs/{}"])
def test_the_copies_are_the_same(language, name):
    name = name.format(INPUTS[language] if "inputs" in name else language)
    assert (SHIPPED / "pipelines" / name).read_bytes() == (ROOT / "pipelines" / name).read_bytes()


def test_bad_lines_are_named_and_the_others_translated(language, tmp_path):
    text = WORDS[language][7][0]
    (tmp_path / "in.txt").write_bytes(f"{text}\n".encode() + b"ein\xff Hund\n" + f"{text}\n".encode())
    ran = command("run", f"text/translate-{language}-en", tmp_path / "in.txt", "--on-error", "skip")
    first, second = map(json.loads, ran.stdout.splitlines())
    assert first["text"] == second["text"]
    assert ran.stderr.count("in.txt:2: core.lines: not valid UTF-8: 0xff is byte 4 of the line") == 1


def test_a_line_without_a_translation_is_named_and_the_others_translated(language, tmp_path):
    text = WORDS[language][7][0]
    (tmp_path / "in.tsv").write_text(f"{text}\tfirst\n{text}\n{text}\tthird\n")
    pipeline = ["run", f"text/translate-{language}-en", "--set", "read={reader: text.parallel}"]
    ran = command(*pipeline, tmp_path / "in.tsv", "--on-error", "skip")
    assert len(ran.stdout.splitlines()) == 2
    assert ran.stderr.count("in.tsv:2: text.parallel: no tab, so there is no translation") == 1


def test_a_model_for_another_task():
    ran = command("run", "text/translate-de-en", "--set", "model=text/sentiment", "--text", "Hallo")
    assert ran.returncode != 0
    assert not ran.stdout
    (line,) = ran.stderr.splitlines()
    assert "the pipeline has 6 stages, its model was trained with 4 (take out the stages" in line


def test_a_long_text_in_one_line(translate, language):
    text, times = WORDS[language][7][0], 1000
    (once,) = translate([text])
    (result,) = translate([" ".join([text] * times)])
    assert result["text"] == " ".join([once["text"]] * times)


def test_a_megabyte_without_a_space(translate):
    (result,) = translate(["x" * 1_000_000])
    assert result["text"] == "x" * 1_000_000
    assert result["score"] == -10

"""The shipped model does what its card says, on whatever people type, and its page shows how another one is made."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seqpipe

PLUGIN = Path(__file__).parent.parent
SHIPPED = PLUGIN / "src" / "seqpipe_text"
ROOT = PLUGIN.parent.parent
PAGE = (ROOT / "docs" / "ner.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def find():
    return seqpipe.load("text/ner")


def named(find, text):
    return [(entity["type"], entity["text"]) for entity in find([text])[0]["entities"]]


def expected():
    card = (SHIPPED / "models" / "ner.md").read_text(encoding="utf-8")
    rows = card.partition("## Expected outputs")[2].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")]
    return [(text, [tuple(name.split(" ", 1)) for name in names.split("; ") if name]) for text, names in cells[2:]]


@pytest.mark.parametrize(("text", "names"), expected())
def test_the_card_tells_the_truth(find, text, names):
    assert named(find, text) == names


def test_the_texts_of_the_repository(find):
    texts = SHIPPED / "pipelines" / "inputs" / "names.txt"
    results = list(find.read(texts))
    lines = texts.read_text(encoding="utf-8").splitlines()
    assert [result["text"] for result in results] == lines
    kinds = {entity["type"] for result in results for entity in result["entities"]}
    assert kinds == {"LOC", "MISC", "ORG", "PER"}
    assert results[-1]["entities"] == []  # "Nothing is named here."
    assert [find([line])[0]["entities"] for line in lines] == [result["entities"] for result in results]


@pytest.mark.parametrize("name", ["ner.yaml", "inputs/names.txt"])
def test_the_shipped_pipeline_is_that_of_the_repository(name):
    assert (SHIPPED / "pipelines" / name).read_bytes() == (ROOT / "pipelines" / name).read_bytes()


@pytest.mark.parametrize("text", ["", " ", "\t\n", "...", "😀😀", "\u200b", "# #", "1 2 3", "‹›«»", "\x00"])
def test_texts_without_words(find, text):
    (result,) = find([text])
    assert result["entities"] == []


SNIPPETS = (
    "Ina",
    "Oslo",
    "NATO",
    "in",
    ".",
    "@",
    "#",
    "😀",
    "é",
    "e\u0301",
    "'s",
    "(",
    "漢字",
    "Dr.",
    "\n\n",
    "\u00ad",
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(SNIPPETS), max_size=25))
def test_places_are_those_of_the_text(find, words):
    text = " ".join(words)
    entities = find([text])[0]["entities"]
    assert all(text[entity["start"] : entity["stop"]] == entity["text"] for entity in entities)
    places = [(entity["start"], entity["stop"]) for entity in entities]
    assert places == sorted(places)
    assert all(stop <= start for (_, stop), (start, _) in pairwise(places))


def test_a_line_of_a_megabyte(find):
    sentence = "Marta Kowalska moved from Kraków to Bristol. "
    repeats = 1_000_000 // len(sentence.encode())
    (result,) = find([sentence * repeats])
    assert len(result["entities"]) == 3 * repeats
    last = result["entities"][-1]
    assert (last["text"], last["start"]) == ("Bristol", len(sentence) * repeats - len("Bristol. "))


def test_a_document_is_read_sentence_by_sentence(find):
    sentences = ["Marta Kowalska moved from Kraków to Bristol.", "She met Johan Lindqvist there."]
    apart = [name for sentence in sentences for name in named(find, sentence)]
    assert named(find, " ".join(sentences)) == named(find, "\n\n".join(sentences)) == apart


@pytest.fixture(scope="module")
def recipes(tmp_path_factory):
    """Train the pipeline of the page."""
    folder = tmp_path_factory.mktemp("recipes")
    (block,) = re.findall(r"```yaml\n(name: recipes\n.*?)```", PAGE, re.DOTALL)
    (folder / "recipes.yaml").write_text(block, encoding="utf-8")
    (folder / "recipes.conll").write_bytes((ROOT / "docs" / "recipes.conll").read_bytes())
    return folder / "recipes.yaml", seqpipe.train(folder / "recipes.yaml", output=folder / "run")


def test_another_field_is_learned_from_a_few_dozen_sentences(recipes):
    pipeline, model = recipes
    epochs = [json.loads(line) for line in (model.parent / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    assert max(epoch["f1"] for epoch in epochs) >= 0.75
    find = seqpipe.load(pipeline, settings=[f"model={model}"])
    assert named(find, "Whisk the cream in a large bowl.") == [("FOOD", "cream"), ("TOOL", "large bowl")]

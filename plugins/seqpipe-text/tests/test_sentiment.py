"""The shipped model does what its card says, and rates what the repository ships."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import seqpipe

PLUGIN = Path(__file__).parent.parent
SHIPPED = PLUGIN / "src" / "seqpipe_text"
ROOT = PLUGIN.parent.parent


@pytest.fixture(scope="module")
def sentiment():
    return seqpipe.load("text/sentiment")


def expected():
    card = (SHIPPED / "models" / "sentiment.md").read_text(encoding="utf-8")
    rows = card.partition("## Expected outputs")[2].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")]
    return [(comment, int(stars), float(probability)) for comment, stars, probability in cells[2:]]


@pytest.mark.parametrize(("comment", "stars", "probability"), expected())
def test_the_card_tells_the_truth(sentiment, comment, stars, probability):
    (rating,) = sentiment([comment])
    assert rating["stars"] == stars
    assert rating["probabilities"][str(stars)] == pytest.approx(probability, abs=0.011)


def test_the_comments_of_the_repository_are_rated_one_by_one(sentiment):
    comments = SHIPPED / "pipelines" / "inputs" / "comments.txt"
    ratings = list(sentiment.read(comments))
    assert len(ratings) == len(comments.read_text(encoding="utf-8").splitlines()) == 30
    rated = [rating["stars"] for rating in ratings if rating["known"]]
    assert len(rated) >= 28
    assert {*rated} <= {1, 2, 3, 4, 5}
    assert {*rated} >= {2, 4, 5}
    alone = [sentiment([rating["text"]])[0]["probabilities"] for rating in ratings]
    assert alone == [rating["probabilities"] for rating in ratings]


@pytest.mark.parametrize("text", ["", "  ", "!?...", "Zzkq qwxz.", "\xad", "<br />"])
def test_a_text_without_a_known_word_gets_no_rating(sentiment, text):
    (rating,) = sentiment([text])
    assert (rating["stars"], rating["probabilities"], rating["known"]) == (None, None, 0)


def test_a_review_of_a_megabyte_is_rated(sentiment):
    review = "I loved every minute of this wonderful film. " * 23_000
    (rating,) = sentiment([review])
    assert len(review) > 1_000_000
    assert rating["stars"] == 5
    assert rating["known"] == 8 * 23_000


def test_a_bad_line_does_not_keep_the_others_from_their_ratings(tmp_path):
    path = tmp_path / "comments.txt"
    path.write_bytes(b"A wonderful film.\nA wonder\xfful film.\nA dreadful film.\n")
    command = [sys.executable, "-m", "seqpipe", "run", "text/sentiment", str(path), "--on-error", "skip"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert [json.loads(line)["stars"] for line in done.stdout.splitlines()] == [5, 1]
    assert "comments.txt:2: core.lines: not valid UTF-8: 0xff is byte 9 of the line" in done.stderr


@pytest.mark.parametrize("name", ["sentiment.yaml", "sentiment-language.yaml", "inputs/comments.txt"])
def test_the_shipped_pipeline_is_that_of_the_repository(name):
    assert (SHIPPED / "pipelines" / name).read_bytes() == (ROOT / "pipelines" / name).read_bytes()

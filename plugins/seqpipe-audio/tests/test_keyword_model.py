"""The shipped keywords do what their card says, on the recording that is shipped with them."""

from pathlib import Path

import numpy as np
import pytest

import seqpipe

PLUGIN = Path(__file__).parent.parent
SHIPPED = PLUGIN / "src" / "seqpipe_audio"
RECORDING = SHIPPED / "pipelines" / "inputs" / "keywords.raw"
ROOT = PLUGIN.parent.parent
WORDS = {"yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"}
RATE = 8000


@pytest.fixture(scope="module")
def listen():
    return seqpipe.load("audio/keywords")


@pytest.fixture(scope="module")
def samples():
    return np.fromfile(RECORDING, "<i2").astype(np.float32) / 32768


def pieces(name, samples, size):
    for begin in range(0, len(samples), size):
        yield seqpipe.Record(name, samples[begin : begin + size], last=begin + size >= len(samples))


def test_the_card_tells_the_truth(listen):
    card = (SHIPPED / "models" / "keywords.md").read_text(encoding="utf-8")
    rows = card.partition("## Expected outputs")[2].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")][2:]
    answers = list(listen.read(RECORDING))
    assert [answer["label"] for answer in answers] == [label for label, *_ in cells] == ["yes", "right", "stop", "down"]
    for answer, (_, start, end, score) in zip(answers, cells, strict=True):
        assert answer["start"] == pytest.approx(float(start), abs=0.031)
        assert answer["end"] == pytest.approx(float(end), abs=0.031)
        assert answer["score"] == pytest.approx(float(score), abs=0.03)


@pytest.mark.parametrize("size", [160, 1000, 10_000_000])
def test_a_stream_in_any_pieces_gives_the_same_answers(listen, samples, size):
    whole = listen([samples])
    assert [(answer["label"], answer["start"], answer["end"]) for answer in listen(pieces("x", samples, size))] == [
        (answer["label"], answer["start"], answer["end"]) for answer in whole
    ]


def test_an_answer_comes_soon_after_the_word(listen, samples):
    size, state, delays = RATE // 50, None, []
    for number, record in enumerate(pieces("x", samples, size), 1):
        out, state = listen.pipeline(seqpipe.Batch((record,), final=record.last), state)
        delays += [number * size / RATE - answer["end"] for answer in out.outputs[0]]
    assert len(delays) == 4
    assert max(delays) <= 0.5


def test_nobody_speaks(listen):
    time = np.arange(5 * RATE) / RATE
    noise = np.random.default_rng(1).standard_normal(len(time))
    clicks = np.zeros(len(time))
    clicks[:: RATE // 3] = 0.9
    dial_tone = 0.1 * (np.sin(2 * np.pi * 350 * time) + np.sin(2 * np.pi * 440 * time))
    sounds = [0 * time, 0.01 * noise, 0.3 * noise, clicks, dial_tone, 0.2 * np.sign(np.sin(2 * np.pi * 50 * time))]
    assert listen([sound.astype(np.float32) for sound in sounds]) == []


def test_other_words_of_the_model_may_be_listened_for(samples):
    assert [word["label"] for word in seqpipe.load("audio/keywords", settings=["decoder.words=[stop]"])([samples])] == [
        "stop"
    ]


def test_it_listens_for_ten_words(listen):
    assert set(listen.pipeline.stages[-1].words) == WORDS


def test_the_model_is_small():
    assert (SHIPPED / "models" / "keywords.safetensors").stat().st_size <= 2_000_000


@pytest.mark.parametrize("name", ["keywords.yaml", "inputs/keywords.raw"])
def test_the_shipped_pipeline_is_that_of_the_repository(name):
    assert (SHIPPED / "pipelines" / name).read_bytes() == (ROOT / "pipelines" / name).read_bytes()

"""The shipped models do what their cards say, and the pipelines run on the recordings that are shipped with them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

import seqpipe

PLUGIN = Path(__file__).parent.parent
SHIPPED = PLUGIN / "src" / "seqpipe_audio"
INPUTS = SHIPPED / "pipelines" / "inputs"
ROOT = PLUGIN.parent.parent
SAID = {
    "digits.flac": "three one four one five nine",
    "digits.raw": "three one four one five nine",
    "forms.flac": "erase b k m forty nine w i l s o n four one two two six eight",
    "prompts.flac": "your message has been deleted please enter your password then press the pound key",
}
RECORDING = {
    "speech-digits": "digits.flac",
    "speech-an4": "forms.flac",
    "speech-prompts": "prompts.flac",
    "speech-stream": "digits.raw",
}
KNOWS_THAT_NOBODY_SPEAKS = ("speech-digits", "speech-stream", "speech-an4", "speech-prompts")
LARGEST = 8_000_000


def expected(name):
    """Return what the table "Expected outputs" of a card says: words, their beginnings and ends, their scores."""
    card = (SHIPPED / "models" / f"{name}.md").read_text(encoding="utf-8")
    rows = card.partition("## Expected outputs")[2].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")]
    return [(word, float(start), float(end), float(score)) for word, start, end, score in cells[2:]]


@pytest.fixture(scope="module", params=RECORDING)
def heard(request):
    """A pipeline's name, and the words that it hears in its recording."""
    results = list(seqpipe.load(f"audio/{request.param}").read(INPUTS / RECORDING[request.param]))
    words = results if request.param == "speech-stream" else results[0]["words"]
    return request.param, words


def test_the_card_tells_the_truth(heard):
    name, words = heard
    wanted = expected(name)
    assert [word["word"] for word in words] == [word for word, *_ in wanted]
    for word, (_, start, end, score) in zip(words, wanted, strict=True):
        assert word["start"] == pytest.approx(start, abs=0.031)
        assert word["end"] == pytest.approx(end, abs=0.031)
        assert word["score"] == pytest.approx(score, abs=0.03)


def test_words_stand_where_they_are_said(heard):
    name, words = heard
    assert " ".join(word["word"] for word in words) == SAID[RECORDING[name]]
    begins = [word["start"] for word in words]
    assert begins == sorted(begins)
    assert all(word["start"] < word["end"] for word in words)


def sounds_of_nobody(rate):
    """Return ten seconds of each of some sounds in which nobody speaks."""
    time = np.arange(10 * rate) / rate
    clicks = np.zeros_like(time)
    for place in range(3):
        clicks[place :: rate // 2] = 0.8
    melody = np.repeat([262, 330, 392, 523, 392, 330, 294, 349, 440, 294], rate)
    sounds = {
        "silence": np.zeros_like(time),
        "hum": 0.2 * np.clip(3 * np.sin(2 * np.pi * 50 * time), -1, 1),
        "clicks": clicks,
        "dial tone": 0.1 * (np.sin(2 * np.pi * 350 * time) + np.sin(2 * np.pi * 440 * time)),
        "busy tone": 0.2 * np.sin(2 * np.pi * 425 * time) * (time % 1 < 0.5),
        "noise": 0.1 * np.random.default_rng(1).standard_normal(len(time)),
        "music": 0.2 * np.sign(np.sin(2 * np.pi * np.cumsum(melody) / rate)),
    }
    return {name: sound.astype(np.float32) for name, sound in sounds.items()}


@pytest.mark.parametrize("name", KNOWS_THAT_NOBODY_SPEAKS)
def test_where_nobody_speaks_there_are_no_words(name):
    transcribe = seqpipe.load(f"audio/{name}")
    for sound, samples in sounds_of_nobody(transcribe.reader.rate).items():
        words = [result.get("text", result.get("word")) for result in transcribe([samples])]
        assert "".join(words) == "", sound


def test_a_recording_gives_the_same_alone_and_among_others():
    transcribe = seqpipe.load("audio/speech-digits")
    samples, _ = soundfile.read(INPUTS / "digits.flac", dtype="float32")
    parts = [samples, samples[:9000], samples[9000:], np.zeros(4000, np.float32), samples[:100]]
    together = [result["words"] for result in transcribe(parts)]
    assert together == [transcribe([part])[0]["words"] for part in parts]
    assert together[3] == []


def test_a_stream_in_any_pieces_gives_the_same_words():
    found = [
        [
            (word["word"], word["start"], word["end"])
            for word in seqpipe.load("audio/speech-stream", settings=[f"reader.piece={piece}"]).read(
                INPUTS / "digits.raw"
            )
        ]
        for piece in (0.05, 0.1, 30.0)
    ]
    assert found[0] == found[1] == found[2]


def test_a_word_of_a_stream_comes_before_the_next_is_over():
    transcribe = seqpipe.load("audio/speech-stream")
    samples, rate = soundfile.read(INPUTS / "digits.flac", dtype="float32")
    size, states, heard = rate // 10, None, []
    for begin in range(0, len(samples), size):
        record = seqpipe.Record("stream", samples[begin : begin + size], last=begin + size >= len(samples))
        out, states = transcribe.pipeline(seqpipe.Batch((record,), final=record.last), states)
        heard += [((begin + size) / rate, word["end"]) for word in out.outputs[0]]
    assert len(heard) == 6
    assert all(given - end <= 0.3 for given, end in heard)


def test_microphones_that_are_heard_together_give_what_each_gives_alone():
    samples, rate = soundfile.read(INPUTS / "digits.flac", dtype="float32")
    said = {"left": samples, "right": samples[: len(samples) // 2], "late": samples[rate:], "silent": samples * 0}
    size = rate // 10

    def heard(*names):
        """Yield pieces of a tenth of a second, in turn; one microphone begins half a second later."""
        for tick in range(len(samples) // size + 10):
            for name in names:
                begin = (tick - (5 if name == "late" else 0)) * size
                if 0 <= begin < len(said[name]):
                    last = begin + size >= len(said[name])
                    yield seqpipe.Record(name, said[name][begin : begin + size], last=last)

    for threads in (1, 2):
        transcribe = seqpipe.load("audio/speech-stream", threads=threads)
        for together in (transcribe(heard(*said)), list(transcribe.iterate(heard(*said)))):
            for name in said:
                assert [word for word in together if word["id"] == name] == transcribe(heard(name))
    assert len({word["id"] for word in together}) == 3


def test_a_word_comes_as_soon_where_two_microphones_are_heard():
    samples, rate = soundfile.read(INPUTS / "digits.flac", dtype="float32")
    size, now = rate // 10, 0.0

    def heard():
        nonlocal now
        for begin in range(0, len(samples) - size, size):
            for name in ("left", "right"):
                yield seqpipe.Record(name, samples[begin : begin + size], last=False)
            now = (begin + size) / rate

    words = seqpipe.load("audio/speech-stream").iterate(heard())
    delays = [now - word["end"] for word in words]  # from its end to that of the last whole round
    assert len(delays) >= 10
    assert max(delays) <= 0.3


def test_a_form_is_understood_from_a_telephone_as_well():
    samples, rate = soundfile.read(INPUTS / "forms.flac", dtype="float32")
    telephone = soxr.resample(soxr.resample(samples, rate, 8000), 8000, rate)
    (heard,) = seqpipe.load("audio/speech-an4")([telephone])
    assert heard["text"] == SAID["forms.flac"]


@pytest.mark.parametrize(("name", "rate"), [("speech-an4", 16_000), ("speech-prompts", 8000)])
def test_where_nobody_speaks_nothing_is_heard(name, rate):
    time = np.arange(4 * rate) / rate
    dial_tone = 0.1 * (np.sin(2 * np.pi * 350 * time) + np.sin(2 * np.pi * 440 * time))
    clicks = 0.8 * (np.arange(4 * rate) % (rate // 2) < 8)
    noise = np.random.default_rng(1).normal(0, 0.03, 4 * rate)
    hum = 0.1 * np.sign(np.sin(2 * np.pi * 50 * time))
    sounds = [sound.astype(np.float32) for sound in (0 * time, dial_tone, clicks, noise, hum)]
    assert [result["text"] for result in seqpipe.load(f"audio/{name}")(sounds)] == [""] * len(sounds)


def test_a_transcript_becomes_subtitles(tmp_path):
    command = ["run", "audio/speech-prompts", str(INPUTS / "prompts.flac"), "-o", str(tmp_path)]
    subprocess.run([sys.executable, "-m", "seqpipe", *command, "--set", "write={writer: core.srt}"], check=True)
    (written,) = tmp_path.glob("*.srt")
    subtitles = written.read_text(encoding="utf-8")
    assert subtitles.startswith("1\n00:00:00,")
    texts = subtitles.split("\n")[2::4]
    assert " ".join(texts).strip() == SAID["prompts.flac"]


def test_the_language_model_may_be_left_out():
    settings = ["stages.4.weight=0", "stages.4.bonus=0"]
    (result,) = seqpipe.load("audio/speech-prompts", settings=settings).read(INPUTS / "prompts.flac")
    assert "press" in result["text"]


@pytest.mark.parametrize("name", RECORDING)
def test_models_are_small(name):
    assert (SHIPPED / "models" / f"{name}.safetensors").stat().st_size <= LARGEST


@pytest.mark.parametrize("name", [*(f"{name}.yaml" for name in RECORDING), *(f"inputs/{name}" for name in SAID)])
def test_the_shipped_pipeline_is_that_of_the_repository(name):
    assert (SHIPPED / "pipelines" / name).read_bytes() == (ROOT / "pipelines" / name).read_bytes()

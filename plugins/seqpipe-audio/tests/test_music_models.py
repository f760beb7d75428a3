"""The shipped models do what their cards say, and the pipelines run on the openings that are shipped with them."""

import wave
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

import seqpipe
from seqpipe_audio.midi_writer import WriteMidi
from seqpipe_audio.music_wav import WriteWav
from seqpipe_audio.piano_roll_picture import WriteRollSvg
from seqpipe_audio.satb import VOICES

PLUGIN = Path(__file__).parent.parent
SHIPPED = PLUGIN / "src" / "seqpipe_audio"
INPUTS = SHIPPED / "pipelines" / "inputs"
ROOT = PLUGIN.parent.parent
OPENINGS = {
    "music-chorales": "chorale-opening.mid",
    "music-folk": "folk-opening.mid",
    "music-chorales-satb": "chorale-opening.mid",
}
DECODER = {"music-chorales": "stages.3", "music-folk": "stages.4", "music-chorales-satb": "decoder"}
LARGEST = 8_000_000


def expected():
    """Yield what the table "Expected outputs" of each card says."""
    for name in OPENINGS:
        card = (SHIPPED / "models" / f"{name}.md").read_text(encoding="utf-8")
        rows = card.partition("## Expected outputs")[2].splitlines()
        cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")]
        for opening, transpose, steps, nll in cells[2:]:
            yield name, opening, int(transpose), int(steps), float(nll)


@pytest.mark.parametrize(("name", "opening", "transpose", "steps", "nll"), list(expected()))
def test_the_card_tells_the_truth(name, opening, transpose, steps, nll):
    decoder = DECODER[name]
    settings = [f"{decoder}.score=true", f"{decoder}.length=0", f"reader.transpose={transpose}", "reader.pieces=1"]
    (result,) = seqpipe.load(f"audio/{name}", settings=settings).read(INPUTS / opening)
    assert result["steps"] == steps
    assert result["nll"] / steps == pytest.approx(nll, abs=0.02)


@pytest.fixture(scope="module", params=OPENINGS)
def pieces(request):
    """Music out of nothing, and music that goes on from the opening."""
    play = seqpipe.load(f"audio/{request.param}", settings=[f"{DECODER[request.param]}.length=64"])
    return list(play.read()), list(play.read(INPUTS / OPENINGS[request.param]))


def test_all_pieces_are_different(pieces):
    for some in pieces:
        assert len(some) == len({str(piece["notes"]) for piece in some}) == 4


def test_music_goes_on_from_its_opening(pieces):
    _, continued = pieces
    beginnings = [
        [(note["pitch"], note["start"]) for note in piece["notes"] if note["start"] < 2] for piece in continued
    ]
    assert beginnings == [beginnings[0]] * 4
    assert all(note["start"] + note["length"] > 8 for piece in continued for note in piece["notes"][-1:])


def test_music_can_be_written_in_every_form(pieces):
    for piece in (pieces[0][0], pieces[1][0]):
        record = seqpipe.Record(piece["id"], {"notes": piece["notes"]})
        assert WriteMidi().encode(record).startswith(b"MThd")
        assert WriteRollSvg().encode(record).count(b"<rect") > len(piece["notes"])
        with wave.open(BytesIO(WriteWav(rate=8000).encode(record))) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(int)
        assert np.abs(samples).max() == pytest.approx(0.89 * 32_767, abs=1)
        seconds = max(note["start"] + note["length"] for note in piece["notes"]) * 60 / 90
        assert len(samples) / 8000 == pytest.approx(seconds, abs=0.1)


def test_four_voices_stay_in_their_ranges():
    compose = seqpipe.load("audio/music-chorales-satb", settings=["decoder.length=64", "decoder.temperature=1.5"])
    ranges = {voice.name: range(voice.lowest, voice.highest + 1) for voice in VOICES}
    for piece in compose([[]] * 10):
        assert all(note["pitch"] in ranges[note["voice"]] for note in piece["notes"])


@pytest.mark.parametrize("name", OPENINGS)
def test_models_are_small(name):
    assert (SHIPPED / "models" / f"{name}.safetensors").stat().st_size <= LARGEST


@pytest.mark.parametrize(
    "name", [*(f"{name}.yaml" for name in OPENINGS), *(f"inputs/{name}" for name in sorted(set(OPENINGS.values())))]
)
def test_the_shipped_pipeline_is_that_of_the_repository(name):
    assert (SHIPPED / "pipelines" / name).read_bytes() == (ROOT / "pipelines" / name).read_bytes()

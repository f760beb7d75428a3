"""Music out of nothing and out of openings: small networks, trained through YAML on tunes that are easy to know."""

import json
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import seqpipe
from seqpipe_audio.midi_reader import ReadMidi
from seqpipe_audio.midi_writer import WriteMidi
from seqpipe_audio.satb import STEP, VOICES, by_beginning

VOICES_PIPELINE = """
read: {reader: audio.midi, form: voices, step: 0.25}
stages:
  - tokenizer: audio.voices
  - encoder: core.one_hot
  - core: core.gru
    hidden: 48
    output: next
  - decoder: audio.voices
    length: 40
train:
  data: {train: train.json, dev: train.json, reader: {reader: audio.satb}}
  optimizer: {adam: {lr: 0.02}}
  epochs: 80
  batch: {records: 4}
"""

ROLL_PIPELINE = """
read: {reader: audio.midi}
stages:
  - tokenizer: core.numbers
    width: 88
  - encoder: audio.harmony
  - encoder: audio.echo
    delays: [1, 3]
  - core: core.gru
    hidden: 32
    output: next
  - decoder: core.keys
    length: 6
    temperature: 0
  - decoder: audio.notes
    transpose: -12
train:
  data: {train: train.npz, dev: train.npz, reader: {reader: audio.rolls}}
  augment: [{augmentation: audio.transpose, up: 0, down: 0}]
  optimizer: {adam: {lr: 0.03}}
  epochs: 50
  batch: {records: 8}
"""

SCALE = [0, 2, 4, 5, 7, 9, 11, 12]


def chorale(phrase):
    """Return 16 steps: all voices climb the scale, round and round, a new pitch every two sixteenths."""
    steps = [SCALE[(phrase + step // 2) % len(SCALE)] for step in range(16)]
    return [[67 + step, 60 + step, 55 + step, 43 + step] for step in steps]


@pytest.fixture(scope="module")
def composer(tmp_path_factory):
    """Return a function that gives a network that was trained on chorales, with other settings."""
    folder = tmp_path_factory.mktemp("voices")
    (folder / "train.json").write_text(json.dumps([chorale(phrase) for phrase in range(8)] * 4), encoding="utf-8")
    (folder / "pipeline.yaml").write_text(VOICES_PIPELINE, encoding="utf-8")
    model = seqpipe.train(folder / "pipeline.yaml", output=folder / "run", threads=2)
    return cache(lambda *settings: seqpipe.load(folder / "pipeline.yaml", settings=[f"model={model}", *settings]))


@pytest.fixture(scope="module")
def player(tmp_path_factory):
    folder = tmp_path_factory.mktemp("roll")
    roll = np.zeros((8, 88), np.uint8)
    roll[np.arange(8), np.array(SCALE) + 40] = 1
    rolls = [np.roll(roll, -phrase, axis=0) for phrase in range(8)] * 4
    np.savez(folder / "train.npz", roll=np.packbits(np.concatenate(rolls), axis=1), length=[8] * len(rolls))
    (folder / "pipeline.yaml").write_text(ROLL_PIPELINE, encoding="utf-8")
    model = seqpipe.train(folder / "pipeline.yaml", output=folder / "run", threads=2)
    return lambda *settings: seqpipe.load(folder / "pipeline.yaml", settings=[f"model={model}", *settings])


def sounding(notes, steps):
    """Return the pitch of each voice at each step, -1 where it is silent."""
    grid = np.full((steps, 4), -1)
    for note in notes:
        begin, end = round(note["start"] / STEP), round((note["start"] + note["length"]) / STEP)
        grid[begin:end, [voice.name for voice in VOICES].index(note["voice"])] = note["pitch"]
    return grid


def test_four_voices_go_on_from_their_opening(composer):
    compose = composer("decoder.temperature=0", "decoder.length=10")
    (piece,) = compose([chorale(3)[:6]])
    assert sounding(piece["notes"], 16).tolist() == chorale(3)


def go_on(compose, content, folder, **reader):
    """Return what goes on from an opening in MIDI, as it was read and as a MIDI file."""
    (folder / "opening.mid").write_bytes(content)
    (record,) = ReadMidi(**reader).read(seqpipe.Source(str(folder / "opening.mid")))
    (piece,) = compose([record])
    (folder / "piece.mid").write_bytes(WriteMidi().encode(seqpipe.Record("a", piece)))
    (again,) = ReadMidi(**reader).read(seqpipe.Source(str(folder / "piece.mid")))
    return record, piece, again.columns["opening"]


TICKS = 96
"""In a quarter note of the openings that are drawn."""


def lines(lowest, highest):
    """Draw what a voice sings: rests and notes in turn, of any length, some of them of the same pitch as the last."""
    length = st.integers(0, 2 * TICKS)
    of_note = st.tuples(length, length.map(lambda ticks: ticks + 1), st.integers(lowest, min(lowest + 4, highest)))
    return st.lists(of_note, min_size=1, max_size=6)


def sung(voice, line):
    """Return the notes of a line, in the order of their beginnings."""
    at, notes = 0, []
    for rest, length, pitch in line:
        at += rest
        notes.append({"pitch": pitch, "start": at / TICKS, "length": length / TICKS, "voice": voice})
        at += length
    return notes


tempos = st.lists(st.integers(200_000, 2_000_000).map(lambda microseconds: 60e6 / microseconds), min_size=1, max_size=3)


def approximately(notes):
    return [{**note, "start": pytest.approx(note["start"]), "length": pytest.approx(note["length"])} for note in notes]


@settings(max_examples=30)
@given(
    st.tuples(*(lines(voice.lowest, voice.highest) for voice in VOICES)),
    tempos,
    st.sampled_from([(4, 4), (3, 4), (6, 8)]),
)
def test_the_part_of_the_opening_is_the_opening(composer, tmp_path_factory, of_voices, tempos, bar):
    given_notes = by_beginning(
        note for voice, line in zip(VOICES, of_voices, strict=True) for note in sung(voice.name, line)
    )
    opening = {
        "notes": given_notes,
        "tempos": [{"start": float(start), "tempo": tempo} for start, tempo in enumerate(tempos)],
        "signatures": [{"start": 0.0, "beats": bar[0], "unit": bar[1]}],
    }
    content = WriteMidi().encode(seqpipe.Record("a", opening))
    folder = tmp_path_factory.mktemp("opening")
    record, piece, again = go_on(composer("decoder.length=8"), content, folder, form="voices")
    end = len(record.payload) * STEP
    kept = [{**note, "length": min(note["length"], end - note["start"])} for note in given_notes]
    for found in (piece, again):
        assert [note for note in found["notes"] if note["start"] < end] == approximately(kept)
        assert [note["start"] for note in found["tempos"]] == [tempo["start"] for tempo in opening["tempos"]]
        assert [note["tempo"] for note in found["tempos"]] == pytest.approx(tempos)
        assert found["signatures"] == opening["signatures"]
    assert max(note["start"] + note["length"] for note in piece["notes"]) == end + 8 * STEP
    after = sounding([{**note, "start": note["start"] - end} for note in piece["notes"] if note["start"] >= end], 8)
    assert (after >= 0).all()


def test_only_what_follows_has_the_last_tempo_of_the_opening(composer, tmp_path):
    tempos = [{"start": 0.0, "tempo": 100.0}, {"start": 1.0, "tempo": 50.0}]
    notes = [{"pitch": voice.lowest, "start": 0.0, "length": 2.0, "voice": voice.name} for voice in VOICES]
    content = WriteMidi().encode(seqpipe.Record("a", {"notes": notes, "tempos": tempos}))
    compose = composer("decoder.length=8", "decoder.opening=false")
    _, piece, _ = go_on(compose, content, tmp_path, form="voices")
    assert piece["tempos"] == [{"start": 0.0, "tempo": 50.0}]
    assert max(note["start"] + note["length"] for note in piece["notes"]) == 8 * STEP


def test_a_piece_ends_where_it_is_told_to(composer):
    for steps in (1, 12, 40):
        (piece,) = composer(f"decoder.length={steps}")([chorale(0)[:4]])
        assert max(note["start"] + note["length"] for note in piece["notes"]) == (4 + steps) * STEP


def test_without_the_opening_only_what_follows_is_given(composer):
    (piece,) = composer("decoder.temperature=0", "decoder.length=8", "decoder.opening=false")([chorale(3)[:8]])
    assert sounding(piece["notes"], 8).tolist() == chorale(3)[8:]


@pytest.mark.parametrize("settings", [(), ("decoder.temperature=3",), ("decoder.top_k=2",), ("decoder.top_p=0.5",)])
def test_voices_keep_their_ranges_and_all_of_them_sing(composer, settings):
    pieces = composer(*settings)([[]] * 20)
    for piece in pieces:
        for pitches, voice in zip(sounding(piece["notes"], 40).T, VOICES, strict=True):
            assert voice.lowest <= pitches.min() <= pitches.max() <= voice.highest


def test_the_seed_decides_and_other_records_do_not(composer):
    pieces = composer()([[]] * 5)
    assert composer()([[]] * 5) == pieces
    assert composer("decoder.seed=1")([[]] * 5) != pieces
    assert len({json.dumps(piece["notes"]) for piece in pieces}) > 1
    third = seqpipe.Record("3", [], position=3)
    assert composer()([third]) == [pieces[2]]


def test_the_score_is_minus_the_log_probability(composer):
    score = composer("decoder.score=true", "decoder.length=0")
    learned, unheard = score([chorale(0), chorale(0)[::-1]])
    assert learned["steps"] == 16
    assert learned["nll"] == pytest.approx(np.log(8), abs=1.0)  # where it begins is one of eight
    assert unheard["nll"] > 5 * learned["nll"]


def test_pitches_outside_of_a_voice_are_refused(composer):
    with pytest.raises(seqpipe.RecordError, match="step 2 has 59 for the soprano, outside of 60 to 81"):
        composer()([[[67, 60, 55, 43], [59, 60, 55, 43]]])
    with pytest.raises(seqpipe.RecordError, match="not rows of four MIDI numbers"):
        composer()([[[67, 60, 55]]])


def test_keys_become_notes_and_go_on_from_their_opening(player):
    opening = np.zeros((2, 88), np.uint8)
    opening[[0, 1], [40, 42]] = 1
    (piece,) = player()([opening])
    assert [note["pitch"] for note in piece["notes"]] == [40 + 21 - 12 + up for up in SCALE]
    assert [note["start"] for note in piece["notes"]] == list(range(8))
    (rest,) = player("stages.5.opening=false")([opening])
    assert [note["pitch"] for note in rest["notes"]] == [40 + 21 - 12 + up for up in SCALE[2:]]


def test_an_opening_of_keys_is_kept_as_it_was_given(player, tmp_path):
    notes = [
        {"pitch": 49, "start": 0.0, "length": 0.5},
        {"pitch": 49, "start": 0.5, "length": 0.25},
        {"pitch": 51, "start": 2.0, "length": 1.0},
    ]
    tempos = [{"start": 0.0, "tempo": 50.0}]
    content = WriteMidi().encode(seqpipe.Record("a", {"notes": notes, "tempos": tempos}))
    record, piece, again = go_on(player(), content, tmp_path, transpose=12)
    assert record.payload.shape == (3, 88)
    assert piece["tempos"] == again["tempos"] == tempos
    assert piece["notes"][:3] == notes
    assert [note["start"] for note in piece["notes"][3:]] == list(range(3, 9))
    assert [{**note, "pitch": note["pitch"] - 12} for note in again["notes"]] == piece["notes"]
    _, rest, _ = go_on(player("stages.5.opening=false"), content, tmp_path, transpose=12)
    assert [{**note, "start": note["start"] + 3} for note in rest["notes"]] == piece["notes"][3:]


def test_what_is_drawn_is_encoded_as_what_is_given(player):
    opening = np.zeros((1, 88), np.uint8)
    opening[0, 44] = 1
    (drawn,) = player()([opening])
    given = np.zeros((5, 88), np.uint8)
    given[np.arange(5), [note["pitch"] - 21 + 12 for note in drawn["notes"][:5]]] = 1
    (longer,) = player("stages.4.length=2")([given])
    assert longer["notes"] == drawn["notes"]


def test_notes_stand_behind_keys_only(tmp_path):
    wrong = VOICES_PIPELINE.replace("decoder: audio.voices\n    length: 40", "decoder: audio.notes")
    (tmp_path / "train.json").write_text(json.dumps([chorale(0)]), encoding="utf-8")
    (tmp_path / "pipeline.yaml").write_text(wrong, encoding="utf-8")
    with pytest.raises(seqpipe.ConfigError, match=r"audio\.notes"):
        seqpipe.train(tmp_path / "pipeline.yaml", output=tmp_path / "run")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("tokenizer: audio.voices", "tokenizer: core.numbers", "takes numbers"),
        ("output: next", "output: sequence", "takes stepper"),
    ],
)
def test_stages_that_do_not_fit_are_refused(tmp_path, old, new, message):
    (tmp_path / "train.json").write_text(json.dumps([chorale(0)]), encoding="utf-8")
    (tmp_path / "pipeline.yaml").write_text(VOICES_PIPELINE.replace(old, new), encoding="utf-8")
    with pytest.raises(seqpipe.ConfigError, match=message):
        seqpipe.train(tmp_path / "pipeline.yaml", output=tmp_path / "run")

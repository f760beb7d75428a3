"""Four voices as tokens, and back."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import seqpipe
from seqpipe import InputError, Record, RecordError, Source
from seqpipe_audio.music_transpose import Transpose, TransposeVoices
from seqpipe_audio.satb import VOCABULARY, VOICES, ids_of_voices, notes_of_voices, voices_of_ids
from seqpipe_audio.satb_decoder import SampleVoices
from seqpipe_audio.satb_reader import ReadSatb

rows = st.tuples(*(st.integers(voice.lowest, voice.highest) for voice in VOICES))
pieces = st.lists(rows, max_size=40).map(lambda piece: np.array(piece, np.int32).reshape(-1, 4))
RANDOM = np.random.default_rng(0)


@given(pieces)
def test_tokens_spell_the_voices(voices):
    np.testing.assert_array_equal(voices_of_ids(ids_of_voices(voices)), voices)


@given(pieces)
def test_notes_have_the_lengths_of_what_is_held(voices):
    notes = notes_of_voices(voices)
    assert sum(note["length"] for note in notes) == pytest.approx(4 * 0.25 * len(voices))
    for note in notes:
        voice = [voice.name for voice in VOICES].index(note["voice"])
        begin, end = int(note["start"] * 4), int((note["start"] + note["length"]) * 4)
        assert set(voices[begin:end, voice].tolist()) == {note["pitch"]}


def test_a_piece_is_spelled_like_this():
    voices = np.array([[72, 67, 60, 48], [72, 67, 62, 48]], np.int32)
    spelled = [VOCABULARY[token] for token in ids_of_voices(voices)]
    assert spelled == ["-2", "S72", "A67", "T60", "B48", "-1", "S72", "A67", "T62", "B48"]
    spelled = [VOCABULARY[token] for token in ids_of_voices(voices, more=31)]
    assert spelled == ["|0", "S72", "A67", "T60", "B48", "-32", "S72", "A67", "T62", "B48"]


def test_the_last_two_bars_are_counted_down():
    spelled = [VOCABULARY[token] for token in ids_of_voices(np.full((66, 4), 60, np.int32))[::5]]
    assert spelled[:2] + spelled[14:18] == ["|0", "|1", "|14", "|15", "|0", "|1"]
    assert spelled[32:36] + spelled[-2:] == ["|0", "|1", "-32", "-31", "-2", "-1"]


def read(content, tmp_path):
    (tmp_path / "a.json").write_text(content, encoding="utf-8")
    return list(ReadSatb().read(Source(str(tmp_path / "a.json"))))


def test_json_is_read_and_rows_that_lack_a_voice_are_left_out(tmp_path):
    content = json.dumps([[[72, 67, 60, 48], [], [72.0, 67, 60], [74.0, 67, 60, 48]], []])
    first, second = read(content, tmp_path)
    assert first.payload.tolist() == [[72, 67, 60, 48], [74, 67, 60, 48]]
    assert second.payload.shape == (0, 4)


@pytest.mark.parametrize("content", ["", "{", "3", '{"a": 1}', "[" * 100_000])
def test_what_is_no_list_of_pieces_is_refused(tmp_path, content):
    with pytest.raises(InputError, match=r"not JSON|not a list of pieces|nested more than"):
        read(content, tmp_path)


@pytest.mark.parametrize("piece", ["3", '["abcd"]', "[[1, 2, 3, null]]", "[7]"])
def test_a_bad_piece_does_not_hide_the_others(tmp_path, piece):
    bad, good = read(f"[{piece}, [[72, 67, 60, 48]]]", tmp_path)
    assert isinstance(bad, RecordError)
    assert "\n" not in bad.what
    assert good.position == 2


@given(pieces, st.integers(0, 1000))
def test_transposed_voices_keep_their_intervals_and_ranges(voices, seed):
    record = TransposeVoices().apply(Record("a", voices), np.random.default_rng(seed))
    shift = set((record.payload - voices).reshape(-1).tolist())
    assert shift <= set(range(-5, 7))
    assert len(shift) <= 1
    for column, voice in zip(record.payload.T, VOICES, strict=True):
        assert all(voice.lowest <= pitch <= voice.highest for pitch in column.tolist())


def test_a_transposed_roll_keeps_its_keys_on_the_piano():
    roll = np.zeros((3, 88), np.uint8)
    roll[0, [1, 30]] = roll[2, 86] = 1
    seen = set()
    for _ in range(60):
        moved = Transpose().apply(Record("a", roll), RANDOM).payload
        assert moved.sum() == roll.sum()
        seen.add(int(np.flatnonzero(moved[0])[0]))
    assert seen == {0, 1, 2}


def test_silence_stays_as_it_is():
    silence = Record("a", np.zeros((3, 88), np.uint8))
    assert Transpose().apply(silence, RANDOM) is silence


def test_other_tokens_than_voices_are_refused():
    incoming = seqpipe.Incoming(seqpipe.Spec("one_hot", "float32", 2, vocabulary=("a", "b")))
    with pytest.raises(seqpipe.ConfigError, match="takes tokens of voices"):
        SampleVoices().objective(incoming)

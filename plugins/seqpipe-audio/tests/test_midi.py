"""MIDI in and out, and all that may be wrong with it."""

import time

import numpy as np
import pytest

from seqpipe import Record, RecordError, Source
from seqpipe_audio.midi_reader import ReadMidi
from seqpipe_audio.midi_writer import WriteMidi
from seqpipe_audio.piano_roll import KEYS, LOWEST, roll_of_notes
from seqpipe_audio.satb import VOICES

END = b"\0\xff\x2f\0"
CHORALE = [
    {"pitch": pitch + step, "start": float(step), "length": 1.0, "voice": voice.name}
    for voice, pitch in zip(VOICES, (72, 67, 60, 48), strict=True)
    for step in range(3)
]


def midi(*tracks, ticks=480):
    """Return a file with the given events in its tracks."""
    head = b"MThd" + (6).to_bytes(4, "big") + b"\0\1" + len(tracks).to_bytes(2, "big") + ticks.to_bytes(2, "big")
    return head + b"".join(b"MTrk" + len(track).to_bytes(4, "big") + track for track in tracks)


def read(content, tmp_path, **parameters):
    path = tmp_path / "a.mid"
    path.write_bytes(content)
    return list(ReadMidi(**parameters).read(Source(str(path))))


def error(content, tmp_path, **parameters):
    (found,) = read(content, tmp_path, **parameters)
    assert isinstance(found, RecordError)
    return found.what


ONE_NOTE = b"\0\x90\x3c\x40" + b"\x83\x60\x80\x3c\x40"


def test_what_is_written_is_read_again(tmp_path):
    content = WriteMidi().encode(Record("a", {"notes": CHORALE}))
    (roll,) = read(content, tmp_path)
    np.testing.assert_array_equal(roll.payload, roll_of_notes(CHORALE, 1.0))
    (voices,) = read(content, tmp_path, form="voices", step=0.25)
    assert voices.payload[::4].tolist() == [[72, 67, 60, 48], [73, 68, 61, 49], [74, 69, 62, 50]]
    assert len(voices.payload) == 12


def test_the_same_notes_are_the_same_bytes():
    record = Record("a", {"notes": CHORALE})
    assert WriteMidi().encode(record) == WriteMidi().encode(record)


def test_an_opening_is_transposed_for_the_network_and_continued_several_times(tmp_path):
    content = midi(ONE_NOTE + END)
    found = read(content, tmp_path, transpose=12, pieces=3)
    assert [record.position for record in found] == [1, 2, 3]
    assert [np.flatnonzero(record.payload[0]).tolist() for record in found] == [[60 + 12 - LOWEST]] * 3


def test_without_an_input_there_are_openings_of_no_length():
    for form, width in (("roll", KEYS), ("voices", 4)):
        found = list(ReadMidi(form=form, pieces=2).read(Source.nothing()))
        assert [record.payload.shape for record in found] == [(0, width)] * 2
        assert [record.id for record in found] == ["piece:1", "piece:2"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a MIDI file"),
        (b"RIFF....WAVEfmt ", "not a MIDI file"),
        (midi(ONE_NOTE + END)[:-6], "not a MIDI file"),
        (midi(b"").replace(b"\0\0\0\0", b"\xff\xff\xff\xff"), "not a MIDI file"),
        (midi(), "the MIDI file has no notes"),
        (midi(END), "the MIDI file has no notes"),
        (midi(b"\0\x80\x3c\x40" * 30_000 + END), "the MIDI file has no notes"),  # nothing but the ends of notes
        (midi(b"\0\x99\x3c\x40" + b"\x60\x89\x3c\x40" + END), "the MIDI file has no notes"),  # drums
        (midi(ONE_NOTE + END, ticks=0), "the MIDI file has no ticks in a quarter note"),
        (midi(b"\0\x90\x3c\x40\xff\xff\xff\x7f\x80\x3c\x40" + END), "lasts 559,241 quarter notes, too long"),
    ],
)
def test_a_bad_file_is_an_error_in_one_line(tmp_path, content, message):
    found = error(content, tmp_path)
    assert found.startswith(message)
    assert "\n" not in found


def test_thirty_thousand_notes_take_no_time(tmp_path):
    content = midi(b"\0\x90\x3c\x40\x10\x80\x3c\x40" * 30_000 + END)
    begin = time.process_time()
    (record,) = read(content, tmp_path)
    assert record.payload.shape == (1001, KEYS)  # 30,000 x 16 ticks, the last note at the end
    chord = midi(b"\0\x90\x3c\x40" * 30_000 + b"\x60\x80\x3c\x40" * 30_000 + END)
    assert error(chord, tmp_path, longest=100).startswith("lasts ")
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("tracks", [1, 3, 5])
def test_voices_need_a_track_each(tmp_path, tracks):
    assert f"{tracks} track" in error(midi(*[ONE_NOTE + END] * tracks), tmp_path, form="voices")


def test_a_voice_holds_its_pitch_through_a_rest(tmp_path):
    notes = [note for note in CHORALE if note["voice"] != "bass" or note["start"] != 1.0]
    content = WriteMidi().encode(Record("a", {"notes": notes}))
    (record,) = read(content, tmp_path, form="voices")
    assert record.payload[:, 3].tolist() == [48, 48, 50]


def test_a_pitch_that_midi_does_not_have_is_refused():
    with pytest.raises(RecordError, match="the pitch 128 is none that MIDI has"):
        WriteMidi().encode(Record("a", {"notes": [{"pitch": 128, "start": 0.0, "length": 1.0}]}))

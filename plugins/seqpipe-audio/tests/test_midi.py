"""MIDI in and out, and all that may be wrong with it."""

import io
import time

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seqpipe import Record, RecordError, Source
from seqpipe_audio.midi_reader import ReadMidi
from seqpipe_audio.midi_writer import WriteMidi
from seqpipe_audio.piano_roll import KEYS, LOWEST, roll_of_notes
from seqpipe_audio.satb import VOICES

END = b"\0\xff\x2f\0"
CHORALE = [
    {"pitch": pitch + step, "start": float(step), "length": 1.0, "voice": voice.name}
    for step in range(3)
    for voice, pitch in zip(VOICES, (72, 67, 60, 48), strict=True)
]


def midi(*tracks, ticks=480, kind=1):
    """Return a file with the given events in its tracks."""
    head = b"MThd" + b"".join(number.to_bytes(size, "big") for number, size in ((6, 4), (kind, 2), (len(tracks), 2)))
    return head + ticks.to_bytes(2, "big") + b"".join(chunk(b"MTrk", track) for track in tracks)


def chunk(name, content, order="big"):
    return name + len(content).to_bytes(4, order) + content


def riff(*chunks):
    """Return a RIFF file with MIDI in it; each chunk begins at an even place."""
    content = b"RMID" + b"".join(one + bytes(len(one) % 2) for one in chunks)
    return chunk(b"RIFF", content, "little")


def read(content, tmp_path, **parameters):
    path = tmp_path / "a.mid"
    path.write_bytes(content)
    return list(ReadMidi(**parameters).read(Source(str(path))))


def error(content, tmp_path, **parameters):
    (found,) = read(content, tmp_path, **parameters)
    assert isinstance(found, RecordError)
    return found.what


def opening(content, tmp_path, **parameters):
    """Return the notes of an opening as (pitch, start, end), and the steps that the network reads."""
    (found,) = read(content, tmp_path, **parameters)
    assert isinstance(found, Record), found
    notes = found.columns["opening"]["notes"]
    return [(note["pitch"], note["start"], note["start"] + note["length"]) for note in notes], len(found.payload)


def on(pitch, wait=b"\0", channel=0):
    return wait + bytes([0x90 + channel, pitch, 64])


def off(pitch, wait=b"\x83\x60", channel=0):
    """Return the end of a note, a quarter note later."""
    return wait + bytes([0x80 + channel, pitch, 64])


def note(pitch, channel=0):
    return on(pitch, channel=channel) + off(pitch, channel=channel)


QUARTER = b"\x83\x60"
ONE_NOTE = note(60)


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


NO_EVENT = "track 1 of the MIDI file has an event of a kind, length or content that MIDI does not have"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a MIDI file"),
        (b"RIFF....WAVEfmt ", "not a MIDI file"),
        (riff(chunk(b"LIST", b"", "little")), "not a MIDI file"),
        (b"MThd\0\0\0\2\0\0", "not a MIDI file"),
        (midi(ONE_NOTE + END)[:-6], "the MIDI file ends too early: it has 0 of 1 track"),
        (midi(ONE_NOTE + END, ONE_NOTE + END)[:-6], "the MIDI file ends too early: it has 1 of 2 tracks"),
        (midi(on(60) + b"\x83"), "track 1 of the MIDI file ends within an event"),
        (midi(END, on(60) + b"\0\x80\x3c"), "track 2 of the MIDI file ends within an event"),
        (midi(b"\0\x3c\x40" + END), NO_EVENT),
        (midi(b"\0\x90\x3c\xff" + END), NO_EVENT),
        (midi(b"\0\xff\x51\1\1" + END), NO_EVENT),
        (midi(b"\0\xff\x59\2\x63\0" + END), NO_EVENT),
        (midi(b"\x90\x80\x80\x80\0\x90\x3c\x40" + END), "track 1 of the MIDI file waits for longer than MIDI can"),
        (midi(), "the MIDI file has no notes"),
        (midi(END), "the MIDI file has no notes"),
        (midi(b"\0\x80\x3c\x40" * 30_000 + END), "the MIDI file has no notes"),  # nothing but the ends of notes
        (midi(on(60) + off(60, b"\0") + END), "the MIDI file has no notes"),  # of no length
        (midi(note(60, channel=9) + END), "the MIDI file has no notes but those of drums"),
        (midi(ONE_NOTE + END, ticks=0), "the MIDI file has no ticks in a quarter note"),
        (midi(ONE_NOTE + END, ticks=0xE728), "the MIDI file counts time in frames of a film (SMPTE)"),
        (midi(ONE_NOTE + END, kind=2), "the MIDI file is of type 2, whose tracks are pieces of their own"),
        (midi(ONE_NOTE + END, kind=3), "the MIDI file is of type 3, which does not exist"),
        (midi(on(60) + off(60, b"\xff\xff\xff\x7f") + END), "lasts 559,241 quarter notes, too long"),
        (midi(note(60) + note(20) + END), "the note 20 at quarter note 1 is outside of 21 to 108"),
    ],
)
def test_a_bad_file_is_an_error_in_one_line(tmp_path, content, message):
    found = error(content, tmp_path)
    assert found.startswith(message)
    assert "\n" not in found


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, data):
    content = bytearray(riff(chunk(b"data", four(named(b"S", 72) + note(60), conductor=tempo(500_000)), "little")))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    start, end = data.draw(st.sampled_from([(0, None), (20, None), (20, -7)]))
    for form in ("roll", "voices"):
        (found,) = read(bytes(content[start:end]), tmp_path_factory.mktemp("damaged"), form=form)
        assert isinstance(found, Record | RecordError)


def test_thirty_thousand_notes_take_no_time(tmp_path):
    content = midi(b"\0\x90\x3c\x40\x10\x80\x3c\x40" * 30_000 + END)
    begin = time.process_time()
    (record,) = read(content, tmp_path)
    assert record.payload.shape == (1001, KEYS)  # 30,000 x 16 ticks, the last note at the end
    chord = midi(b"\0\x90\x3c\x40" * 30_000 + b"\x60\x80\x3c\x40" * 30_000 + END)
    assert error(chord, tmp_path, longest=100).startswith("lasts ")
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("parts", [1, 3, 5])
def test_there_are_four_voices_or_an_error(tmp_path, parts):
    tracks = midi(*[ONE_NOTE + END] * parts)
    channels = midi(b"".join(note(60, channel) for channel in range(parts)) + END, kind=0)
    for content in (tracks, channels):
        assert f"the opening has {parts} part" in error(content, tmp_path, form="voices")


def test_pitches_are_transposed_or_refused(tmp_path):
    content = midi(note(20) + note(90) + END)
    assert opening(content, tmp_path, transpose=1)[0] == [(21, 0, 1), (91, 1, 2)]
    assert error(content, tmp_path, transpose=19) == (
        "the note 90 at quarter note 1 (transposed by 19) is outside of 21 to 108"
    )
    voices = midi(*(note(pitch) + END for pitch in (72, 67, 60, 20)))
    assert error(voices, tmp_path, form="voices", transpose=-21) == (
        "the note 20 at quarter note 0 (transposed by -21) is outside of 0 to 127"
    )


@pytest.mark.parametrize("controller", [120, 123, 124, 125, 126, 127])
def test_controllers_end_all_notes_of_their_channel(tmp_path, controller):
    ends = bytes([0xB0, controller, 0])
    content = midi(on(60) + on(64) + on(67, channel=1) + QUARTER + ends + off(67, channel=1) + END)
    assert opening(content, tmp_path)[0] == [(60, 0, 1), (64, 0, 1), (67, 0, 2)]


@pytest.mark.parametrize("controller", [7, 64, 66, 121, 122])
def test_other_controllers_end_and_lengthen_nothing(tmp_path, controller):
    down, up = bytes([0xB0, controller, 127]), bytes([0xB0, controller, 0])
    content = midi(b"\0" + down + on(60) + QUARTER + up + off(60) + END)
    assert opening(content, tmp_path)[0] == [(60, 0, 2)]


@pytest.mark.parametrize(
    ("events", "notes"),
    [
        (on(60) + QUARTER + b"\x90\x3c\0", [(60, 0, 1)]),  # a velocity of 0
        (on(60) + QUARTER + b"\x3c\0", [(60, 0, 1)]),  # and the status of the event before
        (on(60) + on(60, QUARTER) + off(60) + off(60, b"\0"), [(60, 0, 1), (60, 1, 2)]),  # struck while it is down
        (on(60) + on(60, QUARTER) + off(60) + off(60), [(60, 0, 1), (60, 1, 3)]),
        (on(60) + on(60, QUARTER) + off(60, b"\0") + off(60), [(60, 0, 1), (60, 1, 2)]),  # the end comes later
        (on(60) + on(60) + off(60) + off(60), [(60, 0, 2)]),
        (on(60) + off(60, b"\0") + note(62), [(62, 0, 1)]),  # of no length
        (on(60) + note(62), [(60, 0, 1), (62, 0, 1)]),  # ends with its track
        (on(60) + off(60, channel=1) + off(60), [(60, 0, 2)]),  # the end is on another channel
        (note(60) + b"\0\xf0\2\1\xf7" + note(62), [(60, 0, 1), (62, 1, 2)]),  # a system exclusive event
        (note(60) + note(36, channel=9) + note(62), [(60, 0, 1), (62, 2, 3)]),  # drums
        (note(60) + END + note(62), [(60, 0, 1)]),  # behind the end of the track
    ],
)
def test_notes_begin_and_end_with_their_keys(tmp_path, events, notes):
    assert opening(midi(events + END), tmp_path)[0] == notes


def test_one_keyboard_strikes_a_key_that_two_tracks_hold(tmp_path):
    content = midi(on(60) + off(60, b"\x8f\0") + END, QUARTER + on(60)[1:] + off(60) + END)
    assert opening(content, tmp_path)[0] == [(60, 0, 1), (60, 1, 4)]
    assert opening(midi(ONE_NOTE + END, ONE_NOTE + END), tmp_path)[0] == [(60, 0, 1)]


def test_an_opening_is_as_long_as_its_longest_track(tmp_path):
    rest = b"\x87\x40\xff\x2f\0"  # two quarter notes
    assert opening(midi(ONE_NOTE + rest, END), tmp_path) == ([(60, 0, 1)], 3)
    assert opening(midi(b"\x87\x40" + note(60)[1:] + END), tmp_path, step=0.5) == ([(60, 2, 3)], 6)
    assert opening(midi(ONE_NOTE), tmp_path) == ([(60, 0, 1)], 1)  # a track without an end
    assert opening(midi(on(60) + off(60, b"\x85\0") + END), tmp_path) == ([(60, 0, 1)], 1)  # to the end of its step


@pytest.mark.parametrize("extra", [b"", b"\0" * 6, b"garbage"])
def test_chunks_that_are_not_tracks_are_passed_over(tmp_path, extra):
    header, track = midi(ONE_NOTE + END)[:14], midi(ONE_NOTE + END)[14:]
    content = header + chunk(b"XFIH", b"odd") + track + extra
    assert opening(content, tmp_path) == ([(60, 0, 1)], 1)


def test_midi_in_riff_is_read(tmp_path):
    information = chunk(b"LIST", b"INFOINAM\3\0\0\0abc", "little")
    data = chunk(b"data", midi(note(60) + END), "little")
    for content in (riff(data), riff(information, data), riff(data, chunk(b"DLS ", b"odd", "little"))):
        assert opening(content, tmp_path) == ([(60, 0, 1)], 1)
    (tmp_path / "b.rmi").write_bytes(riff(data))
    (record,) = ReadMidi().read(Source(str(tmp_path / "b.rmi")))
    assert record.id.endswith("b")


def four(*soprano, conductor=b""):
    """Return four voices in which the soprano does something else than hold a note."""
    return midi(conductor + END, *soprano, *(note(pitch) + END for pitch in (67, 60, 48)))


def test_a_voice_sings_one_note_at_a_time(tmp_path):
    assert error(four(on(72) + on(76) + off(72) + off(76) + END), tmp_path, form="voices") == (
        "the soprano has the notes 72 and 76 at once, at quarter note 0"
    )
    within = on(72) + on(76, QUARTER) + off(76, b"\x20") + off(72) + END
    assert "72 and 76 at once, at quarter note 1" in error(four(within), tmp_path, form="voices")
    legato = on(72) + on(76, QUARTER) + off(72, b"\x20") + off(76, b"\x83\x40") + END
    notes, steps = opening(four(legato), tmp_path, form="voices")
    assert [note for note in notes if note[0] > 70] == [(72, 0, pytest.approx(1 + 1 / 15)), (76, 1, 2)]
    assert steps == 8


def named(name, pitch):
    return b"\0" + b"\xff\x03" + bytes([len(name)]) + name + note(pitch) + END


@pytest.mark.parametrize("names", [(b"Soprano", b"Alto", b"Tenor", b"Bass"), (b"S", b"a ", b"t", b"B")])
def test_voices_are_known_by_their_names_else_by_their_pitch(tmp_path, names):
    pitches = (62, 70, 50, 55)  # alto above soprano, bass above tenor
    tracks = [named(name, pitch) for name, pitch in zip(names, pitches, strict=True)]
    (record,) = read(midi(*tracks[::-1]), tmp_path, form="voices")
    assert record.payload[0].tolist() == list(pitches)
    (record,) = read(midi(*(named(b"Piano", pitch) for pitch in pitches)), tmp_path, form="voices")
    assert record.payload[0].tolist() == sorted(pitches, reverse=True)


def test_the_network_hears_a_rest_as_the_note_before_it(tmp_path):
    notes = [note for note in CHORALE if note["voice"] != "bass" or note["start"] != 1.0]
    content = WriteMidi().encode(Record("a", {"notes": notes}))
    (record,) = read(content, tmp_path, form="voices")
    assert record.payload[::4, 3].tolist() == [48, 48, 50]
    assert record.columns["opening"]["notes"] == notes


def tempo(microseconds, wait=b"\0"):
    return wait + b"\xff\x51\3" + microseconds.to_bytes(3, "big")


def test_tempos_and_time_signatures_are_those_of_the_file(tmp_path):
    assert read(midi(ONE_NOTE + END), tmp_path)[0].columns["opening"]["tempos"] == [{"start": 0.0, "tempo": 120.0}]
    signatures = b"\0\xff\x58\4\3\2\x18\x08" + QUARTER + b"\xff\x58\4\6\3\x18\x08"
    content = midi(tempo(1_000_000) + signatures + tempo(250_000, QUARTER) + END, ONE_NOTE + tempo(500_000) + END)
    (record,) = read(content, tmp_path)
    assert record.columns["opening"]["tempos"] == [
        {"start": start, "tempo": tempo} for start, tempo in ((0.0, 60.0), (1.0, 120.0), (2.0, 240.0))
    ]
    assert record.columns["opening"]["signatures"] == [
        {"start": 0.0, "beats": 3, "unit": 4},
        {"start": 1.0, "beats": 6, "unit": 8},
    ]


def written(result, **parameters):
    return mido.MidiFile(file=io.BytesIO(WriteMidi(**parameters).encode(Record("a", result))))


def test_a_file_has_a_track_and_a_channel_for_each_voice():
    file = written({"notes": CHORALE}, program=19)
    assert [track.name for track in file.tracks] == ["", *(voice.name for voice in VOICES)]
    assert [track[1].channel for track in file.tracks[1:]] == [0, 1, 2, 3]
    assert [track[1].program for track in file.tracks[1:]] == [19] * 4
    many = written({"notes": [{**CHORALE[0], "voice": f"ž{voice}"} for voice in range(17)]})
    assert 9 not in {track[1].channel for track in many.tracks[1:]}


def test_the_tempo_is_the_one_chosen_else_that_of_the_result_else_a_usual_one():
    tempos = [{"start": 0.0, "tempo": 100.0}, {"start": 2.0, "tempo": 1.0}]
    for result, parameters, expected in (
        ({"notes": CHORALE}, {}, [(0, 666_667)]),
        ({"notes": CHORALE, "tempos": tempos}, {}, [(0, 600_000), (960, 0xFFFFFF)]),
        ({"notes": CHORALE, "tempos": tempos}, {"tempo": 60}, [(0, 1_000_000)]),
    ):
        at, found = 0, []
        for message in written(result, **parameters).tracks[0]:
            at += message.time
            found += [(at, message.tempo)] if message.type == "set_tempo" else []
        assert found == expected


@pytest.mark.parametrize(
    "signatures", [3, [{}], [{"start": 0, "beats": 256, "unit": 4}], [{"start": 0, "beats": 3, "unit": 5}], [7]]
)
def test_time_signatures_that_midi_does_not_have_are_refused(signatures):
    with pytest.raises(RecordError, match="the time signatures of the result are none"):
        WriteMidi().encode(Record("a", {"notes": CHORALE, "signatures": signatures}))


@given(
    st.lists(
        st.tuples(st.integers(LOWEST, LOWEST + KEYS - 1), st.integers(0, 4000), st.integers(1, 4000)),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from([3, 24, 96, 384, 480, 1024]),
)
def test_what_is_written_is_read_again_to_the_tick(tmp_path_factory, spans, ticks):
    notes = [{"pitch": pitch, "start": start / ticks, "length": length / ticks} for pitch, start, length in spans]
    path = tmp_path_factory.mktemp("midi")
    first, _ = opening(WriteMidi().encode(Record("a", {"notes": notes})), path)
    again = [{"pitch": pitch, "start": start, "length": end - start} for pitch, start, end in first]
    second, _ = opening(WriteMidi().encode(Record("a", {"notes": again})), path)
    assert second == [(pitch, pytest.approx(start), pytest.approx(end)) for pitch, start, end in first]
    assert {(pitch, round(start * ticks)) for pitch, start, _ in first} == {(pitch, start) for pitch, start, _ in spans}


def test_a_pitch_that_midi_does_not_have_is_refused():
    with pytest.raises(RecordError, match="the pitch 128 is none that MIDI has"):
        WriteMidi().encode(Record("a", {"notes": [{"pitch": 128, "start": 0.0, "length": 1.0}]}))

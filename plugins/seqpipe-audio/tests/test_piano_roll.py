"""Piano rolls: notes to rolls and back, archives, pictures."""

from functools import partial
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqpipe import Batch, Incoming, InputError, Ragged, Record, RecordError, Source, Spec, read_archive
from seqpipe_audio.piano_roll import KEYS, LOWEST, notes_of_roll, roll_of_keys, roll_of_notes
from seqpipe_audio.piano_roll_echo import Echo
from seqpipe_audio.piano_roll_encoder import Harmony
from seqpipe_audio.piano_roll_picture import WriteRollSvg
from seqpipe_audio.piano_roll_reader import ReadRolls

steps = st.lists(st.lists(st.integers(0, KEYS - 1), unique=True, max_size=5), max_size=12)


def as_roll(keys):
    roll = np.zeros((len(keys), KEYS), np.uint8)
    for step, down in enumerate(keys):
        roll[step, down] = 1
    return roll


@given(steps)
def test_keys_make_a_roll(keys):
    np.testing.assert_array_equal(roll_of_keys(keys), as_roll(keys))


@given(steps, st.sampled_from([0.25, 0.5, 1.0, 1 / 3]), st.booleans())
def test_notes_make_the_roll_that_they_were_made_of(keys, step, rearticulate):
    roll = roll_of_notes(notes_of_roll(as_roll(keys), step, rearticulate=rearticulate), step)
    expected = as_roll(keys)
    while len(expected) and not expected[-1].any():
        expected = expected[:-1]  # nothing says how long a silence at the end is
    np.testing.assert_array_equal(roll, expected)


def test_a_key_that_stays_down_is_one_note_unless_it_is_struck_again():
    held = notes_of_roll(as_roll([[0], [0], [], [0]]), 0.5)
    assert held == [
        {"pitch": LOWEST, "start": 0.0, "length": 1.0},
        {"pitch": LOWEST, "start": 1.5, "length": 0.5},
    ]
    assert len(notes_of_roll(as_roll([[0], [0], [], [0]]), 0.5, rearticulate=True)) == 3


def test_the_shortest_notes_take_a_step():
    roll = roll_of_notes([{"pitch": 60, "start": 1.0, "length": 0.01}], 1.0)
    assert roll[:, 60 - LOWEST].tolist() == [0, 1]


def test_a_roll_may_end_in_silence():
    roll = roll_of_notes([{"pitch": LOWEST, "start": 0.0, "length": 1.0}], 0.5, least=3)
    np.testing.assert_array_equal(roll, as_roll([[0], [0], []]))


@given(steps)
def test_harmony_stands_beside_the_keys(keys):
    roll = as_roll(keys).astype(np.float32)
    step = Harmony().build(Incoming(Spec("frames", "float32", KEYS)))
    out, _ = step(Batch((Record("a", roll),), Ragged.of([roll], np.float32, KEYS)))
    assert out.ragged.array.shape == (len(keys), step.spec.width) == (len(keys), KEYS + 12 + 2 * KEYS)
    np.testing.assert_array_equal(out.columns["keys"].array, roll)
    for down, frame in zip(keys, out.ragged.array, strict=True):
        same, classes, highest, lowest = np.split(frame, [KEYS, KEYS + 12, 2 * KEYS + 12])
        assert np.flatnonzero(same).tolist() == sorted(down)
        assert np.flatnonzero(classes).tolist() == sorted({(key + LOWEST) % 12 for key in down})
        assert np.flatnonzero(highest).tolist() == ([max(down)] if down else [])
        assert np.flatnonzero(lowest).tolist() == ([min(down)] if down else [])


@given(st.lists(steps, min_size=1, max_size=3), st.sampled_from([(1,), (2, 5)]), st.sampled_from([1, 3]))
def test_the_echo_is_what_followed_so_many_steps_before(pieces, delays, recent):
    rolls = [as_roll(keys).astype(np.float32) for keys in pieces]
    step = Echo(delays=delays, recent=recent).build(Incoming(Spec("frames", "float32", KEYS)))
    records = tuple(Record(str(index), None) for index in range(len(rolls)))
    out, _ = step(Batch(records, Ragged.of(rolls, np.float32, KEYS)))
    assert out.ragged.array.shape[1] == step.spec.width == KEYS + len(delays) * (KEYS + 1)
    for roll, found in zip(rolls, out.ragged, strict=True):
        for now, frame in enumerate(found):
            np.testing.assert_array_equal(frame[:KEYS], roll[now])
            for number, delay in enumerate(delays):
                echo = frame[KEYS + number * (KEYS + 1) :][: KEYS + 1]
                follows = roll[now + 1 - delay] if now + 1 >= delay else np.zeros(KEYS)
                alike = [
                    step >= delay and roll[step].any() and (roll[step] == roll[step - delay]).all()
                    for step in range(max(0, now + 1 - recent), now + 1)
                ]
                np.testing.assert_array_equal(echo[:KEYS], follows)
                assert echo[KEYS] == pytest.approx(sum(alike) / recent)


def archive(path, **arrays):
    np.savez(path, **arrays)
    return Source(str(path))


@given(rolls=st.lists(steps, min_size=1, max_size=4))
def test_an_archive_gives_the_pieces_that_were_packed(tmp_path_factory, rolls):
    rolls = [as_roll(keys) for keys in rolls]
    packed = np.packbits(np.concatenate(rolls), axis=1)
    source = archive(tmp_path_factory.mktemp("rolls") / "a.npz", roll=packed, length=[len(roll) for roll in rolls])
    records = list(ReadRolls().read(source))
    assert [record.position for record in records] == list(range(1, len(rolls) + 1))
    for record, roll in zip(records, rolls, strict=True):
        np.testing.assert_array_equal(record.payload, roll)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"roll": np.zeros((2, 11), np.uint8)}, "the archive has no array 'length'"),
        ({"roll": np.zeros((2, 88), np.uint8), "length": [2]}, "the roll is uint8 (2, 88), not uint8 (steps, 11)"),
        ({"roll": np.zeros((2, 11), np.uint8), "length": [3]}, "the lengths do not add up to the roll's 2 steps"),
        ({"roll": np.zeros((2, 11), np.uint8), "length": [3, -1]}, "the lengths do not add up to the roll's 2 steps"),
    ],
)
def test_an_archive_of_something_else_is_refused(tmp_path, arrays, message):
    with pytest.raises(InputError) as caught:
        list(ReadRolls().read(archive(tmp_path / "a.npz", **arrays)))
    assert caught.value.what == message


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"not an archive of NumPy|its array"):
        list(ReadRolls().read(Source(str(tmp_path / "a.npz"))))


def test_nothing_is_unpickled(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, allow_pickle=True, roll=np.array([{}], object), length=[1])
    with pytest.raises(InputError, match=r"not an archive of NumPy|its array"):
        list(ReadRolls().read(Source(str(path))))


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_does(tmp_path, monkeypatch):
    monkeypatch.setattr("seqpipe_audio.piano_roll_reader.read_archive", partial(read_archive, largest=1000))
    source = archive(tmp_path / "a.npz", roll=np.zeros((200, 11), np.uint8), length=[200])
    with pytest.raises(InputError, match="unpacks to more than 1,000 bytes"):
        list(ReadRolls().read(source))


SVG = "{http://www.w3.org/2000/svg}"


def picture(notes, name="a & <b>"):
    return ET.fromstring(WriteRollSvg().encode(Record(name, {"notes": notes})))  # noqa: S314 - our own


def test_the_picture_has_a_box_for_each_note_in_the_colour_of_its_voice():
    notes = [
        {"pitch": 72, "start": 0.0, "length": 1.0, "voice": "soprano"},
        {"pitch": 74, "start": 1.0, "length": 2.0, "voice": "soprano"},
        {"pitch": 48, "start": 0.0, "length": 4.5, "voice": "bass"},
    ]
    boxes = [box for box in picture(notes).iter(f"{SVG}rect") if box.get("rx")]
    assert [float(box.get("width")) for box in boxes] == [15.0, 31.0, 71.0]  # a pixel less than 16 a quarter note
    assert boxes[0].get("fill") == boxes[1].get("fill") != boxes[2].get("fill")
    assert float(boxes[1].get("y")) < float(boxes[0].get("y")) < float(boxes[2].get("y"))


def test_the_picture_of_no_notes_is_an_empty_bar():
    assert [text.text for text in picture([]).iter(f"{SVG}text")][-1] == "a & <b>"


def test_a_result_without_notes_is_refused():
    with pytest.raises(RecordError, match="the result has no notes to write"):
        WriteRollSvg().encode(Record("a", {"label": "x"}))

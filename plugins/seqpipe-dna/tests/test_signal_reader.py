"""The reader of raw signal, and everything that can be wrong with an archive of it."""

import io
from pathlib import Path

import numpy as np
import pytest

from seqpipe import InputError, RecordError, Source
from seqpipe_dna.signal.normalisation import SHORTEST, estimate, normalise
from seqpipe_dna.signal.reader import ReadSignal
from seqpipe_dna.signal.signal_examples import signal_of


@pytest.fixture
def write(tmp_path):
    def written(name="reads.npz", **arrays):
        np.savez(tmp_path / name, **arrays)
        return str(tmp_path / name)

    return written


def read(path, **parameters):
    return list(ReadSignal(**parameters).read(Source(path)))


def refused(path):
    with pytest.raises(InputError) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


def test_chunks_are_normalised_as_the_archive_says(write):
    signal = np.arange(2 * 100, dtype=np.int16).reshape(2, 100)
    path = write(signal=signal, label=np.array(["ACG", ""]), med=np.float32([10, 150]), mad=np.float32([50, 20]))
    first, second = read(path)
    np.testing.assert_allclose(first.payload, (np.arange(100) - 10) / 50, rtol=1e-6)
    np.testing.assert_allclose(second.payload, (np.arange(100, 200) - 150) / 20, rtol=1e-6)
    assert first.payload.dtype == np.float32
    assert [first.target, second.target] == ["ACG", ""]
    assert [first.id, second.id] == [f"{path}:1", f"{path}:2"]
    assert [first.position, second.position] == [1, 2]


def test_reads_of_any_length_lie_one_after_the_other(write):
    signals = [signal_of(length) for length in (900, 64, 3000)]
    path = write(signal=np.concatenate(signals), length=np.array([900, 64, 3000]), id=np.array(["a", "b", "c"]))
    records = read(path)
    assert [record.id for record in records] == ["a", "b", "c"]
    for record, signal in zip(records, signals, strict=True):
        np.testing.assert_array_equal(record.payload, normalise(signal, *estimate(signal)))
        assert abs(np.median(record.payload)) < 0.1


@pytest.mark.parametrize("piece", [1, 100, 999, 1000, 5000])
def test_pieces_are_the_whole(write, piece):
    path = write(signal=signal_of(1000)[None])
    (whole,) = read(path)
    pieces = read(path, piece=piece)
    assert [one.last for one in pieces] == [False] * (len(pieces) - 1) + [True]
    assert {one.id for one in pieces} == {whole.id}
    assert len(pieces) == -(-1000 // piece)
    np.testing.assert_array_equal(np.concatenate([one.payload for one in pieces]), whole.payload)


def test_a_read_that_is_bad_fails_and_the_others_go_on(write):
    good = signal_of(200)
    with_nan = good.copy()
    with_nan[16] = np.nan
    signals = [good, good[:0], good[:3], np.full(200, 7.0, np.float32), with_nan, good]
    path = write(signal=np.concatenate(signals), length=np.array([len(signal) for signal in signals]))
    found = read(path)
    assert [isinstance(one, RecordError) for one in found] == [False, True, True, True, True, False]
    assert [str(one) for one in found[1:5]] == [
        f"{path}:2: a read of 0 samples (leave out what has fewer than {SHORTEST})",
        f"{path}:3: a read of 3 samples (leave out what has fewer than {SHORTEST})",
        f"{path}:4: the signal is constant (leave the read out: its pore is blocked or empty)",
        f"{path}:5: sample 17 is not a finite number (record the read again)",
    ]


def test_a_read_of_another_rate_says_what_would_be_needed(write):
    path = write(signal=np.stack([signal_of(200)] * 2), rate=np.array([4000.0, 5000.0]))
    good, bad = read(path)
    assert not isinstance(good, RecordError)
    assert str(bad) == (
        f"{path}:2: a read of 5000 samples a second, where the model knows 4,000 "
        "(use a model that was trained on such pores)"
    )


@pytest.mark.parametrize(
    ("arrays", "what"),
    [
        ({"other": np.zeros(3)}, "the archive has no array 'signal'"),
        ({"signal": np.zeros(300)}, "the signal is float64 (300,)"),
        ({"signal": np.array(["text"])}, "the signal is <U4 (1,)"),
        ({"signal": np.array(3.0)}, "the signal is float64 ()"),
        ({"signal": np.zeros(300), "length": np.array([299])}, "the lengths do not add up"),
        ({"signal": np.zeros(300), "length": np.array([-1, 301])}, "the lengths do not add up"),
        ({"signal": np.zeros((3, 100)), "label": np.array(["A"])}, "'label' is <U1 (1,), not one a read"),
        ({"signal": np.zeros((1, 100)), "med": np.array(["A"])}, "'med' is <U1 (1,), not one a read"),
        ({"signal": np.array([[None]])}, "its array 'signal' is damaged, or of Python objects"),
    ],
)
def test_an_archive_of_something_else_is_refused(write, arrays, what):
    assert refused(write(**arrays)).startswith(what)


def test_a_file_that_is_no_archive_is_refused(tmp_path, write):
    whole = Path(write(signal=signal_of(500)[None])).read_bytes()
    for number, content in enumerate((b"text", whole[:100], whole[: len(whole) // 2], whole[:-30])):
        path = tmp_path / f"{number}.npz"
        path.write_bytes(content)
        assert refused(str(path)).startswith(("not an archive of NumPy (.npz), or a damaged one", "its array"))
    (tmp_path / "reads.bin").write_bytes(whole)
    assert refused(str(tmp_path / "reads.bin")).startswith(".bin, by which its format is not known")


def test_a_series_from_python_is_a_whole_read():
    signal = signal_of(700)
    record = ReadSignal().record(signal.tolist(), 3)
    np.testing.assert_allclose(record.payload, normalise(signal, *estimate(signal)), rtol=1e-5, atol=1e-6)
    assert record.id == "3"
    for payload in ([], [1.0] * 200, "text", [[1.0] * 200], [float("nan")] * 200, [[1], [1, 2]], None):
        with pytest.raises(InputError, match="record 1"):
            ReadSignal().record(payload, 1)


def test_the_estimate_is_median_and_deviation_of_a_clean_read():
    signal = signal_of(20_000)
    level, spread = estimate(signal)
    assert level == pytest.approx(np.median(signal), abs=1)
    assert spread == pytest.approx(1.4826 * np.median(np.abs(signal - np.median(signal))), rel=0.02)


@pytest.mark.parametrize("share", [0.1, 0.45])
@pytest.mark.parametrize("kind", ["open pore", "stall", "stall below", "blocked"])
def test_stretches_without_a_moving_strand_do_not_matter(kind, share):
    signal = signal_of(20_000)
    size = int(len(signal) * share / (1 - share))
    level, deviation = {"open pore": (1200, 10), "stall": (520, 4), "stall below": (380, 4), "blocked": (20, 2)}[kind]
    still = np.random.default_rng(2).normal(level, deviation, size).astype(np.float32)
    wanted = estimate(signal)
    for begin in (0, 7000, len(signal)):
        found = estimate(np.concatenate([signal[:begin], still, signal[begin:]]))
        assert found[0] == pytest.approx(wanted[0], abs=0.06 * wanted[1])
        assert found[1] == pytest.approx(wanted[1], rel=0.06)


def test_scale_and_shift_do_not_matter():
    signal = signal_of(3000)
    plain = normalise(signal, *estimate(signal))
    other = 0.3 * signal - 70
    np.testing.assert_allclose(normalise(other, *estimate(other)), plain, atol=1e-3)


def test_spikes_are_cut_off():
    signal = signal_of(1000)
    signal[5] = 30_000
    assert normalise(signal, *estimate(signal)).max() == 8.0


def test_standard_input_is_an_archive(monkeypatch):
    held = io.BytesIO()
    np.savez(held, signal=signal_of(200)[None])
    held.seek(0)
    monkeypatch.setattr("sys.stdin", type("Stdin", (), {"buffer": held}))
    (record,) = ReadSignal().read(Source("-"))
    assert record.id == "standard input:1"

"""POD5, FAST5 and SLOW5 by their libraries' own writers, whole and damaged: read as they are, or refused in a line."""

import dataclasses
import datetime as dt
import gzip
import subprocess
import sys
import uuid
from contextlib import suppress
from types import SimpleNamespace

import h5py
import numpy as np
import pod5
import pytest
import vbz_h5py_plugin  # noqa: F401 - tells HDF5 of VBZ

from seqpipe import InputError, SeqpipeError, Source
from seqpipe_dna.signal.fast5 import _raw_read as fast5_read
from seqpipe_dna.signal.normalisation import estimate, normalise
from seqpipe_dna.signal.pod5 import _raw_read as pod5_read
from seqpipe_dna.signal.reader import ReadSignal

VBZ = {"compression": 32020, "compression_opts": (0, 2, 1, 1)}

with suppress(ImportError):  # not for all systems
    import pyslow5

LENGTHS = (5000, 8000, 300, 20_000)


def signal(length):
    """Return steps with noise, as a strand gives them: int16."""
    random = np.random.default_rng(length)
    levels = np.repeat(random.normal(450, 80, length // 9 + 1), 9)[:length]
    return (levels + random.normal(0, 10, length)).astype(np.int16)


def identifier(number):
    return str(uuid.UUID(int=number))


def reads(lengths=LENGTHS):
    """Return (id, samples) of some reads."""
    return [(identifier(number), signal(length)) for number, length in enumerate(lengths, 1)]


def write_pod5(path, reads, rate=4000):
    day = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    words = {field.name: "test" for field in dataclasses.fields(pod5.RunInfo)}
    known = {"acquisition_start_time": day, "protocol_start_time": day, "context_tags": {}, "tracking_id": {}}
    run = pod5.RunInfo(**{**words, **known, "adc_max": 4095, "adc_min": 0, "sample_rate": rate})
    end = pod5.EndReason(pod5.EndReasonEnum.SIGNAL_POSITIVE, forced=False)
    with pod5.Writer(path) as writer:
        for name, samples in reads:
            pore, calibration = pod5.Pore(1, 1, "r9"), pod5.Calibration(0.0, 1.0)
            writer.add_read(pod5.Read(uuid.UUID(name), pore, calibration, 0, 0, 100.0, end, run, signal=samples))


def write_fast5(path, reads, rate=4000.0, **compression):
    with h5py.File(path, "w") as file:
        for name, samples in reads:
            group = file.create_group(f"read_{name}")
            raw = group.create_group("Raw")
            raw.attrs["read_id"] = np.bytes_(name)
            packed = {"chunks": samples.shape, **compression} if compression and len(samples) else {}
            raw.create_dataset("Signal", data=samples, **packed)
            group.create_group("channel_id").attrs["sampling_rate"] = rate


def write_single_fast5(path, name, samples, rate=4000.0):
    with h5py.File(path, "w") as file:
        raw = file.create_group("Raw/Reads/Read_17")
        raw.attrs["read_id"] = name
        raw.create_dataset("Signal", data=samples)
        file.create_group("UniqueGlobalKey/channel_id").attrs["sampling_rate"] = rate


def write_slow5(path, reads, rate=4000.0):
    """Write SLOW5 or, by its ending, BLOW5."""
    packed = {"rec_press": "zlib", "sig_press": "svb_zd"} if path.suffix == ".blow5" else {}
    file = pyslow5.Open(str(path), "w", **packed)
    file.write_header({key: value or "test" for key, value in file.get_empty_header(aux=False).items()})
    for name, samples in reads:
        record = {"read_id": name, "read_group": 0, "digitisation": 8192.0, "offset": 10.0, "range": 1400.0}
        file.write_record({**record, "sampling_rate": float(rate), "len_raw_signal": len(samples), "signal": samples})
    file.close()


WRITERS = {
    "a.pod5": write_pod5,
    "a.fast5": write_fast5,
    "b.fast5": lambda path, reads, **options: write_fast5(path, reads, **options, **VBZ),
    **({"a.slow5": write_slow5, "a.blow5": write_slow5} if "pyslow5" in sys.modules else {}),
}
"""What writes several reads to a file of that name."""


def read(path, **parameters):
    return list(ReadSignal(**parameters).read(Source(str(path))))


def line(found, path):
    """Return what an error says after the name of the file."""
    assert isinstance(found, SeqpipeError)
    assert "\n" not in str(found)
    assert str(found).startswith(f"{path}:")
    return str(found).removeprefix(f"{path}:")


def refusal(path):
    """Return why a file cannot be read at all."""
    with pytest.raises(InputError) as caught:
        read(path)
    return line(caught.value, path)


@pytest.mark.parametrize("name", WRITERS)
def test_reads_are_read_as_they_were_written(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path, reads())
    records = read(path)
    assert [(record.id, record.position) for record in records] == [(identifier(n), n) for n in (1, 2, 3, 4)]
    for record, (_, samples) in zip(records, reads(), strict=True):
        np.testing.assert_array_equal(record.payload, normalise(samples, *estimate(samples)))


def test_a_file_with_a_single_read(tmp_path):
    write_single_fast5(tmp_path / "one.fast5", "the-read", signal(700))
    (record,) = read(tmp_path / "one.fast5")
    assert record.id == "the-read"
    assert len(record.payload) == 700


@pytest.mark.parametrize("name", WRITERS)
def test_long_reads_come_in_pieces(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path, reads())
    whole = {record.id: record.payload for record in read(path)}
    pieces = read(path, piece=3000)
    assert [piece.last for piece in pieces].count(True) == 4
    for known, samples in whole.items():
        joined = np.concatenate([piece.payload for piece in pieces if piece.id == known])
        np.testing.assert_array_equal(joined, samples)


@pytest.mark.parametrize("name", WRITERS)
def test_bad_reads_are_a_line_each_and_others_go_on(tmp_path, name):
    path = tmp_path / name
    bad = [signal(3), np.full(5000, 417, np.int16)]
    if "slow5" not in name and "blow5" not in name:  # their writer refuses a read without samples
        bad.append(np.empty(0, np.int16))
    WRITERS[name](path, [(identifier(n), samples) for n, samples in enumerate([signal(900), *bad, signal(901)], 1)])
    first, *errors, last = read(path)
    assert (first.id, last.id) == (identifier(1), identifier(2 + len(bad)))
    said = [line(error, path) for error in errors]
    assert said[:2] == [
        "2: a read of 3 samples (leave out what has fewer than 64)",
        "3: the signal is constant (leave the read out: its pore is blocked or empty)",
    ]
    assert said[2:] in ([], ["4: a read of 0 samples (leave out what has fewer than 64)"])


@pytest.mark.parametrize("name", WRITERS)
def test_another_sampling_rate_is_said_with_what_is_needed(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path, reads((900,)), rate=5000)
    (error,) = read(path)
    assert line(error, path) == (
        "1: a read of 5000 samples a second, where the model knows 4,000 (use a model that was trained on such pores)"
    )
    assert len(read(path, rate=5000)) == 1


@pytest.mark.parametrize("name", sorted({"a.slow5", "a.blow5"} & WRITERS.keys()))
def test_an_id_that_came_before(tmp_path, name):
    path = tmp_path / name
    WRITERS[name](path, [("one", signal(900)), ("one", signal(901)), ("two", signal(902))])
    first, error, last = read(path)
    assert (first.id, last.id) == ("one", "two")
    assert line(error, path) == "2: a read of the id one came before (leave one of them out, or give it another id)"


@pytest.mark.parametrize("name", ["a.npz", *WRITERS])
def test_an_empty_file_is_called_so(tmp_path, name):
    path = tmp_path / name
    path.touch()
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == f"{path}: the file is empty (get it again)"


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("share", [0, 0.001, 0.003, 0.02, 0.1, 0.4, 0.8, 0.99, 0.9999])
def test_a_truncated_file_is_a_line(tmp_path, name, share):
    path = tmp_path / name
    WRITERS[name](path, reads())
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    try:
        *records, last = read(path)
    except InputError as error:
        records, last = [], error
    assert line(last, path)
    for record, (known, samples) in zip(records, reads(), strict=False):
        assert record.id == known
        assert len(record.payload) == len(samples)


@pytest.mark.parametrize("name", ["a.pod5", "a.fast5", "a.slow5", "a.blow5"])
def test_what_is_of_another_kind(tmp_path, name):
    path = tmp_path / name
    kind = path.suffix[1:].upper()
    for content in (b"not what its name says\n" * 99, b"PK\x03\x04" + bytes(99)):
        path.write_bytes(content)
        assert refusal(path) == f" not {kind}: it begins with other bytes (check what it is, or get it again)"


def test_packed_files_have_to_be_unpacked(tmp_path):
    write_pod5(tmp_path / "a.pod5", reads((900,)))
    path = tmp_path / "a.pod5.gz"
    path.write_bytes(gzip.compress((tmp_path / "a.pod5").read_bytes()))
    assert refusal(path) == " POD5 cannot be read while it is unpacked (unpack it, and name the file)"


def test_hdf5_that_is_no_fast5(tmp_path):
    path = tmp_path / "a.fast5"
    with h5py.File(path, "w") as file:
        file["table"] = np.arange(9)
    assert refusal(path) == " HDF5 without raw reads, so no FAST5 (give files that hold the signal)"


def test_fast5_with_a_read_that_is_not_whole(tmp_path):
    path = tmp_path / "a.fast5"
    write_fast5(path, reads((900, 901, 902, 903)))
    with h5py.File(path, "a") as file:
        del file[f"read_{identifier(2)}/Raw/Signal"]
        del file[f"read_{identifier(3)}/Raw"]
    first, second, third, last = read(path)
    assert (first.id, last.id) == (identifier(1), identifier(4))
    for position, error in ((2, second), (3, third)):
        said = f"{position}: read_{identifier(position)} has no signal (leave it out, or get the file again)"
        assert line(error, path) == said


def test_a_sample_that_is_no_number(tmp_path):
    path = tmp_path / "a.fast5"
    samples = signal(900).astype(np.float32)
    samples[17] = np.nan
    write_fast5(path, [(identifier(1), samples), (identifier(2), signal(900))])
    error, record = read(path)
    assert line(error, path) == "1: sample 18 is not a finite number (record the read again)"
    assert record.id == identifier(2)


def test_a_pod5_whose_count_of_samples_lies(tmp_path):
    path = tmp_path / "a.pod5"
    write_pod5(path, reads((900, 901, 902)))
    held = path.read_bytes()
    place = held.index(np.array([900, 901, 902], "<u8").tobytes()) + 8
    path.write_bytes(held[:place] + np.uint64(9010).tobytes() + held[place + 8 :])
    first, error, last = read(path)
    assert (first.id, last.id) == (identifier(1), identifier(3))
    assert line(error, path) == (
        f"2: read {identifier(2)} has 901 samples, where its table says 9,010 (the file is damaged, get it again)"
    )


LIBRARIES = {"a.pod5": ("pod5", "pod5"), "a.fast5": ("h5py", "fast5"), "a.blow5": ("pyslow5", "slow5")}


@pytest.mark.parametrize("name", sorted(LIBRARIES.keys() & WRITERS.keys()))
def test_a_library_that_is_missing_is_named(tmp_path, name, monkeypatch):
    path = tmp_path / name
    WRITERS[name](path, reads((900,)))
    module, extra = LIBRARIES[name]
    monkeypatch.setitem(sys.modules, module, None)
    kind = extra.upper()
    assert refusal(path) == f" {kind} needs {module}, which is not installed (pip install 'seqpipe-dna[{extra}]')"


def test_a_compression_that_is_missing_is_named(tmp_path):
    path = tmp_path / "a.fast5"
    write_fast5(path, reads((900,)), **VBZ)
    code = (
        "import sys; sys.modules['vbz_h5py_plugin'] = None\n"
        "from seqpipe import Source\nfrom seqpipe_dna.signal.reader import ReadSignal\n"
        f"print(*ReadSignal().read(Source({str(path)!r})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == (
        f"{path}:1: read_{identifier(1)} is compressed by VBZ, which is not installed "
        "(pip install 'seqpipe-dna[fast5]')"
    )


def test_reads_that_cannot_be_unpacked():
    assert "read r cannot be unpacked" in str(pod5_read(SimpleNamespace(read_id="r")))
    assert "r cannot be unpacked" in str(fast5_read(h5py, "r", {"Signal": None}, None))

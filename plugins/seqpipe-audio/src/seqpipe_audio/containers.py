"""Which kind of file something is, by its first bytes, and the endings of sound files."""

from __future__ import annotations

HEAD = 64
"""Bytes by which a kind is told."""

SUFFIXES = (
    *(".wav", ".flac", ".ogg", ".opus", ".mp3", ".oga", ".wave", ".mp2", ".mp1", ".mpga", ".rf64", ".w64", ".wavex"),
    *(".aiff", ".aif", ".aifc", ".au", ".snd", ".caf", ".sph", ".nist", ".sf", ".ircam", ".voc", ".svx", ".8svx"),
    *(".iff", ".paf", ".pvf", ".avr", ".htk", ".sds", ".mpc2k", ".wve", ".xi", ".mat", ".mat4", ".mat5"),
)
"""Endings of what libsndfile reads, the usual ones first; without raw samples, which say nothing of themselves."""

RAW_SUFFIXES = (".raw", ".pcm", ".s16")
"""Endings of raw samples."""

_SOUND = (
    (0, b"fLaC", "FLAC"),
    (0, b"OggS", "Ogg"),
    (0, b"RIFX", "WAV"),
    (0, b"RF64", "RF64"),
    (0, b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb", "W64"),
    (8, b"AIFF", "AIFF"),
    (8, b"AIFC", "AIFF"),
    (8, b"8SVX", "SVX"),
    (8, b"16SV", "SVX"),
    (0, b"caff", "CAF"),
    (0, b".snd", "AU"),
    (0, b"dns.", "AU"),
    (0, b"NIST_1A", "NIST SPHERE"),
    (0, b"Creative Voice File", "VOC"),
    (0, b" paf", "PAF"),
    (0, b"fap ", "PAF"),
    (0, b"2BIT", "AVR"),
    (0, b"PVF1\n", "PVF"),
    (0, b"Extended Instrument: ", "XI"),
    (0, b"ALawSoundFile**", "WVE"),
    (0, b"MATLAB 5.0 MAT-file", "MAT"),
)
_OTHERS = (
    (4, b"ftyp", "MP4"),
    (0, b"\x1a\x45\xdf\xa3", "Matroska"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA"),
    (0, b"#!AMR", "AMR"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"wvpk", "WavPack"),
    (0, b"TTA1", "TTA"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"ADIF", "AAC"),
    (0, b"\xff\xf1", "AAC"),
    (0, b"\xff\xf9", "AAC"),
    (0, b"MThd", "MIDI"),
    (8, b"AVI ", "AVI"),
)


def sound_kind(head: bytes) -> str | None:
    """Return the name of a kind of sound file that is read; None if the bytes begin no such file.

    Neither MPEG audio, which has no signature (see `seqpipe_audio.mpeg_audio`), nor raw samples.
    """
    if head[:4] == b"RIFF" and head[8:12] in {b"WAVE", b""}:
        return "WAV"
    return _kind(head, _SOUND)


def other_kind(head: bytes) -> str | None:
    """Return the name of a kind of file that is known and is not read."""
    return _kind(head, _OTHERS)


def is_tagged(head: bytes) -> bool:
    """Whether a file begins with an ID3 tag, version 2, which any kind of sound may stand behind."""
    return len(head) >= 10 and head[:3] == b"ID3" and max(head[3:5]) < 0xFF and max(head[6:10]) < 0x80


def tag_size(head: bytes) -> int:
    """Return the bytes that the ID3 tag takes with which a file begins; 0 without one."""
    if not is_tagged(head):
        return 0
    size = 0
    for seven_bits in head[6:10]:
        size = size << 7 | seven_bits
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _kind(head: bytes, signatures: tuple[tuple[int, bytes, str], ...]) -> str | None:
    return next((name for place, signature, name in signatures if head[place:].startswith(signature)), None)

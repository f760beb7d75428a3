"""Files: one as a body, several as a form, and the forms of what comes back."""

from __future__ import annotations

import gzip
import io
import wave

import pytest


def form(*files: tuple[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of a form with files."""
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + content + b"\r\n"
        for name, content in files
    ]
    return b"".join(parts) + b"--edge--\r\n", {"content-type": "multipart/form-data; boundary=edge"}


@pytest.fixture(scope="module")
def digits(inputs):
    return (inputs / "digits.flac").read_bytes()


def test_a_recording(server, digits):
    reply = server.ask("POST", "/v1/audio/speech-digits?filename=call.flac", digits, {"content-type": "audio/flac"})
    (entry,) = reply.json["records"]
    assert entry["source"] == "call.flac"
    assert entry["results"][0]["id"] == "call.flac"
    assert entry["results"][0]["text"] == "three one four one five nine"


def test_a_recording_that_is_read_in_pieces(server, inputs):
    raw = (inputs / "digits.raw").read_bytes()
    headers = {"content-type": "application/octet-stream", "content-disposition": 'attachment; filename="call.raw"'}
    (entry,) = server.ask("POST", "/v1/audio/speech-stream", raw, headers).json["records"]
    assert [result["word"] for result in entry["results"]] == ["three", "one", "four", "one", "five", "nine"]
    assert {result["id"] for result in entry["results"]} == {"call.raw"}


def test_texts_in_a_file(server):
    headers = {"content-type": "text/plain"}
    reply = server.ask("POST", "/v1/text/sentiment", b"A fine film.\n\xff\nDull.\n", headers)
    fine, bad, dull = reply.json["records"]
    assert (fine["results"][0]["stars"], dull["results"][0]["stars"]) == (5, 1)
    assert fine["results"][0]["id"] == "file.txt:1"
    assert bad["error"]["message"].startswith("not valid UTF-8")


def test_a_packed_file(server):
    packed = gzip.compress(b"A fine film.\n")
    reply = server.ask("POST", "/v1/text/sentiment?filename=a.txt.gz", packed, {"content-type": "application/gzip"})
    assert reply.json["records"][0]["results"][0]["stars"] == 5


def test_a_compressed_file_decompresses_to_no_more_than_it_may(strict):
    packed = gzip.compress(b" " * 20_000_000)
    reply = strict.ask("POST", "/v1/text/sentiment?filename=a.txt.gz", packed, {"content-type": "application/gzip"})
    assert reply.status == 422
    assert reply.json["error"]["message"] == "it decompresses to more than 1,000,000 bytes"


def test_several_files(server, digits):
    body, headers = form(("one.flac", digits), ("two.wav", b"RIFFnothing"), ("three.flac", digits))
    one, two, three = server.ask("POST", "/v1/audio/speech-digits", body, headers).json["records"]
    assert [entry["source"] for entry in (one, two, three)] == ["one.flac", "two.wav", "three.flac"]
    assert one["results"][0]["text"] == three["results"][0]["text"] == "three one four one five nine"
    assert two["error"]["todo"]


def test_a_file_that_cannot_be_read(server):
    reply = server.ask("POST", "/v1/audio/speech-digits", b"RIFFnothing", {"content-type": "audio/wav"})
    assert (reply.status, list(reply.json)) == (422, ["error"])


@pytest.mark.parametrize(
    ("body", "content_type", "status", "message"),
    [
        (b"nothing", "multipart/form-data", 400, "no form that can be read"),
        (b"nothing", "multipart/form-data; boundary=edge", 400, "no form that can be read"),
        (b"--edge--\r\n", "multipart/form-data; boundary=edge", 400, "a form without files"),
        (
            b'--edge\r\nContent-Disposition: form-data; name="text"\r\n\r\nA film\r\n--edge--\r\n',
            "multipart/form-data; boundary=edge",
            413,
            "a form of more than 100 files, or with fields",
        ),
    ],
)
def test_what_is_no_form_of_files(server, body, content_type, status, message):
    reply = server.ask("POST", "/v1/audio/speech-digits", body, {"content-type": content_type})
    assert (reply.status, reply.json["error"]["message"]) == (status, message)


def test_a_form_of_too_many_files(server):
    body, headers = form(*[(f"{number}.wav", b"") for number in range(101)])
    assert server.ask("POST", "/v1/audio/speech-digits", body, headers).status == 413


def test_subtitles(server, digits):
    headers = {"content-type": "audio/flac", "accept": "text/vtt, application/json;q=0.5"}
    reply = server.ask("POST", "/v1/audio/speech-digits", digits, headers)
    assert reply.headers["content-type"].startswith("text/vtt")
    assert reply.body.startswith(b"WEBVTT")


def test_music_out_of_nothing(server):
    entries = server.post("audio/music-chorales", {"record": None}).json["records"]
    assert [len(entry["results"][0]["notes"]) > 50 for entry in entries] == [True] * 4


def test_one_piece_of_music_to_listen_to(server):
    reply = server.ask(
        "POST",
        "/v1/audio/music-chorales?result=2",
        b'{"record": null}',
        {"content-type": "application/json", "accept": "audio/wav"},
    )
    assert reply.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(reply.body)) as file:
        assert file.getnframes() > file.getframerate() * 10


def test_a_form_of_one_result_where_there_are_several(server):
    reply = server.post("audio/music-chorales", {"record": None}, accept="audio/midi")
    assert reply.status == 406
    assert reply.json["error"]["message"] == "4 results, where audio/midi holds one"


def test_a_failed_record_has_no_other_form_than_its_error(server):
    reply = server.post("text/sentiment", {"records": ["A film.", 5]}, accept="text/tab-separated-values")
    assert (reply.status, reply.json["error"]["message"]) == (422, "a text must be a str, not int")


def test_more_records_than_a_file_may_have(strict):
    reply = strict.ask("POST", "/v1/text/sentiment", b"\n" * 11, {"content-type": "text/plain"})
    assert (reply.status, reply.json["error"]["message"]) == (413, "a file of more than 10 records")

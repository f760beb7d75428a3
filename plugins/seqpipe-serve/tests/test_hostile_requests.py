"""Requests that would lead to files, to other servers or to other pipelines: none does."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

TARGETS = ["/etc/passwd", "../../../../etc/passwd", "..\\..\\..\\windows\\win.ini", "file:///etc/passwd"]
WAYS = [
    "{0}",
    "{1}",
    "/v1/{0}",
    "/v1/{1}",
    "/v1/text/sentiment/{0}",
    "/v1/text/sentiment/examples/{0}",
    "/v1/text/sentiment/examples/{1}",
    "/v1/audio/speech-digits/examples/{1}",
    "/page/{0}",
    "/page/{1}",
]
PATHS = [
    way.format(target if target.startswith("/") and way == "{0}" else target.lstrip("/"), quote(quote(target, ""), ""))
    for target in TARGETS
    for way in WAYS
] + [
    "/page/..%2f..%2f..%2fetc%2fpasswd",
    "/page/%2e%2e/%2e%2e/server.py",
    "/page/..;/server.py",
    "/page/....//....//server.py",
    "/page//etc/passwd",
    "/page/%00/etc/passwd",
    "/page/index.html%00.png",
    "/v1/text/sentiment/examples/%2e%2e%2fsentiment.yaml",
    "/v1/%2e%2e/v1/text/sentiment%00",
    "http://169.254.169.254/latest/meta-data/",
    "//169.254.169.254/latest/meta-data/",
]
RECORDS = [
    {"text": "/etc/passwd", "path": "/etc/passwd"},
    {"text": "http://169.254.169.254/latest/meta-data/", "url": "http://127.0.0.1:1/"},
    {"text": "file:///etc/passwd", "reader": {"reader": "core.lines", "path": "/etc/passwd"}},
    {"text": "${env:HOME} ${HOME} $(id) `id`"},
    {"text": "{{7*7}} <script>alert(1)</script> %s%n"},
    {"text": "x", "__class__": "os.system", "__proto__": {"admin": True}},
]
NAMES = [
    "../../../etc/passwd",
    "/etc/passwd",
    "..\\..\\evil.txt",
    "C:\\windows\\win.ini",
    "-",
    ".",
    "..",
    "",
    "con",
    "a\x00.txt",
    "a\r\nSet-Cookie: b=c.txt",
    "a" * 5000 + ".txt",
    "~root.txt",
    "$(id).txt",
    "http://127.0.0.1:1/x.txt",
    "|id",
]


def test_at_least_sixty_are_tried():
    assert len(PATHS) + len(RECORDS) + len(NAMES) >= 60


@pytest.mark.parametrize("path", PATHS)
def test_paths_lead_to_nothing(server, path):
    answer = server.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    status = int(answer[9:12])
    assert status in {400, 404, 405}
    assert b"root:" not in answer
    assert b"import" not in answer
    assert str(Path(__file__).parents[3]).encode() not in answer


@pytest.mark.parametrize("record", RECORDS, ids=repr)
def test_records_are_text_and_nothing_else(server, record):
    (entry,) = server.post("text/sentiment", {"record": record}).json["records"]
    (result,) = entry["results"]
    assert {key: result[key] for key in record} == record
    assert "root:" not in json.dumps(result)


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_names_of_files_are_names(server, name):
    headers = {"content-type": "text/plain"}
    reply = server.ask("POST", f"/v1/text/sentiment?filename={quote(name, '')}", b"A fine film.\n", headers)
    (entry,) = reply.json["records"]
    assert entry["results"][0]["text"] == "A fine film."
    assert "/" not in entry["source"]
    assert "\\" not in entry["source"]
    assert entry["source"].isprintable()
    assert 0 < len(entry["source"]) <= 200


def test_files_that_name_others_open_none(start, inputs):
    running = start("audio/speech-digits", "--set", "speech-digits:read={reader: audio.manifest}")
    table = f"{inputs / 'digits.flac'}\tone\n".encode()
    headers = {"content-type": "application/octet-stream"}
    reply = running.ask("POST", "/v1/audio/speech-digits?filename=table.tsv", table, headers)
    assert (reply.status, reply.json["error"]["message"]) == (422, "a table of files, which has come without them")


@pytest.mark.parametrize("name", ["table.tsv", "song.m3u", "song.cue"])
def test_lists_of_files_are_no_recordings(server, inputs, name):
    table = f"{inputs / 'digits.flac'}\n".encode()
    headers = {"content-type": "application/octet-stream"}
    reply = server.ask("POST", f"/v1/audio/speech-digits?filename={name}", table, headers)
    assert reply.status == 422
    assert str(inputs) not in json.dumps(reply.json)


def test_only_the_files_that_the_pipeline_names_are_examples(server, inputs):
    reply = server.ask("GET", "/v1/audio/speech-digits/examples/digits.flac")
    assert reply.body == (inputs / "digits.flac").read_bytes()
    assert server.ask("GET", "/v1/audio/speech-digits/examples/digits.raw").status == 404


def test_what_fails_says_nothing_of_the_server(server):
    reply = server.ask("POST", "/v1/audio/speech-digits", b"RIFF" + bytes(100), {"content-type": "audio/wav"})
    text = json.dumps(reply.json) + json.dumps(reply.headers)
    assert "Traceback" not in text
    assert "/usr" not in text
    assert "python" not in text.lower()

"""Records in JSON: what comes back for them, and for what is none."""

from __future__ import annotations

import json

import pytest

import seqpipe

TEXTS = ["A fine film.", "Dull.", "", "It isn't bad, it is only long.", "Ümläute 🎬 and\ttabs\nand lines"]


def test_results_are_those_of_a_call(server):
    expected = [{"results": [result]} for result in seqpipe.load("text/sentiment")(TEXTS)]
    reply = server.post("text/sentiment", {"records": TEXTS})
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert reply.json == {"records": expected}


def test_a_record_may_name_itself_and_have_columns(server):
    record = {"text": "Ann Lee left Oslo.", "id": "note-1", "author": {"name": "Bo", "year": 1999}}
    (entry,) = server.post("text/ner", {"record": record}).json["records"]
    (result,) = entry["results"]
    assert (result["id"], result["author"]) == ("note-1", {"name": "Bo", "year": 1999})
    assert [entity["text"] for entity in result["entities"]] == ["Ann Lee", "Oslo"]


def test_a_bad_record_leaves_the_others_alone(server):
    records = ["A fine film.", 5, {"texts": "x"}, "Dull."]
    good, number, key, dull = server.post("text/sentiment", {"records": records}).json["records"]
    assert (good["results"][0]["stars"], dull["results"][0]["stars"]) == (5, 1)
    assert number["error"] == {"message": "a text must be a str, not int", "todo": "pass a str", "stage": ""}
    assert key["error"]["message"] == "no key 'text' for the payload"


def test_a_single_bad_record_is_a_bad_request(server):
    reply = server.post("text/sentiment", {"record": None})
    assert reply.status == 422
    assert reply.json["error"]["message"] == "a text must be a str, not NoneType"


def test_samples_may_be_numbers(server):
    (entry,) = server.post("audio/speech-digits", {"record": [0.0] * 8000}).json["records"]
    assert entry["results"][0]["text"] == ""


def test_no_records_give_none(server):
    assert server.post("text/sentiment", {"records": []}).json == {"records": []}


def test_more_records_than_a_batch_keep_their_order(server):
    records = [f"film number {number}" for number in range(600)]
    entries = server.post("text/sentiment", {"records": records}).json["records"]
    assert [entry["results"][0]["text"] for entry in entries] == records


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON: here should be a value"),
        (b'{"record": ', "not JSON: here should be a value"),
        (b"\xff", "byte 1 is not UTF-8"),
        (b"[" * 100_000, "nested more than"),
        (b'{"record": 1e999}', "a text must be a str, not float"),
        (b'{"record": NaN}', "NaN is no number in JSON"),
        (b'{"record": ' + b"9" * 10_000 + b"}", "a whole number of thousands of digits"),
        (b'"A fine film."', "neither a record nor records"),
        (b'{"records": "A fine film."}', "records that are no list"),
        (b'{"record": "a", "records": []}', "neither a record nor records"),
        (b'{"record": "a", "model": "/etc/passwd"}', "neither a record nor records"),
    ],
)
def test_what_is_no_record_is_refused(server, body, message):
    reply = server.ask("POST", "/v1/text/sentiment", body, {"content-type": "application/json"})
    assert reply.status in (400, 422)
    assert message in reply.json["error"]["message"]
    assert reply.json["error"]["todo"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"records": ["a"] * 11}, "more than 10 records"),
        ({"record": "a" * 51}, "a record of more than 50 characters"),
        ({"record": "a" * 100_001}, "a body of more than 0.1 MB"),
    ],
)
def test_what_is_too_much_is_refused(strict, value, message):
    reply = strict.post("text/sentiment", value)
    assert (reply.status, reply.json["error"]["message"]) == (413, message)


def test_as_much_as_may_be_is_answered(strict):
    assert strict.post("text/sentiment", {"records": ["a" * 50] * 10}).status == 200


def test_a_body_that_does_not_say_its_length_is_bounded_as_well(strict):
    head = b"POST /v1/text/sentiment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n" + b"8000\r\n%s\r\n" % bytes(0x8000) * 4
    assert strict.raw(head + chunks).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "message"),
    [
        ("GET", "/nothing", {}, 404, "nothing is here"),
        ("GET", "/v1/text/nothing", {}, 404, "no pipeline of that name"),
        ("POST", "/v1/text/sentiment/", {"content-type": "application/json"}, 404, "no pipeline of that name"),
        ("DELETE", "/v1/text/sentiment", {}, 405, "this method is not for this address"),
        ("POST", "/v1", {}, 405, "this method is not for this address"),
        ("POST", "/v1/text/sentiment", {}, 415, "a body of no type, or of that of a form on a page"),
        (
            "POST",
            "/v1/text/sentiment",
            {"content-type": "application/x-www-form-urlencoded"},
            415,
            "a body of no type, or of that of a form on a page",
        ),
        (
            "POST",
            "/v1/text/sentiment",
            {"content-type": "application/json", "content-encoding": "gzip"},
            415,
            "a packed body",
        ),
        (
            "POST",
            "/v1/text/sentiment",
            {"content-type": "application/json", "accept": "image/png"},
            406,
            "no form that can be written",
        ),
    ],
)
def test_what_is_asked_in_a_wrong_way(server, method, path, headers, status, message):
    reply = server.ask(method, path, b'{"record": "x"}' if method == "POST" else None, headers)
    assert (reply.status, reply.json["error"]["message"]) == (status, message)
    assert reply.json["error"]["todo"]


def test_a_text_with_half_a_surrogate_pair_comes_back_as_it_was(server):
    body = b'{"record": "a \\ud83d b"}'
    reply = server.ask("POST", "/v1/text/sentiment", body, {"content-type": "application/json"})
    assert json.loads(reply.body)["records"][0]["results"][0]["text"] == "a \ud83d b"

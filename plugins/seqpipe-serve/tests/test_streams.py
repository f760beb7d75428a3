"""Records on WebSockets, by a client of another library over loopback."""

from __future__ import annotations

import base64
import json
import random
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

import seqpipe

NAME = "audio/speech-stream"
TOKEN = "a-token-of-more-than-thirty-two-characters"
SESSIONS = f"/v1/{NAME}/sessions"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
BYTES = {"Content-Type": "application/octet-stream"}
START = {"type": "start", "format": "int16"}
FINISH = {"type": "finish"}


def client_of(server: Any, name: str = NAME, **options: Any) -> ClientConnection:
    return connect(f"ws://127.0.0.1:{server.port}/v1/{name}/stream", compression=None, **options)


def wait_for(ask: Callable[[], Any], enough: Callable[[Any], bool]) -> Any:
    """Ask until the answer is right."""
    for _ in range(100):
        if enough(answer := ask()):
            return answer
        time.sleep(0.05)
    pytest.fail(f"still {answer}")


@pytest.fixture(scope="module")
def speech() -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Samples, and what is heard in all of them."""
    hear = seqpipe.load(NAME)
    (path,) = hear.profile.inputs
    samples = np.fromfile(path, "<i2")
    return samples, hear([samples])


def received(client: ClientConnection) -> dict[str, Any]:
    message = json.loads(client.recv(timeout=20))
    assert isinstance(message, dict)
    return message


def started(client: ClientConnection, **start: Any) -> dict[str, Any]:
    client.send(json.dumps({**START, **start}))
    message = received(client)
    assert message["type"] == "started", message
    return message


def rest(client: ClientConnection) -> list[dict[str, Any]]:
    """Return the results until the end."""
    results = []
    while (message := received(client))["type"] == "result":
        results.append(message)
    assert message == {"type": "finished"}
    with pytest.raises(ConnectionClosed):
        client.recv(timeout=20)
    assert client.close_code == 1000
    return results


def fields(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return results without what the stream adds; it is checked that they are counted."""
    assert [message["number"] for message in messages] == list(range(1, len(messages) + 1))
    return [{key: value for key, value in one.items() if key not in ("type", "number")} for one in messages]


def refusal(client: ClientConnection) -> tuple[str, str]:
    """Return what is said and done at an error, and that the stream ends then."""
    message = received(client)
    assert message["type"] == "error", message
    with pytest.raises(ConnectionClosed):
        client.recv(timeout=20)
    assert client.close_code == 1008
    return message["error"]["message"], message["error"]["todo"]


@pytest.mark.parametrize(
    ("form", "frame"),
    [
        ("int16", lambda samples: samples.astype("<i2").tobytes()),
        ("float32", lambda samples: (samples / np.float32(32768)).astype("<f4").tobytes()),
        ("json", lambda samples: json.dumps({"type": "piece", "payload": (samples / 32768).tolist()})),
    ],
)
def test_a_stream_gives_what_the_whole_gives(
    server: Any, speech: Any, form: str, frame: Callable[[np.ndarray], bytes | str]
) -> None:
    samples, whole = speech
    with client_of(server) as client:
        assert started(client, format=form)["position"] == 0
        for piece in np.split(samples, range(0, len(samples), 1234)):
            client.send(frame(piece))
        client.send(json.dumps(FINISH))
        assert fields(rest(client)) == whole


def test_results_come_while_it_is_spoken(server: Any, speech: Any) -> None:
    samples, whole = speech
    with client_of(server) as client:
        started(client)
        client.send(samples[:16_000].tobytes())
        assert received(client)["word"] == whole[0]["word"]


def test_many_at_a_time_get_what_each_gets_alone(server: Any, speech: Any) -> None:
    samples, _ = speech
    hear = seqpipe.load(NAME)
    recordings = [np.roll(samples, 4000 * number)[: 30_000 + 1000 * number] for number in range(12)]

    def heard(recording: np.ndarray) -> list[dict[str, Any]]:
        with client_of(server) as client:
            started(client)
            for piece in np.split(recording, range(0, len(recording), 700)):
                client.send(piece.tobytes())
                time.sleep(0.002)  # so that pieces of several are computed together
            client.send(json.dumps(FINISH))
            return fields(rest(client))

    with ThreadPoolExecutor(len(recordings)) as pool:
        assert list(pool.map(heard, recordings)) == [hear([recording]) for recording in recordings]
    rows = server.ask("GET", "/metrics").body.decode()
    assert float(re.findall(r'seqpipe_batch_rows_bucket\{le="1.0"\} (\S+)', rows)[0]) < float(
        re.findall(r"seqpipe_batch_rows_count (\S+)", rows)[0]
    )


def test_a_client_that_is_cut_off_anywhere_gets_all_words(server: Any, speech: Any) -> None:
    samples, whole = speech
    chance = random.Random(4)
    for _ in range(5):
        token, position, found = None, 0, []
        while position < len(samples):
            with client_of(server) as client:
                begun = started(client, session=token, results=len(found))
                token, position = begun["session"], begun["position"]
                for _ in range(chance.randint(1, 9)):
                    end = position + chance.randint(0, 3000)
                    client.send(samples[position:end].tobytes())
                    position = end
                if chance.random() < 0.5:  # perhaps they come, and perhaps the connection is gone before
                    with suppress(TimeoutError):
                        while True:
                            found.append(json.loads(client.recv(timeout=0.05)))
                client.socket.close()
        with client_of(server) as client:
            begun = started(client, session=token, results=len(found))
            client.send(samples[begun["position"] :].tobytes())
            client.send(json.dumps(FINISH))
            assert fields(found + rest(client)) == whole


def test_a_client_that_comes_back_while_it_seems_connected_takes_its_session(server: Any, speech: Any) -> None:
    samples, whole = speech
    with client_of(server) as old, client_of(server) as new:
        token = started(old)["session"]
        old.send(samples[:10_000].tobytes())
        found = [received(old)]
        assert started(new, session=token, results=1) == {"type": "started", "session": token, "position": 10_000}
        assert refusal(old)[0] == "the session goes on over another connection"
        new.send(samples[10_000:].tobytes())
        new.send(json.dumps(FINISH))
        assert fields(found + rest(new)) == whole


def in_the_end(client: ClientConnection, samples: np.ndarray, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Send the rest, and return all results, those of a session that was moved counted on."""
    client.send(samples.tobytes())
    client.send(json.dumps(FINISH))
    return fields([{**message, "number": number} for number, message in enumerate([*found, *rest(client)], 1)])


def test_a_session_goes_to_another_server(start: Callable[..., Any], speech: Any) -> None:
    samples, whole = speech
    first, second = (start(NAME, SEQPIPE_SERVE_TOKEN=TOKEN) for _ in range(2))
    with client_of(first, additional_headers=BEARER) as client:
        token = started(client)["session"]
        client.send(samples[:16_000].tobytes())
        found = [received(client) for _ in range(2)]
        refused = first.ask("GET", f"{SESSIONS}/{token}", headers=BEARER)
        assert (refused.status, refused.json["error"]["message"]) == (409, "a client is connected to the session")
    exported = wait_for(lambda: first.ask("GET", f"{SESSIONS}/{token}", headers=BEARER), lambda one: one.status == 200)
    assert len(exported.body) < 20_000
    assert second.ask("POST", SESSIONS, exported.body[:-1], BEARER | BYTES).status == 422
    imported = second.ask("POST", SESSIONS, exported.body, BEARER | BYTES)
    assert (imported.status, imported.json["position"]) == (201, 16_000)
    with client_of(second, additional_headers=BEARER) as client:
        started(client, session=imported.json["session"])
        assert in_the_end(client, samples[16_000:], found) == whole
    assert first.ask("DELETE", f"{SESSIONS}/{token}", headers=BEARER).status == 204
    assert first.ask("GET", f"{SESSIONS}/{token}", headers=BEARER).status == 404


def test_a_server_that_stops_gives_each_client_its_state(start: Callable[..., Any], speech: Any) -> None:
    samples, whole = speech
    server = start(NAME, SEQPIPE_SERVE_TOKEN=TOKEN)
    with client_of(server, additional_headers=BEARER) as client:
        started(client)
        client.send(samples[:8000].tobytes())
        found = [received(client)]
        client.send(json.dumps({"type": "export"}))
        assert received(client)["position"] == 8000
        client.send(samples[8000:30_000].tobytes())
        client.ping().wait(5)  # it has come
        server.process.terminate()
        while (message := received(client))["type"] == "result":
            found.append(message)
        assert (message["type"], message["position"]) == ("state", 30_000)
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=20)
        assert (client.close_code, client.close_reason) == (1012, "the server stops")
    server.process.wait(60)
    again = start(NAME, SEQPIPE_SERVE_TOKEN=TOKEN)
    imported = again.ask("POST", SESSIONS, base64.b64decode(message["state"]), BEARER | BYTES)
    with client_of(again, additional_headers=BEARER) as client:
        started(client, session=imported.json["session"])
        assert in_the_end(client, samples[30_000:], found) == whole


def test_a_state_that_this_server_did_not_give_out_is_refused(server: Any) -> None:
    session = seqpipe.load(NAME).session()
    session.feed(np.zeros(800, np.float32))
    for state in (session.state(), b"\0" * 32 + session.state(), b"", b"\x80\x04N."):
        refused = server.ask("POST", SESSIONS, state, BYTES)
        assert (refused.status, refused.json["error"]["message"]) == (422, "not a state that this server gave out")


@pytest.mark.parametrize(
    ("messages", "what"),
    [
        (["{}"], "no start"),
        ([b"1234"], "no start"),
        (["[1]"], "a message that is no object"),
        (["{'"], "not JSON: here should be a key in double quotes"),
        (['{"type": "start"}'], "a format that is not known"),
        ([json.dumps({**START, "session": 3})], "a session that is no text"),
        ([json.dumps({**START, "results": -1})], "a number of results that is none"),
        ([json.dumps({**START, "session": "x" * 43})], "no such session, or it has ended"),
        ([json.dumps(START), b"123"], "a frame that ends within a number of 2 bytes"),
        ([json.dumps(START), "{}"], "a message that is not known"),
        ([json.dumps(START), '{"type": "piece", "payload": [0.5]}'], "a message that is not known"),
        ([json.dumps({**START, "format": "json"}), b"1234"], "a binary frame, and the format is json"),
        ([json.dumps({**START, "format": "float32"}), b"\0\0\xc0\x7f"], "a sample is not a finite number"),
        (
            [json.dumps({**START, "format": "json"}), '{"type": "piece", "payload": "one"}'],
            "samples in a str, not a series of numbers",
        ),
    ],
)
def test_what_cannot_be_done_is_said(server: Any, messages: list[str | bytes], what: str) -> None:
    with client_of(server) as client:
        for message in messages:
            client.send(message)
        if len(messages) > 1:
            assert received(client)["type"] == "started"
        assert refusal(client)[0] == what


def test_after_a_bad_piece_the_session_goes_on(server: Any, speech: Any) -> None:
    samples, whole = speech
    with client_of(server) as client:
        token = started(client)["session"]
        client.send(samples[:16_000].tobytes())
        found = [received(client) for _ in range(2)]
        client.send(b"1")
        refusal(client)
    with client_of(server) as client:
        assert started(client, session=token, results=2)["position"] == 16_000
        client.send(samples[16_000:].tobytes())
        client.send(json.dumps(FINISH))
        assert fields(found + rest(client)) == whole


def test_results_that_are_not_kept_any_more(server: Any, speech: Any) -> None:
    with client_of(server) as client:
        token = started(client)["session"]
        client.send(speech[0].tobytes())
        for _ in speech[1]:
            received(client)
    with client_of(server) as client:
        client.send(json.dumps({**START, "session": token, "results": 9}))
        assert refusal(client)[0] == "6 results were sent, and you have 9"
    with client_of(server) as client:
        started(client, session=token, results=4)
        assert [received(client)["number"] for _ in range(2)] == [5, 6]


def test_a_stream_without_a_piece(server: Any) -> None:
    with client_of(server) as client:
        started(client)
        client.send(json.dumps(FINISH))
        assert rest(client) == []


@pytest.mark.parametrize(
    ("name", "status", "what"),
    [
        ("audio/speech-digits", 422, "audio/speech-digits cannot be streamed: "),
        ("audio/nothing", 404, "no pipeline of that name"),
    ],
)
def test_what_cannot_be_streamed(server: Any, name: str, status: int, what: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        client_of(server, name)
    assert caught.value.response.status_code == status
    assert json.loads(caught.value.response.body)["error"]["message"].startswith(what)


def test_pages_of_others_and_clients_without_the_token_are_refused(start: Callable[..., Any]) -> None:
    server = start(NAME, SEQPIPE_SERVE_TOKEN=TOKEN)
    for options in ({}, {"additional_headers": BEARER, "origin": "http://evil.example"}):
        with pytest.raises(InvalidStatus):
            client_of(server, **options)
    with client_of(server, subprotocols=["seqpipe", f"bearer.{TOKEN}"]) as client:
        assert client.subprotocol == "seqpipe"
        started(client)


LIMITS = {"streams": 2, "sessions": 2, "idle_seconds": 0.6, "header_seconds": 0.6, "frame_kb": 4, "session_seconds": 3}


@pytest.fixture
def narrow(start: Callable[..., Any]) -> Any:
    return start(NAME, *(f"--limit={key}={value}" for key, value in LIMITS.items()))


def test_who_sends_nothing_is_closed_and_may_come_back(narrow: Any, speech: Any) -> None:
    with client_of(narrow) as client:
        assert refusal(client)[0] == "nothing came for 0.6 seconds"
    with client_of(narrow) as client:
        token = started(client)["session"]
        client.send(speech[0][:1000].tobytes())
        assert refusal(client) == ("nothing came for 0.6 seconds", "connect again, and resume")
    with client_of(narrow) as client:
        assert started(client, session=token)["position"] == 1000
    time.sleep(LIMITS["session_seconds"] + 0.5)
    assert narrow.ask("GET", f"{SESSIONS}/{token}").status == 404


def test_too_many_streams_and_sessions(narrow: Any) -> None:
    with client_of(narrow), client_of(narrow):
        with pytest.raises(InvalidStatus) as caught:
            client_of(narrow)
        assert caught.value.response.status_code == 503
        assert caught.value.response.headers["Retry-After"] == "5"
    wait_for(lambda: narrow.ask("GET", "/metrics").body, lambda figures: b"seqpipe_streams 0.0" in figures)
    tokens = []
    for _ in range(3):
        with client_of(narrow) as client:
            tokens.append(started(client)["session"])
    wait_for(lambda: narrow.ask("GET", "/metrics").body, lambda figures: b"seqpipe_streams 0.0" in figures)
    assert [narrow.ask("GET", f"{SESSIONS}/{token}").status for token in tokens] == [404, 200, 200]


def test_a_frame_that_is_too_large(narrow: Any) -> None:
    with client_of(narrow) as client:
        started(client)
        client.send(b"\0" * 5000)
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=20)
        assert client.close_code == 1009

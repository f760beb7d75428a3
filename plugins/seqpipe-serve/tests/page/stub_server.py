"""A server with the routes of `seqpipe serve` and an answer by heart for each kind of pipeline."""

import io
import json
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import anyio
import numpy as np
import numpy.typing as npt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

PAGE = files("seqpipe_serve") / "page"
POLICY = "default-src 'self'; media-src 'self' blob:"
TOKEN = "for-tests-" * 4
WORDS = ("three", "one", "four")


def described(name: str, takes: str, gives: str, *examples: Any, **more: Any) -> dict[str, Any]:
    """Return what `GET /v1` says of a pipeline; examples that begin with an at sign are files."""
    taken = {"kind": takes, "suffixes": [], "rate": None, "columns": [], "optional": takes == "music", **more}
    return {
        "name": name,
        "description": f"A stub of {takes}.",
        "topology": "many-to-one",
        "stages": [],
        "input": taken,
        "output": {"kind": gives, "types": ["audio/midi"]},
        "streams": name.endswith("stream"),
        "explains": name.endswith("translate"),
        "examples": [
            {"file": each[1:]} if isinstance(each, str) and each.startswith("@") else {"record": each}
            for each in examples
        ],
    }


PIPELINES = [
    described("text/sentiment", "text", "stars", "A fine film.", "Two hours of my life.", suffixes=[".txt"]),
    described("text/names", "text", "entities", "🎉 Ann Lee left Oslo for Norrland Rail."),
    described("text/translate", "text", "translation", "Guten Morgen!"),
    described("audio/digits", "sound", "text", "@tone.wav", suffixes=[".wav"], rate=8000),
    described("audio/stream", "sound", "words", suffixes=[".raw"], rate=8000),
    described("audio/chorales", "music", "music", suffixes=[".mid"]),
    described("dna/basecall", "signal", "bases", "@reads.npz", suffixes=[".npz"]),
    described("dna/splice", "dna", "label", "ACGTNACGTAGGTAAGTTTTCCCC", suffixes=[".fa"]),
    described("dna/scan", "dna", "sites", "ACGT" * 30),
    described("video/activity", "video", "segments", "@walk.mp4", suffixes=[".mp4"]),
    described("series/fruit", "numbers", "values", [1, 2.5, 3], [0, 5], columns=["size"]),
    described("series/steps", "numbers", "segments", [[0, 1], [1, 0], [3, 2]], columns=["x", "y"]),
]


def probabilities(labels: str) -> dict[str, float]:
    names = labels.split()
    return {label: (0.8 if index == 0 else 0.2 / (len(names) - 1)) for index, label in enumerate(names)}


def named(text: str) -> dict[str, Any]:
    known = {"Ann Lee": "PER", "Oslo": "LOC", "Norrland Rail": "ORG"}
    places = [(text.index(name), name, kind) for name, kind in known.items() if name in text]
    found = [{"type": kind, "text": name, "start": at, "stop": at + len(name)} for at, name, kind in sorted(places)]
    return {"text": text, "entities": found}


def translated(text: str) -> dict[str, Any]:
    tokens, source = ["▁G", "ood", "▁morning", "!"], ["Guten", "Morgen", "!"]
    attention = [[0.9, 0.1, 0.0], [0.8, 0.2, 0.0], [0.05, 0.95, 0.0], [0.0, 0.1, 0.9]]
    return {"input.text": text, "text": "Good morning!", "score": -0.5} | {
        "tokens": tokens,
        "source": source,
        "attention": attention,
    }


def spoken() -> dict[str, Any]:
    words = [{"word": word, "start": at, "end": at + 0.4, "score": 0.9 - at / 2} for at, word in enumerate(WORDS)]
    return {"text": " ".join(WORDS), "words": words}


def composed() -> dict[str, Any]:
    voices = {"soprano": 72, "alto": 67, "tenor": 60, "bass": 48}
    steps = (0, 2, 4, 5, 7, 9, 11, 12) * 3
    return {
        "notes": [
            {"pitch": pitch + step, "start": float(beat), "length": 1.0, "voice": voice}
            for voice, pitch in voices.items()
            for beat, step in enumerate(steps)
        ]
    }


def sites() -> list[dict[str, Any]]:
    return [
        {"sequence": "stub", "start": at, "end": at + 20, "strand": strand, "label": "promoter", "score": score}
        for at, strand, score in ((5, "+", 0.9), (40, "-", 0.6), (90, "+", 0.75))
    ]


def acted() -> dict[str, Any]:
    segments = [("walk", 0.0, 4.5, 0.7), ("run", 4.5, 7.9, 0.5)]
    return {
        "label": "walk",
        "probabilities": probabilities("walk run jump sit stand turn wave"),
        "segments": [dict(zip(("label", "start", "end", "score"), segment, strict=True)) for segment in segments],
    }


def called() -> dict[str, Any]:
    sequence = "ACGTTGCA" * 20
    return {"sequence": sequence, "qualities": "".join(chr(33 + index % 41) for index in range(len(sequence)))}


ANSWERS: dict[str, Callable[[Any], list[dict[str, Any]]]] = {
    "text/sentiment": lambda text: [{"text": text, "stars": 4, "probabilities": probabilities("4 5 3 2 1")}],
    "text/names": lambda text: [named(text)],
    "text/translate": lambda text: [translated(text)],
    "audio/digits": lambda _: [spoken()],
    "audio/chorales": lambda _: [composed()],
    "dna/basecall": lambda _: [called()],
    "dna/splice": lambda text: [{"sequence": text, "site": "EI", "probabilities": probabilities("EI IE N")}],
    "dna/scan": lambda _: sites(),
    "video/activity": lambda _: [acted()],
    "series/fruit": lambda numbers: [{"value": sum(numbers), "low": sum(numbers) - 1, "high": sum(numbers) + 1}],
    "series/steps": lambda _: [
        {"label": "rest", "start": 0, "stop": 2, "score": 0.9},
        {"label": "move", "start": 2, "stop": 3, "score": 0.8},
    ],
}


@dataclass
class Stub:
    """What the server is told to do, and what it was asked.

    Attributes:
        asked: the requests: their pipeline, media type and body.
        refuse: the status and error that a POST is answered with.
        wait: seconds that an answer takes, by the record's text.
        token: what has to come with each request under v1/.
        breaks: how often a stream is cut off after its second message of samples.
        samples: how many samples the last stream has taken.
        explained: the pipelines that were asked to explain.
    """

    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    refuse: tuple[int, dict[str, str]] | None = None
    wait: dict[str, float] = field(default_factory=dict)
    token: str = ""
    breaks: int = 0
    samples: int = 0
    explained: list[str] = field(default_factory=list)
    pipelines: list[dict[str, Any]] = field(default_factory=lambda: PIPELINES)
    url: str = ""

    def refusal(self, given: str) -> JSONResponse | None:
        if self.token and given != f"Bearer {self.token}":
            error = {"message": "a token is needed", "todo": "send `Authorization: Bearer TOKEN`"}
            return JSONResponse({"error": error}, 401)
        if self.refuse:
            return JSONResponse({"error": self.refuse[1]}, self.refuse[0])
        return None

    def list(self, request: Request) -> Response:
        if self.token and (refused := self.refusal(request.headers.get("authorization", ""))):
            return refused
        return JSONResponse({"pipelines": self.pipelines})

    async def post(self, request: Request) -> Response:
        name = request.path_params["name"]
        kind, body = request.headers["content-type"], await request.body()
        self.asked.append((name, kind, body))
        if refused := self.refusal(request.headers.get("authorization", "")):
            return refused
        sent = json.loads(body) if kind == "application/json" else {"record": None}
        record = sent.get("record")
        if request.headers.get("accept") == "audio/midi":
            return Response(f"MThd {request.query_params['result']}".encode(), media_type="audio/midi")
        if isinstance(record, str) and record in self.wait:
            await anyio.sleep(self.wait[record])
        if "explain" in request.query_params:
            self.explained.append(name)
        entry = {"results": [{"id": "1", **result} for result in ANSWERS[name](record)]}
        if record == "empty":
            return JSONResponse({"records": [{"results": []}]})
        if isinstance(record, str) and "bad" in record:
            error = {"message": "this record is bad", "todo": "write a good one", "stage": "stub"}
            return JSONResponse({"records": [{"error": error}]})
        return JSONResponse({"records": [entry] * len(sent.get("records", [record]))})

    async def stream(self, socket: WebSocket) -> None:
        await socket.accept(subprotocol="seqpipe")
        try:
            await self._stream(socket)
        except WebSocketDisconnect:
            return

    async def _stream(self, socket: WebSocket) -> None:
        start = await socket.receive_json()
        self.samples = self.samples if start.get("session") else 0
        await socket.send_json({"type": "started", "session": "stub-session", "position": self.samples})
        for message in range(1_000_000):
            got = await socket.receive()
            if got["type"] == "websocket.disconnect":
                return
            if got.get("bytes"):
                self.samples += len(got["bytes"]) // 4
                if message == 1 and self.breaks:
                    self.breaks -= 1
                    await socket.close(1011)
                    return
            else:
                break
        for at, word in enumerate(WORDS):
            fields = {"number": at + 1, "id": "1", "word": word, "start": at, "end": at + 0.4, "score": 0.9}
            await socket.send_json({"type": "result", **fields})
        await socket.send_json({"type": "finished"})
        await socket.close()


def wave_file(samples: npt.NDArray[np.int16], rate: int) -> bytes:
    """Return a WAV file of one channel."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


def tone() -> bytes:
    """Return a WAV file of three seconds: a tone that swells three times."""
    seconds = np.arange(24_000) / 8000
    return wave_file(20_000 * np.sin(2764 * seconds) * np.abs(np.sin(np.pi * seconds)) ** 3, 8000)


def application(stub: Stub, video: bytes) -> Starlette:
    held = {
        "tone.wav": (tone(), "audio/wav"),
        "walk.mp4": (video, "application/octet-stream"),
        "reads.npz": (b"PK", "application/zip"),
    }

    def example(request: Request) -> Response:
        content, kind = held[request.path_params["file"]]
        return Response(content, media_type=kind)

    def index(_: Request) -> Response:
        return FileResponse(str(PAGE / "index.html"), headers={"Content-Security-Policy": POLICY})

    return Starlette(
        routes=[
            Route("/", index),
            Mount("/page", StaticFiles(directory=str(PAGE))),
            Route("/v1", stub.list),
            Route("/v1/{name:path}/examples/{file}", example),
            WebSocketRoute("/v1/{name:path}/stream", stub.stream),
            Route("/v1/{name:path}", stub.post, methods=["POST"]),
        ]
    )


@contextmanager
def running(stub: Stub, video: bytes) -> Iterator[Stub]:
    """Run the server on a free port of the loopback interface."""
    config = uvicorn.Config(application(stub, video), port=0, log_level="error", ws="websockets-sansio")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    stub.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    try:
        yield stub
    finally:
        server.should_exit = True
        thread.join(10)

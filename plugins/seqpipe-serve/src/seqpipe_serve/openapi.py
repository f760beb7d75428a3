"""``GET /openapi.json``: what can be asked, as OpenAPI 3.1 says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from seqpipe_serve.forms import JSON
from seqpipe_serve.served import Served

Described = dict[str, Any]

_TEXT = {"type": "string"}
_REFUSALS = {
    "400": "The body is not what its type says.",
    "401": "There is no token, or a wrong one.",
    "403": "A page of another origin has sent it.",
    "404": "There is no pipeline of that name.",
    "406": "The pipeline cannot write such a form.",
    "408": "It came too slowly.",
    "409": "A client is connected to the session.",
    "413": "It is too large.",
    "415": "The body is of no type that is read.",
    "421": "The server is not called so.",
    "422": "The record, or the file, cannot be read.",
    "431": "Its head is too large.",
    "503": "Too much is waiting; `Retry-After` says how many seconds it takes.",
}


def description(served: Mapping[str, Served]) -> Described:
    """Return the description of what a server offers."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "seqpipe", "summary": "Pipelines over HTTP.", "version": version("seqpipe-serve")},
        "security": [{}, {"token": []}],
        "paths": {
            "/health": {"get": _plain("Whether the server answers.", "text/plain")},
            "/ready": {"get": _plain("Whether it takes requests: 503 while it stops.", "text/plain")},
            "/metrics": {"get": _plain("Figures for Prometheus.", "text/plain")},
            "/v1": {"get": _plain("The pipelines, and what each takes and gives.", JSON)},
            **{f"/v1/{name}": _paths_of(each) for name, each in served.items()},
            **_paths_of_sessions([name for name, each in served.items() if each.loaded.profile.streams]),
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Answer": _ANSWER, "Refusal": _REFUSAL},
            "responses": {
                code: {"description": text, "content": {JSON: {"schema": _reference("schemas", "Refusal")}}}
                for code, text in _REFUSALS.items()
            },
        },
    }


def _plain(summary: str, media_type: str) -> Described:
    content = {media_type: {"schema": _TEXT if media_type != JSON else {"type": "object"}}}
    return {"summary": summary, "responses": {"200": {"description": summary, "content": content}}}


def _paths_of(served: Served) -> Described:
    profile, reader = served.loaded.profile, served.loaded.reader
    record = _record(reader.spec.kind, reader.payload_key, optional=reader.out_of_nothing)
    records = {
        "oneOf": [
            _object({"record": record}, "record"),
            _object({"records": {"type": "array", "items": record}}, "records"),
        ]
    }
    file = {"type": "string", "format": "binary"}
    form = _object({"file": {"type": "array", "items": file}}, "file")
    content = {
        JSON: {"schema": records},
        "application/x-ndjson": {"schema": _TEXT},
        "multipart/form-data": {"schema": form},
        "application/octet-stream": {"schema": file},
    }
    answers = {media_type: {"schema": _TEXT} for media_type in profile.writers}
    about = _plain("What the pipeline takes and gives.", JSON)
    return {
        "get": about,
        "post": {
            "summary": profile.description or served.name,
            "parameters": [
                {"name": "filename", "in": "query", "schema": _TEXT, "description": "of a file that is the body"},
                {"name": "explain", "in": "query", "schema": _TEXT, "description": "results say what was looked at"},
                {"name": "result", "in": "query", "schema": {"type": "integer", "minimum": 1},
                 "description": "which result, where the form holds one"},
            ],
            "requestBody": {"required": True, "content": content},
            "responses": {
                "200": {
                    "description": "The results of each record, in order, or what is wrong with it.",
                    "content": {JSON: {"schema": _reference("schemas", "Answer")}, **answers},
                },
                **{code: _reference("responses", code) for code in _REFUSALS if code != "409"},
            },
        },
    }  # fmt: skip


def _paths_of_sessions(names: Iterable[str]) -> Described:
    """Return the addresses of the sessions of pipelines that stream; WebSockets are no matter of OpenAPI."""
    state = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    refused = {code: _reference("responses", code) for code in ("401", "404", "409", "413", "422")}
    token = {"name": "token", "in": "path", "required": True, "schema": _TEXT}
    begun = _object({"session": _TEXT, "position": {"type": "integer"}}, "session")
    created = {"description": "The session's token.", "content": {JSON: {"schema": begun}}}
    given = {"description": "The state.", "content": state}
    paths: Described = {}
    for name in names:
        paths[f"/v1/{name}/sessions"] = {
            "post": {
                "summary": "Take a session over, whose state was given out.",
                "requestBody": {"required": True, "content": state},
                "responses": {"201": created, **refused},
            }
        }
        paths[f"/v1/{name}/sessions/{{token}}"] = {
            "parameters": [token],
            "get": {"summary": "The state of a session.", "responses": {"200": given, **refused}},
            "delete": {
                "summary": "Forget a session.",
                "responses": {"204": {"description": "It is forgotten."}, **refused},
            },
        }
    return paths


def _record(kind: str, key: str, *, optional: bool) -> Described:
    payload = _TEXT if kind == "text" else {"type": "array"}
    forms = [payload, {"type": "object", "required": [key], "properties": {key: payload, "id": _TEXT}}]
    return {"oneOf": [*forms, {"type": "null"}] if optional else forms}


def _object(properties: Described, required: str) -> Described:
    return {"type": "object", "properties": properties, "required": [required], "additionalProperties": False}


def _reference(kind: str, name: str) -> Described:
    return {"$ref": f"#/components/{kind}/{name}"}


_ERROR = {
    "type": "object",
    "required": ["message", "todo"],
    "properties": {"message": _TEXT, "todo": _TEXT, "stage": _TEXT},
}
_REFUSAL = {"type": "object", "required": ["error"], "properties": {"error": _ERROR}}
_ANSWER = {
    "type": "object",
    "required": ["records"],
    "properties": {
        "records": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "source": _TEXT,
                    "results": {"type": "array", "items": {"type": "object"}},
                    "error": _ERROR,
                },
            },
        }
    },
}

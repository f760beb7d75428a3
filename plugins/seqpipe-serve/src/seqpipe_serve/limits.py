"""How much one request may take, and all of them together: what ``--limit KEY=VALUE`` changes."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import seqpipe


class ServerLimits(BaseModel):
    """How much a request may take, and all that are there at a time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body_mb: float = Field(64, gt=0, le=4096, description="megabytes of the body of a request (413)")
    bodies_mb: float = Field(512, gt=0, le=1e6, description="megabytes of all bodies that are held at a time (503)")
    decompressed_mb: float = Field(
        256, gt=0, le=1e6, description="megabytes that a compressed file may decompress to (413)"
    )
    header_kb: float = Field(16, gt=0, le=1024, description="kilobytes of the line and the headers of a request (431)")
    parts: int = Field(100, ge=1, le=10_000, description="parts of a form (413)")
    records: int = Field(10_000, ge=1, description="records of a request (413)")
    characters: int = Field(200_000, ge=1, description="characters of a text (413)")
    positions: int = Field(10_000_000, ge=1, description="samples, frames or numbers of a record (413)")
    connections: int = Field(
        2000, ge=1, description="connections; one more closes the one that keeps it waiting longest"
    )
    waiting: int = Field(4096, ge=1, description="records that wait to be computed; more requests are refused (503)")
    wait_seconds: float = Field(
        5, gt=0, description="that a record would have to wait; then requests are refused (503)"
    )
    header_seconds: float = Field(10, gt=0, description="until the headers of a request must have come (408)")
    body_seconds: float = Field(
        30, gt=0, description="until its body must have come, and a second for each 64 kB (408)"
    )
    idle_seconds: float = Field(
        60, gt=0, description="without anything, after which a stream or a connection is closed"
    )
    streams: int = Field(1000, ge=1, description="WebSockets that are open at a time (503)")
    frame_kb: float = Field(256, gt=0, le=65536, description="kilobytes of a frame, and of those that wait of a stream")
    sessions: int = Field(10_000, ge=1, description="sessions that are kept for clients to come back")
    sessions_mb: float = Field(200, gt=0, le=1e6, description="megabytes of all of them")
    session_seconds: float = Field(600, gt=0, description="that a session is kept")
    grace_seconds: float = Field(30, gt=0, description="in which what was accepted is finished when the server stops")

    @property
    def body_bytes(self) -> int:
        """The largest body."""
        return int(self.body_mb * 1e6)

    @property
    def frame_bytes(self) -> int:
        """The largest frame of a WebSocket."""
        return int(self.frame_kb * 1e3)

    @property
    def sessions_bytes(self) -> int:
        """Of all sessions that are kept."""
        return int(self.sessions_mb * 1e6)

    @property
    def header_bytes(self) -> int:
        """The largest head of a request."""
        return int(self.header_kb * 1e3)


def limits_of(changes: Iterable[str]) -> ServerLimits:
    """Return the limits with some of them changed.

    Args:
        changes: each ``KEY=VALUE``.

    Raises:
        UsageError: there is no such limit, or it cannot have this value.
    """
    values: dict[str, str] = {}
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals or key not in ServerLimits.model_fields:
            known = ", ".join(ServerLimits.model_fields)
            raise seqpipe.UsageError(f"--limit {change!r} names no limit", f"write KEY=VALUE; the keys are {known}")
        values[key] = value
    try:
        return ServerLimits.model_validate(values)
    except ValidationError as error:
        key = str(error.errors()[0]["loc"][0])
        example = ServerLimits.model_fields[key].default
        what = f"--limit {key} cannot be {values[key]!r}"
        raise seqpipe.UsageError(what, f"write, for example, --limit {key}={example}") from None

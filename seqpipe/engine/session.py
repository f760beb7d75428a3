"""A record that is computed while it comes."""

from __future__ import annotations

from typing import Any

from seqpipe.builtin.result_fields import output_fields
from seqpipe.contracts import Reader
from seqpipe.data import Batch, Record
from seqpipe.engine.attempt import OutcomeOrError, StateRow, Unforeseen, attempt, raise_failure
from seqpipe.engine.engine import results_of
from seqpipe.engine.isolated_stages import isolating
from seqpipe.engine.kept_session import WHERE, KeptSession
from seqpipe.errors import InputError, Location, RecordError, UsageError
from seqpipe.limits import Limits
from seqpipe.pipeline import Pipeline

Carried = StateRow | RecordError | None
"""What is carried from a piece of a record to the next, see `seqpipe.engine.attempt.Attempt`."""


class Session:
    """A record in pieces: each is computed when it is fed, and between two of them the session can be kept as bytes.

    What comes out is what the whole record gives, bit for bit, however it is cut and however often it was kept and
    continued. One thread at a time may feed a session.

        >>> import seqpipe, numpy as np
        >>> hear = seqpipe.load("audio/speech-stream")  # doctest: +SKIP
        >>> session = hear.session()  # doctest: +SKIP
        >>> session.feed(np.zeros(800, np.float32))  # doctest: +SKIP
        []

    Attributes:
        id: of the record, and so of its results.
        position: how many samples, characters or frames have been fed.
        carried: what is carried to the next piece; None before the first one.
    """

    def __init__(self, name: str, pipeline: Pipeline, reader: Reader, limits: Limits, kept: KeptSession) -> None:
        self.id = kept.id
        self.position = kept.position
        self._name = name
        self._pipeline = pipeline
        self._reader = reader
        self._limits = limits
        self._empty = kept.empty
        self._continued = bool(kept.states)
        self.carried: Carried = StateRow(kept.states, 0, 1) if kept.states else None
        self._finished = False

    def feed(self, piece: Any) -> list[dict[str, Any]]:
        """Return the results that are known with one more piece: a payload, such as an array of samples.

        They have the record's `id` and what was found, and not the payload. That of a `Record` is taken as it is.

        Raises:
            UsageError: the session is finished.
            InputError: the piece is not what the pipeline takes; or the session was continued from a state that is of
                no use.
            RecordError: the piece cannot be processed; nothing that follows can.
        """
        return self._compute(self.piece(piece))

    def finish(self) -> list[dict[str, Any]]:
        """Return the last results: there are no more pieces.

        Raises:
            UsageError, InputError, RecordError: as for `feed`.
        """
        piece = self.last_piece()
        return [] if piece is None else self._compute(piece)

    def state(self) -> bytes:
        """Return all that is known of the record, from which `Loaded.session` continues, in any process.

        It is bound to the pipeline with its weights and settings. It holds no code, and what the record said as far as
        the results that are still to come depend on it.

        Raises:
            UsageError: the session is finished, or a piece has failed.
            PluginError: a stage cannot say what it remembers.
        """
        self._check_open()
        if isinstance(self.carried, RecordError):
            raise UsageError("a session of which a piece has failed cannot be kept", "begin another one")
        self.rest()
        states = [] if self.carried is None else self.carried.states
        return KeptSession(self.id, self.position, self._empty, states).to_bytes(self._pipeline)

    def rest(self) -> None:
        """Let go of the records that were computed together with the last piece: where no piece is expected soon."""
        if isinstance(self.carried, StateRow):
            self.carried = self.carried.alone()

    def piece(self, payload: Any) -> Record:
        """Return the record that is the next piece, for whoever computes it with pieces of other sessions.

        With `carried` it goes to `seqpipe.attempt`, and what comes of it to `after`.

        Raises:
            UsageError, InputError: as for `feed`.
        """
        self._check_open()
        if isinstance(payload, Record):
            return Record(self.id, payload.payload, position=1, last=False)
        if self._reader.whole:
            todo = "feed pieces as `seqpipe.Record`, with payloads such as the reader gives"
            raise InputError(f"{self._reader.name} makes records of whole payloads", todo, Location(self.id))
        return Record(self.id, self._reader.record(payload, 1).payload, position=1, last=False)

    def last_piece(self) -> Record | None:
        """Return the record that is the last piece, with nothing in it; None if none came before, so none is needed.

        Raises:
            UsageError: the session is finished.
        """
        self._check_open()
        if self._empty is None:
            self._finished = True
            return None
        return Record(self.id, self._empty, position=1)

    def _compute(self, piece: Record) -> list[dict[str, Any]]:
        carried = [] if self.carried is None else [self.carried]
        with isolating(self._pipeline, self._limits) as pipeline:
            computed = attempt(pipeline, Batch((piece,), final=piece.last), carried)
        return self.after(piece, computed.attempted[0], None if piece.last else computed.carried[0])

    def after(self, piece: Record, outcome: OutcomeOrError, carried: Carried) -> list[dict[str, Any]]:
        """Return the results of a piece that was computed, and take up what it leaves.

        Raises:
            InputError, RecordError: as for `feed`.
        """
        self.carried = carried
        self._finished = piece.last
        if isinstance(outcome, RecordError):
            if self._continued and isinstance(outcome, Unforeseen):
                what = f"it cannot be continued: {outcome.stage} {outcome.what}"
                raise InputError(what, "begin another session", WHERE) from outcome
            raise_failure(outcome)
        self._empty = piece.payload[:0]
        self.position += len(piece.payload)
        return [output_fields(result) for result in results_of(piece, outcome)]

    def _check_open(self) -> None:
        if self._finished:
            raise UsageError("the session is finished", "begin another one")

    def __repr__(self) -> str:
        return f"<session {self.id!r} of {self._name!r} at {self.position:,}>"

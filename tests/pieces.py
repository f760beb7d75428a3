"""Records that come in pieces, and what comes out of them."""

import seqpipe


def in_pieces(payload, sizes: list[int]) -> list[seqpipe.Record]:
    """Cut a payload into pieces of one record; the last one takes what is left."""
    pieces, begin = [], 0
    for size in sizes:
        pieces.append(payload[begin : begin + size])
        begin += size
    pieces.append(payload[begin:])
    return [
        seqpipe.Record("stream", piece, position=1, last=number == len(pieces) - 1)
        for number, piece in enumerate(pieces)
    ]


def results(found: list[dict]) -> list[dict]:
    """Leave the ids out."""
    return [{key: value for key, value in result.items() if key != "id"} for result in found]


def in_sessions(pipeline: seqpipe.Loaded, payload, sizes: list[int]) -> list[dict]:
    """Feed a payload piece by piece, each to a session that continues the state of the one before."""
    session, found = pipeline.session(id="stream"), []
    for piece in in_pieces(payload, sizes):
        found += session.feed(piece.payload)
        session = pipeline.session(session.state())
    assert session.position == len(payload)
    return found + session.finish()

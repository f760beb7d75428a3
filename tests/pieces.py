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

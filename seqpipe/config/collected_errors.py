"""Several errors at once."""

from __future__ import annotations

from collections.abc import Sequence

from seqpipe.errors import Errors, Location, SeqpipeError


def one_or_all(errors: Sequence[SeqpipeError]) -> SeqpipeError:
    """Return the one error as it is, or all of them as one, in the order of the file.

    Files stand in the order in which the errors first name them.
    """
    if len(errors) == 1:
        return errors[0]
    locations = [error.where or Location("") for error in errors]
    rank = {source: number for number, source in enumerate(dict.fromkeys(location.source for location in locations))}
    pairs = sorted(
        zip(locations, errors, strict=True), key=lambda pair: (rank[pair[0].source], pair[0].line, pair[0].column)
    )
    return Errors(error for _, error in pairs)

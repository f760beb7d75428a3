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
    places = [error.where or Location("") for error in errors]
    rank = {source: number for number, source in enumerate(dict.fromkeys(place.source for place in places))}
    order = sorted(range(len(errors)), key=lambda i: (rank[places[i].source], places[i].line, places[i].column))
    return Errors(errors[i] for i in order)

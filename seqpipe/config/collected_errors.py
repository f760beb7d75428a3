"""Several errors at once."""

from __future__ import annotations

from collections.abc import Sequence

from seqpipe.errors import Errors, Location, PluginError, SeqpipeError


def one_or_all(errors: Sequence[SeqpipeError]) -> SeqpipeError:
    """Return the one error as it is, or all of them as one, in the order of the file.

    Files stand in the order in which the errors first name them. A plugin that is broken or missing is told once, at
    the first place that names it.
    """
    locations = [error.where or Location("") for error in errors]
    rank = {source: number for number, source in enumerate(dict.fromkeys(location.source for location in locations))}
    pairs = sorted(
        zip(locations, errors, strict=True), key=lambda pair: (rank[pair[0].source], pair[0].line, pair[0].column)
    )
    told = _told_once([error for _, error in pairs])
    return told[0] if len(told) == 1 else Errors(told)


def _told_once(errors: Sequence[SeqpipeError]) -> list[SeqpipeError]:
    """Return the errors without what was said of a plugin before; of all others nothing is left out."""
    first = {error.what: number for number, error in reversed([*enumerate(errors)]) if isinstance(error, PluginError)}
    return [error for number, error in enumerate(errors) if first.get(error.what, number) == number]

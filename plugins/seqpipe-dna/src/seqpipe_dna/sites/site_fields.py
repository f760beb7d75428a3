"""The results of `dna.sites` as writers take them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from seqpipe import Record, RecordError


class Site(NamedTuple):
    """A site: a place on a strand of a sequence, counted from zero, half-open, with its label and probability."""

    sequence: str
    start: int
    end: int
    strand: str
    label: str
    score: float


def site_of(record: Record) -> Site:
    """Return the site that a result is.

    Raises:
        RecordError: it is none.
    """
    result: Mapping[str, Any] = record.payload
    try:
        site = Site(*(result[field] for field in Site._fields))
        if is_place(site) and site.strand in {"+", "-"} and isinstance(site.label, str) and 0 <= site.score <= 1:
            site.label.encode()
            return site
    except (KeyError, TypeError, UnicodeEncodeError):
        pass
    raise RecordError("no site to write", "end with `decoder: dna.sites`", record.location)


def is_place(site: Site | Any) -> bool:
    """Whether the fields ``sequence``, ``start`` and ``end`` are a place."""
    start, end = site.start, site.end
    named = isinstance(site.sequence, str) and bool(site.sequence) and site.sequence.isprintable()
    return named and type(start) is int and type(end) is int and 0 <= start <= end

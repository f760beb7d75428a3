"""The decoder that finds sites among windows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from seqpipe import (
    Batch,
    ConfigError,
    Decoder,
    Incoming,
    LabelDecoder,
    Objective,
    Ragged,
    Step,
    log_softmax,
)
from seqpipe_dna.sites.found_sites import FoundSites, ScoredWindows
from seqpipe_dna.sites.sites_objective import SitesObjective

Float = npt.NDArray[np.float32]


class Sites(LabelDecoder):
    """The windows that are a site, with strand and score; of those that overlap on a strand the best one.

    A site has the field ``sequence``, ``start`` and ``end`` (counted from zero on the forward strand, half-open),
    ``strand``, ``label`` and ``score``, the probability of its label. Windows that begin less than `apart` bases from
    a better one of their label and strand are left out, whether that one is left out itself or not: so the sites do
    not depend on how a sequence was cut.
    """

    name: ClassVar[str] = "dna.sites"
    adjustable: ClassVar[frozenset[str]] = frozenset({"threshold", "apart", "each"})

    other: str = Field("other", description="the label of windows that are no site")
    threshold: float = Field(0.5, gt=0, lt=1, description="the least probability of a site")
    apart: int | None = Field(
        None, ge=1, description="bases that sites begin apart at least; none: as many as a window has"
    )
    each: Literal["site", "record"] = Field(
        "site", description="a result for each site, or one a record with its sites and the scores of all windows"
    )

    @property
    def gives(self) -> str:
        """Places in a sequence."""
        return "sites"

    def objective(self, incoming: Incoming) -> Objective:
        """Ask for one logit a label, for each window."""
        return SitesObjective(self.labels_of(incoming), self.other)

    def for_evaluation(self) -> Decoder:
        """Give the scores of all windows, which the metrics look at."""
        return self.model_copy(update={"each": "record"})

    def build(self, incoming: Incoming) -> Step:
        """Take logits, one position a window.

        Raises:
            ConfigError: something else comes in, or no label is that of a site.
        """
        spec = incoming.spec.require(self.name, "logits", pooled=True)
        if "windows" not in spec.columns:
            raise ConfigError(f"{self.name} needs windows that know their place", "put dna.windows before the encoder")
        return Step.of(spec.replace(kind="outputs"), partial(_find, labels=self.labels_of(incoming), sites=self))


def _find(batch: Batch, labels: Sequence[str], sites: Sites) -> Batch:
    probabilities = np.exp(log_softmax(batch.ragged.array)).astype(np.float32)
    margins = _margins(batch.ragged.array)
    places = batch.column("windows", Ragged).array
    bounds = np.searchsorted(batch.rows, np.arange(len(batch.records) + 1)).tolist()
    of_labels = {label: column for column, label in enumerate(labels) if label != sites.other}
    outputs = []
    for record, begin, end in zip(batch.records, bounds, bounds[1:], strict=False):
        windows = ScoredWindows(places[begin:end], margins[begin:end], probabilities[begin:end])
        found = FoundSites(record, windows, of_labels, sites.threshold, sites.apart)
        outputs.append(tuple(found.sites()) if sites.each == "site" else (found.whole(),))
    return batch.replace(outputs=tuple(outputs))


def _margins(logits: Float) -> Float:
    """Return how much higher each logit is than all others together: the logarithm of the odds of its label."""
    others = [np.delete(logits, label, axis=1) for label in range(logits.shape[1])]
    margins = [logits[:, label] - np.logaddexp.reduce(of_others, axis=1) for label, of_others in enumerate(others)]
    return np.stack(margins, axis=1)

"""The decoder that says in seconds when something began and ended."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from seqpipe import Batch, ConfigError, Decoder, Incoming, Spec, Step


class Moments(Decoder):
    """Segments with their begin and end in seconds, in place of numbers of frames."""

    name: ClassVar[str] = "video.moments"

    def build(self, incoming: Incoming) -> Step:
        """Take segments of frames whose rate is known.

        Raises:
            ConfigError: something else comes in.
        """
        spec = incoming.spec.require(self.name, "outputs")
        spans: Spec | None = spec.columns.get("spans")
        if spans is None or not spans.rate:
            raise ConfigError(
                f"{self.name} needs segments of frames whose rate is known", "put core.segments before it"
            )
        return Step.of(spec, partial(_in_seconds, rate=spans.rate))


def _in_seconds(batch: Batch, rate: float) -> Batch:
    outputs = tuple(tuple(_timed(result, rate) for result in results) for results in batch.outputs or ())
    return batch.replace(outputs=outputs)


def _timed(result: Mapping[str, Any], rate: float) -> Mapping[str, Any]:
    """Return a segment with times."""
    kept = {key: value for key, value in result.items() if key not in ("start", "stop")}
    return {**kept, "start": round(result["start"] / rate, 3), "end": round(result["stop"] / rate, 3)}

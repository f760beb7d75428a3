"""Pipelines whose decoders explain most."""

from __future__ import annotations

from seqpipe.contracts import Decoder
from seqpipe.pipeline.assembly import assemble
from seqpipe.pipeline.parameters import Existing
from seqpipe.pipeline.pipeline import Pipeline


def explained(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline with decoders in the form that explains most: itself, if they have no other."""
    stages = tuple(stage.for_explanation() if isinstance(stage, Decoder) else stage for stage in pipeline.stages)
    if stages == pipeline.stages:
        return pipeline
    supply = Existing(pipeline.parameters, "of the pipeline")
    return assemble(stages, pipeline.source, pipeline.learned, supply, precision=pipeline.precision)

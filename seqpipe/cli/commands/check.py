"""``seqpipe check``: what a pipeline file means, without running it."""

from __future__ import annotations

import click

from seqpipe.cli.global_options import traceback_option
from seqpipe.cli.shared_options import pipeline_argument, settings_option
from seqpipe.cli.terminal.columns import aligned
from seqpipe.cli.terminal.resolved_view import resolved_lines
from seqpipe.pipeline import Pipeline
from seqpipe.pipeline.opened_pipeline import OpenedPipeline, open_pipeline
from seqpipe.pipeline.parameters import count
from seqpipe.registry import Registry
from seqpipe.training.section.resolved_pipeline import known_training
from seqpipe.training.section.train_section import augmentations, data_reader


@click.command("check")
@pipeline_argument
@settings_option
@click.option("--resolved", is_flag=True, help="Print the whole configuration, and where each value comes from.")
@traceback_option
def command(pipeline: str, settings: tuple[str, ...], resolved: bool) -> None:  # noqa: FBT001 - click's
    """Read the file of a PIPELINE, build it, and show what each stage takes and gives.

    Nothing is run. A pipeline that is not trained yet can be checked as well.
    """
    registry = Registry.discover()
    opened = open_pipeline(pipeline, registry, settings)
    if known_training(opened.declared):
        data_reader(opened.declared, registry)
        augmentations(opened.declared.document, registry)
    built = opened.untrained() if opened.model is None else opened.pipeline()
    for line in resolved_lines(opened.declared) if resolved else _summary(opened, built):
        click.echo(line)


def _summary(opened: OpenedPipeline, pipeline: Pipeline) -> list[str]:
    declared = opened.declared
    reader = declared.reader.name if declared.reader else "core.lines, if not said"
    rows = [("", "", "parameters", "gives, for the next to take"), ("reader", reader, "", str(pipeline.source))]
    for index, (stage, step) in enumerate(zip(pipeline.stages, pipeline.steps, strict=True)):
        own = {name: array for name, array in pipeline.parameters.items() if name.startswith(f"{index}.")}
        rows.append((stage.kind, stage.name, f"{count(own):,}" if own else "", str(step.spec)))
    rows.append(("writer", declared.writer.name if declared.writer else "core.jsonl, if not said", "", "bytes"))
    table = aligned(rows, numbers=frozenset({2}))
    return [f"{declared.name} ({declared.document.source})", "", *table, "", *_size(opened, pipeline)]


def _size(opened: OpenedPipeline, pipeline: Pipeline) -> list[str]:
    parameters = count(pipeline.parameters)
    megabytes = sum(array.nbytes for array in pipeline.parameters.values()) / 1e6
    lines = [f"{parameters:,} parameters, {megabytes:,.1f} MB in memory"]
    if opened.model_path is not None and opened.model is not None:
        lines.append(f"trained: {opened.model_path} ({opened.model_path.stat().st_size / 1e6:,.1f} MB)")
    else:
        lines.append("not trained yet: sizes that come from vocabularies and labels are upper bounds or missing")
    stage = pipeline.not_streamable()
    lines.append(f"takes a record whole: {stage.name} needs all of it" if stage else "takes records in pieces as well")
    return lines
